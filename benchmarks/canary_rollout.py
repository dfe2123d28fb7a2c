"""What becomes of whole rollouts: versions that are as good, and ones that are worse.

Ten, then fifty per cent of the traffic, an hour each, then all of it. It is looked when the hour is
over and every quarter of an hour from then on, or every five minutes from the beginning; a look
that fails returns the traffic, a step ends when its hour is over and it passes, and a step that is
open four hours later is given up. Errors come by chance, durations are log-normal around a level
that wanders for both together.

Three judges see the same answers. `ours` is the gate as it is, its error spent over metrics, steps
and looks. `each look` is the same judge with the whole level of 98 % for every metric at every
look. `Kayenta` is its rule at every look: Mann and Whitney's interval of the buckets' values at
98 %, a metric fails where all of it lies beyond a quarter of its own estimate, and what does not
fail passes; it begins with the fifth bucket. The first lines allow no change at all, so that the
whole error can be seen: ours promises 1 % at this step over its four planned looks, and what comes
past them adds to that.
Run: python -m benchmarks.canary_rollout [--runs 100] [--seed 1]
"""

import argparse
import statistics
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from benchmarks.canary import Stream, kayenta, told
from shared.domain.decisions.gates.canary.judging import judge_canary
from shared.domain.decisions.gates.case import Case, Moment
from shared.domain.evidence import PromotionEvidence
from shared.domain.evidence.promotion import CanaryReading
from shared.domain.policy import CanaryGate, Gates, Policy, StagePolicy
from shared.domain.promotion import Phase, Promotion, Rollout, RolloutStatus, TrafficStep
from shared.domain.verdict import Verdict, worst
from shared.domain.world import ModelVersion

Array = npt.NDArray[np.float64]
BEGUN = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
MINUTE, BUCKET = timedelta(minutes=1), 5
SHARES, BAKE, PATIENCE = (0.1, 0.5), 60, 240
SETTLING, LATE = 5, 5
STEPS = tuple(
    TrafficStep(traffic={"green": 100 * share, "blue": 100 - 100 * share}, bake=60.0 * BAKE)
    for share in (*SHARES, 1.0)
)


class Judge(StrEnum):
    """Who decides."""

    OURS = "ours"
    EACH_LOOK = "each look"
    KAYENTA = "Kayenta"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Calls a minute, what the new version does to errors and latency, and what is allowed."""

    name: str
    calls: int = 400
    errors: float = 0.01
    times_errors: float = 1.0
    times_latency: float = 1.0
    spread: float = 0.5
    first: int = 60
    every: int = 15
    allowed: CanaryGate = field(default_factory=CanaryGate)


STRICT = CanaryGate(errors=0.0, latency=0.0)
WORLDS = (
    World(name="unchanged, nothing allowed", allowed=STRICT),
    World(name="the same, every 5 minutes", allowed=STRICT, first=5, every=5),
    World(name="unchanged"),
    World(name="unchanged, every 5 minutes", first=5, every=5),
    World(name="unchanged, 40 calls a minute", calls=40),
    World(name="latency +5 %, within the limit", times_latency=1.05),
    World(name="error rate x2", times_errors=2.0),
    World(name="latency +20 %", times_latency=1.2),
    World(name="error rate x2, 40 calls a minute", times_errors=2.0, calls=40),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Buckets of one side at one step."""

    requests: Array
    errors: Array
    means: Array


def answers(generator: np.random.Generator, world: World, share: float) -> tuple[Answers, Answers]:
    """Both sides for as long as a step may last."""
    buckets = (PATIENCE + BAKE) // BUCKET
    level = np.exp(0.03 * np.cumsum(generator.normal(size=buckets)) / 3.0)
    return (
        _side(generator, world, 1.0 - share, level),
        _side(
            generator, world, share, level * world.times_latency, times_errors=world.times_errors
        ),
    )


def _side(
    generator: np.random.Generator,
    world: World,
    share: float,
    level: Array,
    times_errors: float = 1.0,
) -> Answers:
    requests = generator.poisson(world.calls * BUCKET * share, len(level))
    durations = generator.lognormal(-(world.spread**2) / 2.0, world.spread, int(requests.sum()))
    sums = np.add.reduceat(np.append(durations, 0.0), np.cumsum(requests) - requests)
    means = np.where(requests > 0, 100.0 * level * sums / np.maximum(requests, 1), np.nan)
    return Answers(
        requests=requests.astype(float),
        errors=generator.binomial(requests, world.errors * times_errors).astype(float),
        means=means,
    )


