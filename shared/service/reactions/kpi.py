"""Reads the KPI series a policy names: the judged window and the history before it."""

from datetime import datetime

from shared.domain.decisions.kpi import decide_kpi
from shared.domain.event import Event
from shared.domain.evidence import KpiEvidence, KpiSeries
from shared.domain.policy import KpiPolicy, Policy
from shared.domain.state import SubjectState
from shared.domain.world import SeriesAnswer, SeriesQuestion
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
    end = event.time
    asked = [
        SeriesQuestion(
            name=kpi.name, start=end - kpi.window - kpi.history, end=end, query=kpi.query
        )
        for kpi in kpis
    ]
    answers = world.workspace.kpis(event.name, asked) if asked else []
    series = tuple(_series(kpi, end, answer) for kpi, answer in zip(kpis, answers, strict=True))
    return KpiEvidence(taken=now, series=series)


def _series(kpi: KpiPolicy, end: datetime, answer: SeriesAnswer) -> KpiSeries:
    start = end - kpi.window
    return KpiSeries(
        name=kpi.name,
        start=start,
        end=end,
        history=tuple(point for point in answer.points if point.time < start),
        recent=tuple(point for point in answer.points if point.time >= start),
        problem=answer.problem,
    )


REACTION = Reaction(evidence=KpiEvidence, gather=_gather, decide=decide_kpi)
