"""No telemetry: on a machine of one's own the decisions themselves are looked at."""

from contextlib import AbstractContextManager, nullcontext


class Silent:
    """Takes everything and keeps nothing."""

    def span(
        self,
        name: str,  # noqa: ARG002  every telemetry has this signature
        parent: str | None = None,  # noqa: ARG002
        **attributes: str,  # noqa: ARG002
    ) -> AbstractContextManager[None]:
        """Nothing around the step."""
        return nullcontext()

    def traceparent(self) -> str | None:
        """There is no trace."""
        return None

    def count(self, name: str, by: int = 1, **attributes: str) -> None:
        """Count nothing."""

    def gauge(self, name: str, value: float, **attributes: str) -> None:
        """Keep nothing."""
