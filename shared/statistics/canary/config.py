"""What is asked of a canary: its metrics, their groups, and what counts as good enough."""

import math
from dataclasses import dataclass, field
from enum import StrEnum

from shared.errors import InvalidData


class Direction(StrEnum):
    """Which change of a metric is bad."""

    INCREASE = "increase"
    DECREASE = "decrease"
    EITHER = "either"


class MetricKind(StrEnum):
    """Samples are measured values, a proportion is events of trials, a count events of exposure."""

    SAMPLES = "samples"
    PROPORTION = "proportion"
    COUNT = "count"


class Missing(StrEnum):
    """What a gap means: no measurement, or that nothing happened."""

    REMOVE = "remove"
    ZERO = "zero"


class Undecided(StrEnum):
    """What a metric is whose interval reaches over the limit; `pass` is Kayenta's rule."""

    INCONCLUSIVE = "inconclusive"
    PASS = "pass"  # noqa: S105  a choice, not a word to get in with


DEFAULT_RELATIVE = 0.1
DEFAULT_SHARE = 0.001
UNGROUPED = "ungrouped"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricConfig:
    """How one metric is judged.

    Without a `kind` it is a proportion when all its values are 0 and 1, a count when most are 0 and
    the others whole, else samples.
    `allowed_relative` is a share of the control's location or rate, `allowed_absolute` is in the
    metric's own unit; a change is of no matter while it is within either. With neither, a tenth is
    allowed, and of a proportion a thousandth besides. `allowed_spread` and `allowed_tail` are the
    largest allowed ratios of spread and of extreme values, None leaves that test out. `exposure`
    names the column of trials or exposure; without it each row is one.
    """

    kind: MetricKind | None = None
    direction: Direction = Direction.EITHER
    critical: bool = False
    muted: bool = False
    must_have_data: bool = False
    group: str = UNGROUPED
    allowed_relative: float | None = None
    allowed_absolute: float | None = None
    allowed_spread: float | None = 1.5
    allowed_tail: float | None = 1.5
    exposure: str | None = None
    missing: Missing = Missing.REMOVE

    def relative(self) -> float | None:
        """The allowed relative change, with the default when nothing was set."""
        if self.allowed_relative is None and self.allowed_absolute is None:
            return DEFAULT_RELATIVE
        return self.allowed_relative

    def absolute(self) -> float | None:
        """The allowed absolute change, with a proportion's default when nothing was set."""
        if self.allowed_relative is None and self.allowed_absolute is None:
            return DEFAULT_SHARE if self.kind is MetricKind.PROPORTION else None
        return self.allowed_absolute


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The scores from which a canary passes, and from which it is marginal rather than failed."""

    # Kayenta's usual pair.
    pass_: float = 75.0
    marginal: float = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryConfig:
    """Every metric's configuration, group weights out of 100, and the judge's own settings.

    Without `metrics` every column both sides have is judged by the defaults. `confidence` holds
    for each metric: at most 1 - confidence of unchanged metrics fail, over all looks together.
    Groups without a weight share what is left of 100.
    """

    metrics: dict[str, MetricConfig] = field(default_factory=dict)
    groups: dict[str, float] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=Thresholds)
    confidence: float = 0.98
    minimum_samples: int = 5
    undecided: Undecided = Undecided.INCONCLUSIVE


def check_config(config: CanaryConfig) -> None:
    """Refuse what types cannot say: ranges, weights, and settings that exclude each other.

    Raises InvalidData naming the key and the fix.
    """
    for problem in (*_overall_problems(config), *_group_problems(config)):
        raise InvalidData(f"{problem}.")
    for name, metric in config.metrics.items():
        for problem in _metric_problems(metric):
            raise InvalidData(f"metrics.{name}.{problem}.")


def _overall_problems(config: CanaryConfig) -> list[str]:
    problems = []
    if not 0.5 <= config.confidence < 1.0:
        problems.append(
            f"confidence is {config.confidence:g}; give a number from 0.5 to below 1, such as 0.98"
        )
    if config.minimum_samples < 1:
        problems.append(f"minimum_samples is {config.minimum_samples}; give 1 or more")
    limits = config.thresholds
    if not 0.0 <= limits.marginal <= limits.pass_ <= 100.0:
        problems.append(
            f"thresholds are pass {limits.pass_:g} and marginal {limits.marginal:g}; "
            "give scores from 0 to 100, marginal not above pass"
        )
    return problems


def _group_problems(config: CanaryConfig) -> list[str]:
    used = {metric.group for metric in config.metrics.values()}
    problems = [
        f"groups.{name} is {weight:g}; give a weight from 0 to 100"
        for name, weight in config.groups.items()
        if not 0.0 < weight <= 100.0
    ]
    problems += [
        f"groups.{name} has no metric; name it as `group` of one, or remove it"
        for name in config.groups
        if name not in used
    ]
    total = math.fsum(config.groups.values())
    unweighted = sorted(used - set(config.groups))
    if config.groups and not unweighted and not math.isclose(total, 100.0, abs_tol=1e-6):
        problems.append(f"groups add up to {total:g}; make them 100")
    if config.groups and unweighted and total >= 100.0:
        problems.append(
            f"groups add up to {total:g}, which leaves nothing for {unweighted[0]}; "
            "lower a weight or name one"
        )
    return problems


def _metric_problems(metric: MetricConfig) -> list[str]:
    problems = []
    for key in ("allowed_relative", "allowed_absolute"):
        value = getattr(metric, key)
        if value is not None and not (math.isfinite(value) and value >= 0.0):
            problems.append(f"{key} is {value:g}; give 0 or more")
    for key in ("allowed_spread", "allowed_tail"):
        value = getattr(metric, key)
        if value is not None and not (math.isfinite(value) and value >= 1.0):
            problems.append(f"{key} is {value:g}; give a ratio of 1 or more, or null for no test")
    if metric.kind in {None, MetricKind.SAMPLES} and metric.exposure is not None:
        problems.append("exposure is for a proportion or a count; set kind, or remove it")
    return problems
