"""A check that waits for its answer, and the message it waits in.

The token is in the message's body and nowhere else: it is not archived, logged or shown, and the
queue drops it when the platform would no longer take it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Self

from shared.domain.canonical import format_time, parse_time
from shared.domain.pipelines import EnvironmentCheck
from shared.errors import MalformedPayload
from shared.ports import Message

ENVIRONMENT_CHECKS = "environment-checks"
TOKEN_LASTS = timedelta(hours=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCheck:
    """What one call asked, and how far its answer is.

    `model` and `version` are None where only the run knows them: `run` is its number, `pipeline`
    that of its definition. `timeout` is in seconds, None for what the policy says. `attempt`
    counts the looks, `due` is when this one is, `tries` counts what the platform did not take
    during it. `begun` and `told` are what was said to the run's console already, `given` that its
    answer may have been.
    """

    check: EnvironmentCheck
    asked: datetime
    due: datetime
    model: str | None = None
    version: str | None = None
    stage: str | None = None
    run: int | None = None
    pipeline: str | None = None
    timeout: float | None = None
    attempt: int = 0
    tries: int = 0
    begun: bool = False
    told: str = ""
    given: bool = False

    def message(self) -> Message:
        """It, to be looked at when it is due; the same look asked for twice is one message."""
        plain: dict[str, Any] = {
            name: getattr(self, name) for name in _names(type(self)) if name not in _TYPED
        }
        name = f"{self.check.task}-{self.attempt}"
        return Message(
            id=f"{name}-{self.tries}" if self.tries else name,
            queue=ENVIRONMENT_CHECKS,
            session=self.check.task,
            body={
                **plain,
                "asked": format_time(self.asked),
                "due": format_time(self.due),
                "check": {name: getattr(self.check, name) for name in _names(EnvironmentCheck)},
            },
            scheduled=None if self.due <= self.asked else self.due,
            lives=(self.asked + TOKEN_LASTS - self.due).total_seconds(),
        )

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Self:
        """Read back what `message` wrote. Raises MalformedPayload without showing what is there."""
        try:
            plain = {name: body[name] for name in _names(cls) if name not in _TYPED | _LATER}
            ends = parse_time(body["asked"]) + TOKEN_LASTS
            return cls(
                **plain,
                asked=ends - TOKEN_LASTS,
                due=parse_time(body["due"]),
                check=EnvironmentCheck(**body["check"]),
                given=bool(body.get("given")),
            )
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as problem:
            raise MalformedPayload(
                f"A message of {ENVIRONMENT_CHECKS} is none of Driftgate's own "
                f"({type(problem).__name__}); only Driftgate may write there."
            ) from None


_TYPED = frozenset({"check", "asked", "due"})
_LATER = frozenset({"given"})
"""What a message that was sent by an earlier version does not have."""


def _names(kind: type) -> list[str]:
    return [field.name for field in fields(kind)]
