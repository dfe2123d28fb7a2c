"""The three tests of a metric of measured values: location, spread and tail."""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from shared.statistics.canary.config import Direction, MetricConfig
from shared.statistics.canary.effect import Aspect, Effect, Side, samples_needed, side_of
from shared.statistics.canary.means import has_few_values, welch
from shared.statistics.canary.ranks import Shift, hodges_lehmann
from shared.statistics.canary.rates import fisher, rate_ratio
from shared.statistics.canary.spread import spread_ratio
from shared.statistics.distances.distance import rows_needed

Array = npt.NDArray[np.float64]
Level = Callable[[float], float]

TAIL = 0.01
_SPREAD_FROM = 20


def location_share(config: MetricConfig) -> float:
    """The part of a metric's error that its location test may spend.

    Location counts twice, spread and tail once each, as far as they are tested: by Bonferroni's
    inequality all tests of a metric together keep its error, whatever their dependence.
    """
    return 2.0 / (2.0 + (config.allowed_spread is not None) + (config.allowed_tail is not None))


def location_aspect(control: Array, experiment: Array) -> Aspect:
    """Ranks where they can tell a shift, means where only a few different values occur."""
    return Aspect.MEAN if has_few_values(control, experiment) else Aspect.LOCATION


def location_scale(control: Array, aspect: Aspect) -> float:
    """What a relative change is relative to: the control's median, or its mean where that is 0."""
    median = 0.0 if aspect is Aspect.MEAN else abs(float(np.median(control)))
    return median if median > 0.0 else abs(float(control.mean()))


def location_margin(control: Array, config: MetricConfig, aspect: Aspect) -> float:
    """The largest shift that is of no matter, in the metric's unit: the wider allowance."""
    relative, absolute = config.relative(), config.absolute()
    return max((relative or 0.0) * location_scale(control, aspect), absolute or 0.0)


def mostly_one_value(
    control: Array, experiment: Array, direction: Direction, margin: float
) -> float | None:
    """The value that more than half of all are, where others that are of matter hide behind it.

    A median does not see them. None where there is no such value, and where none of the
    experiment's values lies beyond it by more than the margin on a side that is bad.
    """
    pooled = np.concatenate([control, experiment])
    usual = float(np.median(pooled))
    if 2 * int((pooled == usual).sum()) <= len(pooled):
        return None
    high = direction is not Direction.DECREASE and float(experiment.max()) > usual + margin
    low = direction is not Direction.INCREASE and float(experiment.min()) < usual - margin
    return usual if high or low else None


def sample_effects(
    control: Array, experiment: Array, config: MetricConfig, level: Level, alike: float = 1.0
) -> tuple[Effect, ...]:
    """Location first, then spread and tails, each with an interval at its part of the level.

    `level` turns a part of the metric's error into the nominal level at this look. So many `alike`
    rows tell as much as one independent row; the tests' p-values know nothing of it and are left
    out where it is above 1.
    """
    aspect = location_aspect(control, experiment)
    margin = location_margin(control, config, aspect)
    share = location_share(config)
    test = welch if aspect is Aspect.MEAN else hodges_lehmann
    shift = test(control, experiment, level(share), alike)
    n = min(len(control), len(experiment))
    effects = [_location(aspect, shift, config.direction, margin, n, alike)]
    if config.allowed_spread is not None:
        effects.append(_spread(control, experiment, config, level(share / 2.0), alike))
    if config.allowed_tail is not None:
        either = config.direction is Direction.EITHER
        alpha = level(share / 4.0 if either else share / 2.0)
        if config.direction is not Direction.DECREASE:
            found = (control, experiment - margin)
            effects.append(_tail(*found, Aspect.UPPER_TAIL, config.allowed_tail, alpha, alike))
        if config.direction is not Direction.INCREASE:
            found = (-control, -experiment - margin)
            effects.append(_tail(*found, Aspect.LOWER_TAIL, config.allowed_tail, alpha, alike))
    return tuple(effects)


