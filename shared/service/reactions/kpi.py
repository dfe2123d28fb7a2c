"""Reads the KPI series a policy names: the judged window and the history before it."""

from datetime import datetime

from shared.domain.decisions.kpi import decide_kpi
from shared.domain.event import Event
from shared.domain.evidence import KpiEvidence, KpiSeries
from shared.domain.policy import KpiPolicy, Policy
from shared.domain.state import SubjectState
from shared.errors import InvalidData, NotFound
from shared.service.reactions import Reaction
from shared.service.world import World


def _gather(
    event: Event,
    policy: Policy | None,
    state: SubjectState,  # noqa: ARG001  every reaction has this signature
    world: World,
    now: datetime,
) -> KpiEvidence:
    kpis = policy.kpis if policy is not None else []
    return KpiEvidence(taken=now, series=tuple(_read(event, kpi, world) for kpi in kpis))


def _read(event: Event, kpi: KpiPolicy, world: World) -> KpiSeries:
    end = event.time
    start = end - kpi.window
    try:
        points = world.workspace.kpi(event.name, kpi.name, start - kpi.history, end, kpi.query)
    except (NotFound, InvalidData) as problem:
        return KpiSeries(name=kpi.name, start=start, end=end, problem=str(problem))
    return KpiSeries(
        name=kpi.name,
        start=start,
        end=end,
        history=tuple(point for point in points if point.time < start),
        recent=tuple(point for point in points if point.time >= start),
    )


REACTION = Reaction(evidence=KpiEvidence, gather=_gather, decide=decide_kpi)