def verdict_of(
    judge: Judge, world: World, step: int, sides: tuple[Answers, Answers], look: int, minute: int
) -> Verdict:
    """What a judge says at a minute of a step."""
    count = max(0, (minute - SETTLING - LATE) // BUCKET)
    if judge is Judge.KAYENTA:
        return _kayenta(sides, count)
    case = _case(judge, world, step, sides, look, minute, count)
    return worst(one.finding.verdict for one in judge_canary(case) if one.finding.enforced)


def _kayenta(sides: tuple[Answers, Answers], count: int) -> Verdict:
    if count < 5:
        return Verdict.INCONCLUSIVE
    control, experiment = sides
    errors = [{"m": s.errors[:count] / np.maximum(s.requests[:count], 1)} for s in sides]
    means = [{"m": side.means[:count]} for side in (control, experiment)]
    stream = Stream(name="", draw=lambda *_: {})
    failed = any(kayenta(stream, *one) for one in (errors, means) if not _gaps(one))
    return Verdict.FAIL if failed else Verdict.PASS


def _gaps(values: list[dict[str, Array]]) -> bool:
    return any(bool(np.isnan(side["m"]).any()) for side in values)


def _case(
    judge: Judge,
    world: World,
    step: int,
    sides: tuple[Answers, Answers],
    look: int,
    minute: int,
    count: int,
) -> Case:
    at, start = BEGUN + minute * MINUTE, BEGUN + SETTLING * MINUTE
    gate = world.allowed
    if judge is Judge.EACH_LOOK:
        # Without a rollout there is one look; two metrics share what they are given, one way each.
        gate = CanaryGate(errors=gate.errors, latency=gate.latency, confidence=0.98)
    reading = CanaryReading(
        taken=at,
        start=start,
        end=start + count * BUCKET * MINUTE,
        control_deployment="blue",
        experiment_deployment="green",
        control=_told(sides[0], count),
        experiment=_told(sides[1], count),
    )
    stage = StagePolicy(name="production", gates=Gates(canary=gate))
    rollout = Rollout(
        endpoint="loan-endpoint",
        deployment="green",
        before=TrafficStep(traffic={"blue": 100.0}),
        steps=STEPS,
        status=RolloutStatus.BAKING,
        planned=BEGUN,
        at=step,
        since=BEGUN,
        looks=look,
    )
    promotion = Promotion(
        version="8",
        stage="production",
        phase=Phase.ROLLING,
        begun=BEGUN,
        since=BEGUN,
        rollout=rollout if judge is Judge.OURS else None,
    )
    return Case(
        policy=Policy(model="loan", stages=[stage]),
        stage=stage,
        candidate=ModelVersion(name="loan", version="8"),
        evidence=PromotionEvidence(taken=at, canary=reading),
        moment=Moment.STEP,
        at=at,
        tried="loan-endpoint",
        promotion=promotion,
    )


def _told(side: Answers, count: int) -> dict[str, tuple[float | None, ...]]:
    means = [None if np.isnan(mean) else float(mean) for mean in side.means[:count]]
    requests = tuple(map(float, side.requests[:count]))
    return {
        "errors": tuple(map(float, side.errors[:count])),
        "errors:of": requests,
        "latency": tuple(means),
        "latency:of": requests,
    }


def roll(judge: Judge, world: World, steps: list[tuple[Answers, Answers]]) -> tuple[Verdict, int]:
    """How a rollout ends (pass: all traffic, fail: returned), and after how many minutes."""
    begun = 0
    for step, sides in enumerate(steps):
        for look, minute in enumerate(range(world.first, BAKE + PATIENCE + 1, world.every)):
            verdict = verdict_of(judge, world, step, sides, look, minute)
            if verdict is Verdict.FAIL:
                return Verdict.FAIL, begun + minute
            if verdict is Verdict.PASS and minute >= BAKE:
                begun += minute
                break
        else:
            return Verdict.INCONCLUSIVE, begun + BAKE + PATIENCE
    return Verdict.PASS, begun


def main() -> None:
    """Print one line a world and judge: shares of rollouts, and the median time of their end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(f"{asked.runs} rollouts of each; shares in %, with their intervals of 95 %; medians")
    print(f"{'':32}{'judge':>10}{'returned':>20}{'went through':>20}{'open':>20}{'minutes':>9}")
    for at, world in enumerate(WORLDS):
        generator = np.random.default_rng([asked.seed, at])
        ends: dict[Judge, list[tuple[Verdict, int]]] = {judge: [] for judge in Judge}
        for _ in range(asked.runs):
            steps = [answers(generator, world, share) for share in SHARES]
            for judge, found in ends.items():
                found.append(roll(judge, world, steps))
        for judge, found in ends.items():
            shares = [
                told(sum(verdict is one for verdict, _ in found), asked.runs)
                for one in (Verdict.FAIL, Verdict.PASS, Verdict.INCONCLUSIVE)
            ]
            median = statistics.median(minutes for _, minutes in found)
            name = world.name if judge is Judge.OURS else ""
            cells = "".join(f"{cell:>20}" for cell in shares)
            print(f"{name:32}{judge.value:>10}{cells}{median:>9.0f}")


if __name__ == "__main__":
    main()
