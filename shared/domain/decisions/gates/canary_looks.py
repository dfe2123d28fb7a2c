"""How strictly a look at a canary judges, so that looking often makes no false alarm likelier."""

from dataclasses import dataclass
from typing import Any

from shared.domain.decisions.gates.case import Case
from shared.domain.policy import CanaryGate
from shared.domain.promotion import Rollout, TrafficStep

_LEAST = 0.005
_MOST = 10
"""So many looks are reckoned with one by one; more of them hardly change the last one's level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A look's part of the error that the gate may make.

    It is look `number` of the `planned` ones. `fractions` are the shares of the step's data at the
    looks so far, None for the last of all looks. `error` is what one metric may make at one step.
    """

    number: int
    planned: int
    fractions: tuple[float, ...] | None
    error: float

    def confidence(self, *, both_ways: bool) -> float:
        """That of a metric's interval: where one way is bad, one of its two ends alone can fail."""
        return 1.0 - self.error * (1.0 if both_ways else 2.0)

    @property
    def beyond(self) -> bool:
        """Whether more was looked than was planned, and all data are in."""
        return self.fractions is None and self.number > self.planned

    def looks(self) -> dict[str, Any]:
        """What the judge is asked with."""
        if self.fractions is None:
            return {"look": self.planned, "looks": self.planned}
        count = len(self.fractions)
        return {"look": count, "looks": count + 1, "fractions": self.fractions}


def level_of(case: Case, gate: CanaryGate) -> Level:
    """The level of this look at the step in force.

    The gate's error is shared evenly by the steps that compare and by the metrics (Bonferroni). A
    metric's part of a step is spent as α·f² (Kim and DeMets 1987) by f, the share of the step's
    data that should be there by now: no more of it than its time that is over and than its planned
    looks that were taken. So looks that come early or more often than planned spend little each,
    and one that comes late does not spend what was meant for those after it.
    """
    planned = max(1, gate.looks)
    rollout = case.promotion.rollout if case.promotion is not None else None
    metrics = 2 + len(gate.kpis)
    if rollout is None:
        error = (1.0 - gate.confidence) / metrics
        return Level(number=1, planned=1, fractions=None, error=error)
    steps = max(1, sum(compares(step, rollout.deployment) for step in rollout.steps))
    number = rollout.looks + 1
    fractions = None
    over = _over(case, rollout, gate)
    if number < planned or over < 1.0:
        fraction = max(_LEAST, min(over, number / planned))
        # One less than would fit, as fractions have to grow by this much.
        count = max(1, min(number, _MOST, int(fraction / _LEAST) - 1))
        fractions = tuple(fraction * place / count for place in range(1, count + 1))
    return Level(
        number=number,
        planned=planned,
        fractions=fractions,
        error=(1.0 - gate.confidence) / metrics / steps,
    )


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
