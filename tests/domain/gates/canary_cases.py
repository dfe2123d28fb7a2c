"""A rollout of loan:8 as green beside blue, and what both answered bucket by bucket."""

from datetime import UTC, datetime, timedelta

import numpy as np

from shared.domain.decisions.gates import Case, Moment
from shared.domain.evidence import PromotionEvidence
from shared.domain.evidence.promotion import CanaryReading
from shared.domain.policy import BakeGate, CanaryGate, Gates, KpiPolicy, Policy, StagePolicy
from shared.domain.promotion import Phase, Promotion, Rollout, RolloutStatus, TrafficStep
from shared.domain.world import ModelVersion

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BLUE = TrafficStep(traffic={"blue": 100.0})
STEPS = tuple(
    TrafficStep(traffic={"green": share, "blue": 100.0 - share}, bake=3600.0)
    for share in (10.0, 50.0, 100.0)
)
MIRROR = TrafficStep(traffic={"blue": 100.0}, mirror={"green": 10.0}, bake=3600.0)


def rollout(**changed):
    made = {
        "endpoint": "loan-endpoint",
        "deployment": "green",
        "before": BLUE,
        "steps": STEPS,
        "status": RolloutStatus.BAKING,
        "planned": NOON - HOUR,
        "at": 0,
        "since": NOON,
    }
    return Rollout(**{**made, **changed})


def promotion(rolling, champion="7"):
    return Promotion(
        version="8",
        stage="production",
        phase=Phase.ROLLING,
        begun=NOON - HOUR,
        since=NOON,
        champion=champion,
        rollout=rolling,
    )


def case(
    *,
    reading=None,
    rolling=None,
    champion="7",
    gate=None,
    kpis=(),
    bake=None,
    at=NOON + HOUR,
    moment=Moment.STEP,
    tried=None,
    endpoint="loan-endpoint",
):
    gates = Gates(canary=gate or CanaryGate(), bake=bake or BakeGate())
    stage = StagePolicy(name="production", endpoint="loan-endpoint", gates=gates)
    return Case(
        policy=Policy(model="loan", kpis=list(kpis), stages=[stage]),
        stage=stage,
        candidate=ModelVersion(name="loan", version="8"),
        evidence=PromotionEvidence(taken=at, canary=reading, tried=tried),
        moment=moment,
        at=at,
        tried=endpoint,
        promotion=None if rolling is None else promotion(rolling, champion),
    )


def side(*, requests, buckets=10, errors=0.001, latency=100.0, spread=0.5, seed=0, **kpis):
    """What a deployment answered: log-normal milliseconds with this mean, errors by chance."""
    generator = np.random.default_rng(seed)
    counts = generator.poisson(requests, buckets)
    means = [
        latency * float(generator.lognormal(-spread * spread / 2, spread, count).mean())
        if count
        else None
        for count in counts
    ]
    told = {
        "errors": tuple(float(generator.binomial(count, errors)) for count in counts),
        "errors:of": tuple(float(count) for count in counts),
        "latency": tuple(means),
        "latency:of": tuple(float(count) for count in counts),
    }
    return {**told, **{name.replace("__", "/"): value for name, value in kpis.items()}}


def reading(control=None, experiment=None, *, start=NOON + 5 * MINUTE, buckets=10, **changed):
    made = {
        "taken": NOON + HOUR,
        "start": start,
        "end": start + 5 * MINUTE * buckets,
        "control_deployment": "blue",
        "experiment_deployment": "green",
        "control": control or side(requests=9000, seed=1),
        "experiment": experiment or side(requests=1000, seed=2),
    }
    return CanaryReading(**{**made, **changed})


def kpi(name="approvals", **changed):
    return KpiPolicy(name=name, **changed)
