"""The tests of a metric of events: shares of trials, or rates of exposure."""

import math
from collections.abc import Callable
from dataclasses import replace

from shared.statistics.canary.config import Direction, MetricConfig, MetricKind
from shared.statistics.canary.effect import Aspect, Effect, Side, side_of
from shared.statistics.canary.rates import (
    Interval,
    clopper_pearson,
    conditional_binomial,
    difference,
    fisher,
    poisson_interval,
    rate_ratio,
    share_ratio,
)
from shared.statistics.canary.values import Events
from shared.statistics.distances.distance import rows_needed

_RARE = 0.1


def event_effects(
    control: Events, experiment: Events, config: MetricConfig, alpha: float
) -> tuple[Effect, ...]:
    """The ratio against the allowed relative change, the difference against the absolute one.

    Both have the whole level, since a metric fails only where every one of them does.
    """
    proportion = config.kind is MetricKind.PROPORTION
    p_value = _p_value(control, experiment, proportion)
    effects = []
    relative, absolute = config.relative(), config.absolute()
    rate, rate_control = experiment.events / experiment.exposure, control.events / control.exposure
    if relative is not None:
        limits = _limits(config.direction, max(0.0, 1.0 - relative), 1.0 + relative)
        estimate = rate / rate_control if rate_control > 0.0 else math.inf
        if rate == rate_control == 0.0:
            estimate = math.nan
        effects.append(
            _effect(
                Aspect.RATIO,
                estimate,
                limits,
                control,
                experiment,
                p_value,
                lambda c, e: _ratio_interval(c, e, proportion, alpha),
            )
        )
    if absolute is not None:
        limits = _limits(config.direction, -absolute, absolute)
        effects.append(
            _effect(
                Aspect.DIFFERENCE,
                rate - rate_control,
                limits,
                control,
                experiment,
                p_value,
                lambda c, e: _difference_interval(c, e, proportion, alpha),
            )
        )
    return tuple(effects)


def _limits(
    direction: Direction, floor: float, ceiling: float
) -> tuple[float | None, float | None]:
    return (
        None if direction is Direction.INCREASE else floor,
        None if direction is Direction.DECREASE else ceiling,
    )


def _effect(
    aspect: Aspect,
    estimate: float,
    limits: tuple[float | None, float | None],
    control: Events,
    experiment: Events,
    p_value: float | None,
    interval: Callable[[Events, Events], Interval],
) -> Effect:
    low, high = interval(control, experiment)
    side = side_of(low, high, *limits)
    exposure = min(control.exposure, experiment.exposure)

    def decides(rows: int) -> bool:
        grown = rows / exposure
        ends = interval(_grown(control, grown), _grown(experiment, grown))
        return side_of(*ends, *limits) is not Side.OPEN

    return Effect(
        aspect=aspect,
        estimate=estimate,
        low=low,
        high=high,
        floor=limits[0],
        ceiling=limits[1],
        side=side,
        p_value=p_value,
        n_needed=rows_needed(decides, start=int(exposure) + 1) if side is Side.OPEN else None,
    )


def _grown(side: Events, times: float) -> Events:
    return replace(side, events=side.events * times, exposure=side.exposure * times)


def _independent(side: Events) -> tuple[float, float]:
    return side.events / side.dispersion, side.exposure / side.dispersion


def _p_value(control: Events, experiment: Events, proportion: bool) -> float | None:
    """The exact test's, which knows no bursts."""
    if control.dispersion > 1.0 or experiment.dispersion > 1.0:
        return None
    test = fisher if proportion else conditional_binomial
    return test(int(experiment.events), experiment.exposure, int(control.events), control.exposure)


def _ratio_interval(
    control: Events, experiment: Events, proportion: bool, alpha: float
) -> Interval:
    """Exact where events are rare; shares above a tenth have the narrower one of shares."""
    numbers = (*_independent(experiment), *_independent(control), alpha)
    pooled = (experiment.events + control.events) / (experiment.exposure + control.exposure)
    if proportion and pooled > _RARE:
        return share_ratio(*numbers)
    return rate_ratio(*numbers)


def _difference_interval(
    control: Events, experiment: Events, proportion: bool, alpha: float
) -> Interval:
    single = clopper_pearson if proportion else poisson_interval
    return difference(
        experiment.events / experiment.exposure,
        single(*_independent(experiment), alpha),
        control.events / control.exposure,
        single(*_independent(control), alpha),
    )
