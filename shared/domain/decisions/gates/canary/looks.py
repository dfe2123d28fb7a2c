"""How strictly a look at a canary judges, so that looking often makes no false alarm likelier."""

from dataclasses import dataclass
from typing import Any

from shared.domain.decisions.gates.case import Case
from shared.domain.policy import CanaryGate
from shared.domain.promotion import Rollout, TrafficStep

_LEAST = 0.0051
"""The judge asks that each look has so much more of the data than the one before."""
_MOST = 10
"""So many looks are reckoned with one by one; more of them hardly change the last one's level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A look's part of the error that the gate may make.

    It is look `number` of the `planned` ones. `fractions` say how much of a step's error may be
    spent by the looks so far, 1 at the last. `error` is what one metric may make at one step.
    """

    number: int
    planned: int
    fractions: tuple[float, ...]
    error: float

    def confidence(self, *, both_ways: bool) -> float:
        """That of a metric's interval: where one way is bad, one of its two ends alone can fail."""
        return 1.0 - self.error * (1.0 if both_ways else 2.0)

    @property
    def beyond(self) -> bool:
        """Whether more was looked than was planned, and the step's time is over."""
        return self.number > self.planned and self.fractions[-1] >= 1.0

    def looks(self) -> dict[str, Any]:
        """What the judge is asked with."""
        count = len(self.fractions)
        looks = count if self.fractions[-1] >= 1.0 else count + 1
        return {"look": count, "looks": looks, "fractions": self.fractions}


def level_of(case: Case, gate: CanaryGate) -> Level:
    """The level of this look at the step in force.

    The gate's error is shared evenly by the steps that compare and by the metrics (Bonferroni). Of
    a metric's part of a step α·f² may be spent by a look (Kim and DeMets 1987), f being the share
    of the step's time that is over, one half of it at once and one half by the planned looks.
    So looks during the bake spend little however many they are, the first one after it has most
    of the error, and something is left for those that follow where it was open.
    """
    planned = max(1, gate.looks)
    rollout = case.promotion.rollout if case.promotion is not None else None
    error = (1.0 - gate.confidence) / (2 + len(gate.kpis))
    if rollout is None:
        return Level(number=1, planned=1, fractions=(1.0,), error=error)
    steps = max(1, sum(compares(step, rollout.deployment) for step in rollout.steps))
    number = rollout.looks + 1
    return Level(
        number=number,
        planned=planned,
        fractions=_fractions(number, planned, _over(case, rollout, gate)),
        error=error / steps,
    )


def _fractions(number: int, planned: int, over: float) -> tuple[float, ...]:
    """What may be spent by each look so far. When those before came is not known.

    Once the step's time is over they are taken to have come after it too, which leaves this look
    the least; before that, to have come evenly.
    """
    looks = number if over < 1.0 else min(number, planned)
    count = min(looks, _MOST)
    shares = [place / count for place in range(1, count + 1)]
    each = [
        (over * share if over < 1.0 else 1.0) * (1.0 + min(1.0, looks * share / planned)) / 2.0
        for share in shares
    ]
    kept = [max(each[-1], _LEAST)]
    for fraction in reversed(each[:-1]):
        if _LEAST <= fraction <= kept[0] - _LEAST:
            kept.insert(0, fraction)
    return tuple(kept)


def compares(step: TrafficStep, deployment: str) -> bool:
    """Whether a deployment answers beside others at a step, mirrored requests included."""
    answers = step.traffic.get(deployment, 0.0) > 0.0 or step.mirror.get(deployment, 0.0) > 0.0
    return answers and bool(others(step, deployment))


def others(step: TrafficStep, deployment: str) -> list[str]:
    """The other deployments that have traffic at a step."""
    return sorted(name for name, share in step.traffic.items() if share > 0 and name != deployment)


def _over(case: Case, rollout: Rollout, gate: CanaryGate) -> float:
    """The share of the step's time that is over; the gate's window where it has none of its own."""
    bake = rollout.steps[rollout.at].bake if 0 <= rollout.at < len(rollout.steps) else 0.0
    whole = bake or gate.window.total_seconds()
    if rollout.since is None or whole <= 0.0:
        return 1.0
    return min(1.0, max(0.0, (case.at - rollout.since).total_seconds() / whole))