def _location(
    aspect: Aspect, shift: Shift, direction: Direction, margin: float, n: int, alike: float
) -> Effect:
    ceiling = None if direction is Direction.DECREASE else margin
    floor = None if direction is Direction.INCREASE else -margin
    side = side_of(shift.low, shift.high, floor, ceiling)
    interval = (shift.low, shift.estimate, shift.high)
    return Effect(
        aspect=aspect,
        estimate=shift.estimate,
        low=shift.low,
        high=shift.high,
        floor=floor,
        ceiling=ceiling,
        side=side,
        p_value=shift.p_value if alike == 1.0 else None,
        n_needed=samples_needed(interval, floor, ceiling, n) if side is Side.OPEN else None,
    )


def _spread(
    control: Array, experiment: Array, config: MetricConfig, alpha: float, alike: float
) -> Effect:
    assert config.allowed_spread is not None  # noqa: S101  the caller asked for this test
    ceiling = config.allowed_spread
    floor = 1.0 / ceiling if config.direction is Direction.EITHER else None
    n = min(len(control), len(experiment))
    ratio = spread_ratio(control, experiment, alpha, alike) if n > 1 else None
    few = n < _SPREAD_FROM
    low, estimate, high = 0.0, math.nan, math.inf
    if ratio is not None:
        estimate = ratio.estimate
        if not few or ratio.low == ratio.high:
            low, high = ratio.low, ratio.high
    side = side_of(low, high, floor, ceiling)
    needed = None
    if few and side is Side.OPEN:
        needed = _SPREAD_FROM
    elif side is Side.OPEN:
        needed = samples_needed((low, estimate, high), floor, ceiling, n, math.log)
    return Effect(
        aspect=Aspect.SPREAD,
        estimate=estimate,
        low=low,
        high=high,
        floor=floor,
        ceiling=ceiling,
        side=side,
        p_value=None if ratio is None or alike > 1.0 else ratio.p_value,
        n_needed=needed,
    )


def _tail(
    control: Array,
    experiment: Array,
    aspect: Aspect,
    allowed: float,
    alpha: float,
    alike: float,
) -> Effect:
    """The share of values beyond the control's 99th percentile, experiment to control.

    The percentile is a value of the control, so its own share is not free: that among the e + r − 1
    largest of all values at least e are the experiment's has Fisher's one-sided probability for
    e of n against r − 1 of m, r the percentile's rank from the top. So it counts as if it were
    free, and the interval of a ratio of rates holds.
    Source: Epstein, Annals of Mathematical Statistics 25 (1954), tests of exceedances.
    """
    m, n = len(control), len(experiment)
    threshold = np.sort(control)[m - 1 - int(TAIL * m)]
    above, above_control = int((experiment > threshold).sum()), int((control > threshold).sum())

    def interval(times: float) -> tuple[float, float]:
        numbers = (above * times, n * times, above_control * times, m * times)
        return rate_ratio(*numbers, alpha)

    def decides(rows: int) -> bool:
        ends = interval(rows / min(m, n) / alike)
        return side_of(*ends, None, allowed) is not Side.OPEN

    low, high = interval(1.0 / alike)

    side = side_of(low, high, None, allowed)
    open_with_events = side is Side.OPEN and above + above_control > 0
    return Effect(
        aspect=aspect,
        estimate=_ratio(above / n, above_control / m),
        low=low,
        high=high,
        floor=None,
        ceiling=allowed,
        side=side,
        p_value=fisher(above, n, above_control, m) if alike == 1.0 else None,
        n_needed=rows_needed(decides, start=min(m, n) + 1) if open_with_events else None,
    )


def _ratio(share: float, of_control: float) -> float:
    if of_control > 0.0:
        return share / of_control
    return math.inf if share > 0.0 else math.nan
