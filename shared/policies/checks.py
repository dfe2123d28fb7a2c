"""What a policy's types cannot say: ranges, and names that may occur once."""

from collections.abc import Iterator
from datetime import timedelta

from shared.domain.alert import Severity
from shared.domain.policy import KpiPolicy, Policy
from shared.policies.alert_checks import alert_problems
from shared.policies.gate_checks import gate_problems
from shared.policies.kpi_checks import source_problems
from shared.policies.length_checks import length_problems
from shared.policies.profiling_checks import profiling_problems
from shared.policies.retraining_checks import retraining_problems
from shared.policies.stage_checks import stage_problems


def problems_of(policy: Policy) -> Iterator[str]:
    """Each fault as a sentence without its full stop, in the order of the keys."""
    too_long = list(length_problems(policy))
    if too_long:
        yield from too_long
        return
    yield from _range_problems(policy)
    yield from _severity_problems(policy)
    yield from gate_problems(policy.gates, "gates")
    yield from stage_problems(policy)
    for kpi in policy.kpis:
        yield from source_problems(kpi)
    names = [kpi.name for kpi in policy.kpis]
    yield from (f"kpis name {n} twice" for n in sorted({n for n in names if names.count(n) > 1}))
    yield from _batch_problems(policy)
    yield from alert_problems(policy.alerts)
    yield from retraining_problems(policy.retraining)
    yield from profiling_problems(policy.profiles)
    if not policy.model.strip():
        yield "model is empty; give the registered model's name"


def _range_problems(policy: Policy) -> list[str]:
    drift = policy.drift
    above_zero = {
        "drift.limit": drift.limit,
        "drift.false_alarms_a_year": drift.false_alarms_a_year,
        **{f"drift.importance.{name}": weight for name, weight in drift.importance.items()},
        **{f"drift.limits.{name}": limit for name, limit in drift.limits.items()},
        **{f"kpis.{kpi.name}.limit": kpi.limit for kpi in policy.kpis},
    }
    confidences = {
        "drift.confidence": drift.confidence,
        "health.confidence": policy.health.confidence,
        **{f"kpis.{kpi.name}.confidence": kpi.confidence for kpi in policy.kpis},
    }
    return [
        *(
            f"{key} is {value:g}; give a number above 0"
            for key, value in above_zero.items()
            if not value > 0
        ),
        *(
            f"{key} is {value:g}; give a number between 0 and 1, such as 0.95"
            for key, value in confidences.items()
            if not 0 < value < 1
        ),
        *_watch_problems(policy),
        *_health_problems(policy),
        *(_history_problem(kpi) for kpi in policy.kpis if kpi.history < timedelta(days=7)),
    ]


def _watch_problems(policy: Policy) -> list[str]:
    drift = policy.drift
    problems = []
    if not 0.0 <= drift.tolerance < 1.0:
        problems.append(
            f"drift.tolerance is {drift.tolerance:g}; give standard deviations from 0 to below 1"
        )
    if not 1 <= drift.persistence.failing <= drift.persistence.of:
        problems.append(
            f"drift.persistence asks for {drift.persistence.failing} of {drift.persistence.of} "
            "windows; failing may be 1 up to of"
        )
    if drift.every < timedelta(minutes=1):
        problems.append("drift.every is below a minute; give 1h, 1d or the like")
    return problems


def _health_problems(policy: Policy) -> list[str]:
    health = policy.health
    problems = []
    if not 0.0 < health.max_error_rate < 1.0:
        problems.append(
            f"health.max_error_rate is {health.max_error_rate:g}; give a share between 0 and 1, "
            "such as 0.01"
        )
    problems += [
        f"health.{key} is {value:g}; give per cent between 0 and 100"
        for key, value in (("percentile", health.percentile), ("max_load", health.max_load))
        if not 0.0 < value < 100.0
    ]
    if not timedelta(minutes=10) <= health.window <= timedelta(days=7):
        problems.append("health.window is not from 10m to 7d; give 1h or the like")
    return problems


def _batch_problems(policy: Policy) -> list[str]:
    names = [batch.endpoint for batch in policy.batch]
    return [
        *(f"batch names {name} twice" for name in sorted({n for n in names if names.count(n) > 1})),
        *(
            f"batch.{batch.endpoint}.every is below a minute; give 1h, 1d or the like"
            for batch in policy.batch
            if batch.every < timedelta(minutes=1)
        ),
        *(
            f"batch.{batch.endpoint}.learn_from is set without outputs; name what it writes"
            for batch in policy.batch
            if batch.learn_from is not None and batch.outputs is None
        ),
    ]


def _history_problem(kpi: KpiPolicy) -> str:
    return (
        f"kpis.{kpi.name}.history is shorter than 7d, so no baseline can be made; give 7d or more"
    )


def _severity_problems(policy: Policy) -> list[str]:
    severities = {
        "routing.severity": policy.routing.severity,
        "health.severity": policy.health.severity,
        "collection.severity": policy.collection.severity,
        **{f"kpis.{kpi.name}.severity": kpi.severity for kpi in policy.kpis},
        **{f"batch.{batch.endpoint}.severity": batch.severity for batch in policy.batch},
    }
    allowed = [severity.value for severity in Severity]
    return [
        f"{key} is {value!r}; choose one of {', '.join(allowed)}"
        for key, value in severities.items()
        if value not in allowed
    ]
