"""The SDK's retries, held within what a function and its message's lock allow.

A throttled answer names how long to wait. The SDK sleeps that long in the thread that got the
answer, were it an hour.
"""

from collections.abc import Mapping
from typing import Any

from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.policies import RetryPolicy

from shared.adapters.azure.gates import GatedTransport

LONGEST_WAIT = 60.0
_BUDGET = 120.0


class RetriesWithinBudget(RetryPolicy[Any, Any]):
    """The SDK's retries, but no wait longer than LONGEST_WAIT or than the whole call may take.

    A Retry-After of an hour would hold a function for an hour; such an answer is given to the
    caller at once, whose message then comes again later.
    """

    def get_retry_after(self, response: PipelineResponse[Any, Any]) -> float | None:
        """What an answer asks for; None for what is no time, which the SDK would fall over."""
        try:
            return super().get_retry_after(response)
        except ValueError:
            return None

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """Whether to ask again."""
        wait = self.get_retry_after(response)
        if wait is not None and wait > min(LONGEST_WAIT, settings["timeout"]):
            return False
        return super().is_retry(settings, response)


def within_budget(options: Mapping[str, Any], **otherwise: Any) -> dict[str, Any]:
    """Options of an SDK's client, whose retries are then bounded; `otherwise` where not named.

    With `gates` among them it goes out through these.
    """
    every = {**otherwise, **options}
    gates = every.pop("gates", None)
    if gates is not None:
        every["transport"] = GatedTransport(gates)
    retries = {name: every.pop(name) for name in list(every) if name.startswith("retry_")}
    return {**every, "retry_policy": RetriesWithinBudget(timeout=_BUDGET, **retries)}
