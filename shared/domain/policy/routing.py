"""When a deployment may go without traffic."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """A deployment that is meant to have no traffic, why, and until when (`2026-12-24T18:00Z`)."""

    deployment: str
    reason: str
    until: datetime


class TrafficChanges(StrEnum):
    """Whether traffic may be changed by anybody, or only as somebody said beforehand."""

    ANY = "any"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingPolicy:
    """How long a deployment may go without traffic, for what reason, and how often to look.

    `grace` is for a new deployment, `keep_for` for one that was replaced, `mirror_for` for one
    that only mirrors, `stuck_after` for one that is being written. `standby` names those that wait
    on purpose. Requests count as observed over `observed`.
    """

    grace: timedelta = timedelta(minutes=30)
    look_again: timedelta = timedelta(minutes=30)
    stuck_after: timedelta = timedelta(hours=1)
    keep_for: timedelta = timedelta(days=7)
    mirror_for: timedelta = timedelta(days=14)
    observed: timedelta = timedelta(hours=1)
    changes: TrafficChanges = TrafficChanges.ANY
    standby: list[Standby] = field(default_factory=list)
    severity: str = "critical"
