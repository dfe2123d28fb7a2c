"""Reads the KPI series a policy names, and what its endpoint was serving meanwhile."""

from collections.abc import Sequence
from datetime import datetime

from shared.domain.alert import AlertKind
from shared.domain.decisions.kpi import decide_kpi
from shared.domain.event import Check, Event
from shared.domain.evidence import KpiEvidence, KpiSeries
from shared.domain.policy import KpiPolicy, Policy
from shared.domain.state import AlertStatus, SubjectState
from shared.domain.world import SeriesAnswer, SeriesQuestion
from shared.service.codec import decode
from shared.service.kpi_answers import ask_kpis
from shared.service.reactions import Reaction
from shared.service.world import World

_UNHEALTHY = {AlertKind.ERRORS, AlertKind.SLOW, AlertKind.SATURATED}


def _gather(
    event: Event,
    policy: Policy | None,
    state: SubjectState,  # noqa: ARG001  every reaction has this signature
    world: World,
    now: datetime,
) -> KpiEvidence:
    kpis = policy.kpis if policy is not None else []
    answers = _answers(event, kpis, world)
    series = tuple(
        _series(kpi, event.time, answer) for kpi, answer in zip(kpis, answers, strict=True)
    )
    endpoint = policy.endpoint if policy is not None else None
    if endpoint is None:
        return KpiEvidence(taken=now, series=series)
    serving = decode(world.ledger.state(f"endpoint/{endpoint}").state, SubjectState)
    return KpiEvidence(
        taken=now,
        series=series,
        endpoint=endpoint,
        traffic=serving.traffic,
        deployments=serving.deployments,
        healthy=_healthy(serving),
    )


def _answers(event: Event, kpis: Sequence[KpiPolicy], world: World) -> list[SeriesAnswer]:
    questions = [
        SeriesQuestion(
            name=kpi.name,
            start=event.time - kpi.window - kpi.history,
            end=event.time,
            query=kpi.query,
            metric=kpi.metric,
            kind=kpi.kind,
        )
        for kpi in kpis
    ]
    return ask_kpis(event.name, kpis, questions, world.workspace)


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


def _healthy(serving: SubjectState) -> datetime | None:
    """When the endpoint's health was last looked at, if nothing is wrong with it."""
    wrong = any(
        record.status is AlertStatus.FIRING and record.alert.kind in _UNHEALTHY
        for record in serving.alerts.values()
    )
    return None if wrong else serving.checks.get(Check.HEALTH.value)


REACTION = Reaction(evidence=KpiEvidence, gather=_gather, decide=decide_kpi)
