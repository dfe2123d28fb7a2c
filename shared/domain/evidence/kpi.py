"""Business figures as read."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.state import DeploymentWatch, TrafficShift
from shared.domain.world import SeriesPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiSeries:
    """One KPI as read up to `end`: its history before `start`, and the buckets from then on."""

    name: str
    start: datetime
    end: datetime
    history: tuple[SeriesPoint, ...] = ()
    recent: tuple[SeriesPoint, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiEvidence:
    """Every KPI the policy names, as read, and what the endpoint was serving meanwhile.

    `traffic` are its shares over time, `deployments` those it has now. `healthy` is when its health
    was last looked at, if no alert of errors, slowness or saturation is open.
    """

    taken: datetime
    series: tuple[KpiSeries, ...] = ()
    endpoint: str | None = None
    traffic: tuple[TrafficShift, ...] = ()
    deployments: dict[str, DeploymentWatch] = field(default_factory=dict)
    healthy: datetime | None = None
    problem: str | None = None
