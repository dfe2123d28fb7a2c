"""When a deployment may go without traffic."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """A deployment that is meant to have no traffic, why, and until when (`2026-12-24T18:00Z`)."""

    deployment: str
    """The deployment that waits."""
    reason: str
    """Why."""
    until: datetime
    """When that ends, such as `2026-12-24T18:00Z`."""


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
    """How long a new deployment may go without traffic."""
    look_again: timedelta = timedelta(minutes=30)
    """How far apart the looks at one without traffic are, once its grace is over."""
    stuck_after: timedelta = timedelta(hours=1)
    """How long a deployment may be written before it is told as stuck."""
    keep_for: timedelta = timedelta(days=7)
    """How long one that was replaced may stay without a request."""
    mirror_for: timedelta = timedelta(days=14)
    """How long one may only receive mirrored requests."""
    observed: timedelta = timedelta(hours=1)
    """Requests of so long count as observed."""
    changes: TrafficChanges = TrafficChanges.ANY
    """`planned` tells of traffic that was changed without an intent."""
    standby: list[Standby] = field(default_factory=list)
    """Deployments that wait on purpose."""
    severity: str = "critical"
    """How bad a deployment without traffic is."""
