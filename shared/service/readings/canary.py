"""Reads what a new deployment and the one it would follow did in the same minutes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.evidence.promotion import CanaryReading
from shared.domain.policy import CanaryGate, Policy
from shared.domain.world import AnswerBucket
from shared.errors import DriftgateError
from shared.ports import Workspace
from shared.service.readings.canary_kpis import read_kpis

SETTLING = timedelta(minutes=5)
"""After traffic was moved caches are cold and connections new: what is told then is not compared.

An endpoint also goes on with the old shares for a while after Azure said it was done.
"""
LATE = timedelta(minutes=5)
"""For so long after its end a bucket of a log or a metric may still grow."""
_MOST_BUCKETS = 288
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """Whole buckets of `every` up to `end`."""

    end: datetime
    every: timedelta


def read_canary(
    endpoint: str,
    control: str,
    experiment: str,
    policy: Policy,
    gate: CanaryGate,
    workspace: Workspace,
    now: datetime,
    since: datetime,
) -> CanaryReading:
    """The buckets of both deployments that are over, from when traffic that moved `since` settled.

    `control` is empty where nothing else serves. A step that lasts long has longer buckets, 288 at
    most. Raises Unavailable, so that whoever asked is asked again; what may not be read becomes the
    reading's `problem`, or that of a KPI.
    """
    start = _whole_minute(since + SETTLING)
    span = _complete(start, now, max(1, -(-gate.every // _MINUTE)) * _MINUTE)
    reading = CanaryReading(
        taken=now,
        start=start,
        end=span.end,
        control_deployment=control,
        experiment_deployment=experiment,
    )
    if span.end <= start:
        return reading
    names = [name for name in (control, experiment) if name]
    try:
        answers = workspace.answers(endpoint, start, span.end, every=span.every, deployments=names)
    except DriftgateError as problem:
        if problem.retryable:
            raise
        return replace(reading, problem=str(problem))
    if answers is None:
        return replace(
            reading,
            problem=(
                f"No source tells what {endpoint} answered since {start:%H:%M} UTC; see that its "
                "traffic log is switched on and that it is called at all."
            ),
        )
    reading = replace(
        reading,
        control=_values(answers.get(control, ())),
        experiment=_values(answers.get(experiment, ())),
    )
    return read_kpis(reading, policy, gate.kpis, workspace) if control else reading


def _complete(start: datetime, now: datetime, every: timedelta) -> _Span:
    """The buckets that are over and told in full; coarser ones once there are too many."""
    count = max(0, (now - LATE - start) // every)
    wider = every * max(1, -(-count // _MOST_BUCKETS))
    return _Span(end=start + wider * max(0, (now - LATE - start) // wider), every=wider)


def _whole_minute(time: datetime) -> datetime:
    floor = time.replace(second=0, microsecond=0)
    return floor if floor == time else floor + _MINUTE


def _values(buckets: Sequence[AnswerBucket]) -> dict[str, tuple[float | None, ...]]:
    return {
        "errors": tuple(float(bucket.errors) for bucket in buckets),
        "errors:of": tuple(float(bucket.requests) for bucket in buckets),
        "latency": tuple(bucket.mean for bucket in buckets),
        "latency:of": tuple(float(bucket.timed) for bucket in buckets),
    }
