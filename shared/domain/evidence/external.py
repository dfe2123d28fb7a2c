"""What others tell of, and what is only recorded."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertTarget:
    """What an alert of Azure Monitor is about, where it is an endpoint that is known.

    `model` and `owner` are those of the policy that speaks of the endpoint.
    """

    taken: datetime
    endpoint: str | None = None
    deployment: str | None = None
    model: str | None = None
    owner: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoEvidence:
    """For events that are only recorded: nothing was looked up."""

    taken: datetime
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorEvidence:
    """The models whose owners want a retraining when this monitor of Azure's breaches."""

    taken: datetime
    models: tuple[str, ...] = ()
    problem: str | None = None
