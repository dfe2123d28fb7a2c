"""What the canary's judge says of one metric, as a finding with what is still missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil, isfinite
from typing import TYPE_CHECKING, Any

from shared.domain.decisions.gates.age import AGAIN
from shared.domain.decisions.gates.canary.looks import Level
from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.evidence.promotion import CanaryReading
from shared.domain.finding import Finding, Rule
from shared.domain.policy import CanaryGate
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_number
from shared.errors import InvalidData

if TYPE_CHECKING:
    from shared.statistics.canary import MetricConfig
    from shared.statistics.canary.effect import Effect
    from shared.statistics.canary.result import MetricJudgement

_LONGEST = timedelta(days=30)
_SHIFTS = {"location", "mean"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What is compared: the reading, and how strictly this look judges it."""

    case: Case
    gate: CanaryGate
    reading: CanaryReading
    level: Level

    @property
    def minutes(self) -> float:
        """How long both were counted."""
        return (self.reading.end - self.reading.start).total_seconds() / 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What both sides' values rest on, told as `unit`; a value stands for so many of `each`.

    `note` says so in the sentence.
    """

    unit: str
    control: float
    experiment: float
    each: float = 1.0
    note: str = ""


def total(values: Iterable[float | None]) -> float:
    """What there is of them, added up."""
    return sum(value for value in values if value is not None)


def judge_one(
    sides: Sides,
    key: str,
    values: tuple[Mapping[str, Any], Mapping[str, Any]],
    config: "MetricConfig",
    counted: Counted,
) -> Judged:
    """The metric that comes first in `values`; what stands beside it is its exposure.

    Settings that the judge refuses, and counts that cannot be, are an error for people.
    """
    from shared.statistics.canary import CanaryConfig, Direction, judge

    name = next(iter(values[0]))
    confidence = sides.level.confidence(both_ways=config.direction is Direction.EITHER)
    asked = CanaryConfig(metrics={name: config}, confidence=confidence)
    try:
        [metric] = judge(*values, asked, **sides.level.looks()).metrics
    except InvalidData as problem:
        return undecided(sides, key, "cannot_judge", str(problem), Verdict.ERROR, people=True)
    finding = _finding(key, metric, config, counted, sides.reading)
    if metric.verdict is not Verdict.INCONCLUSIVE:
        return Judged(finding=finding)
    return _waiting(sides, finding, counted)


def undecided(
    sides: Sides,
    key: str,
    reason: str,
    sentence: str,
    verdict: Verdict = Verdict.INCONCLUSIVE,
    *,
    people: bool = False,
) -> Judged:
    """Nothing to compare; `people` have to mend it where time cannot."""
    finding = Finding(
        rule=Rule.CANARY_GATE,
        thing=f"canary/{key}",
        verdict=verdict,
        reason=reason,
        sentence=sentence,
    )
    again = None if people else sides.case.at + max(sides.gate.every, AGAIN)
    return Judged(finding=finding, look_again=again)


def too_few(sides: Sides, key: str, sentence: str, needed: int, counted: Counted) -> Judged:
    """Not enough to be compared at all: at least `needed` of the unit a side."""
    open_ = undecided(sides, key, "too_few", sentence).finding
    return _waiting(sides, replace(open_, n=counted.experiment, n_needed=needed), counted)


def _finding(
    key: str,
    metric: "MetricJudgement",
    config: "MetricConfig",
    counted: Counted,
    reading: CanaryReading,
) -> Finding:
    """The numbers are those of the effect that decided, and of the first where none did."""
    decisive = (effect for effect in metric.effects if effect.verdict is metric.verdict)
    effect = next(decisive, next(iter(metric.effects), None))
    statistic, estimate, low, high, limit = _numbers(effect, metric, config)
    return Finding(
        rule=Rule.CANARY_GATE,
        thing=f"canary/{key}",
        verdict=metric.verdict,
        reason=metric.reason.value,
        sentence=f"{metric.sentence[:1].upper()}{metric.sentence[1:]}{counted.note}",
        statistic=statistic,
        estimate=_finite(estimate),
        low=_finite(low),
        high=_finite(high),
        limit=_finite(limit),
        n=counted.experiment,
        n_needed=None if metric.n_needed is None else ceil(metric.n_needed * counted.each),
        details={
            "control": reading.control_deployment,
            "experiment": reading.experiment_deployment,
            "unit": counted.unit,
            "n_control": counted.control,
        },
    )


_Numbers = tuple[str | None, float | None, float | None, float | None, float | None]


def _numbers(
    effect: "Effect | None", metric: "MetricJudgement", config: "MetricConfig"
) -> _Numbers:
    """What was measured: estimate, low, high and limit, as shares where the limit is one."""
    if effect is None:
        return None, None, None, None, None
    falls = effect.ceiling is None or (effect.floor is not None and effect.estimate < 0.0)
    allowed = config.allowed_relative
    if metric.relative is not None and allowed is not None and effect.aspect.value in _SHIFTS:
        return "relative_change", *metric.relative, -allowed if falls else allowed
    limit = effect.floor if falls else effect.ceiling
    return effect.aspect.value, effect.estimate, effect.low, effect.high, limit


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def _waiting(sides: Sides, finding: Finding, counted: Counted) -> Judged:
    """With how many more it takes, how long that is, and when to look again."""
    at, smaller = sides.case.at, min(counted.control, counted.experiment)
    again = max(sides.gate.every, AGAIN)
    if finding.n_needed is None:
        return Judged(finding=finding, look_again=at + again)
    more = max(1, ceil(finding.n_needed - smaller))
    whose = sides.reading.experiment_deployment
    if counted.control < counted.experiment:
        whose = sides.reading.control_deployment
    minutes = min(more * sides.minutes / smaller, _LONGEST / timedelta(minutes=1))
    takes = timedelta(minutes=ceil(minutes))
    about = "more than" if takes == _LONGEST else "roughly"
    told = (
        f" It takes about {spell_number(more)} more {counted.unit} of {whose}, {about} "
        f"{spell_duration(takes)} at this rate."
    )
    again = min(max(again, takes), max(again, sides.gate.window))
    finding = replace(finding, sentence=f"{finding.sentence}{told}")
    return Judged(finding=finding, look_again=at + again)
