"""From the effects of one metric to its classification, and the effect that decided."""

import math
from collections.abc import Sequence

from shared.statistics.canary.config import Direction
from shared.statistics.canary.effect import Aspect, Effect, Side
from shared.statistics.canary.result import Classification, MetricReason

Outcome = tuple[Classification, MetricReason]

_BEYOND = {Side.ABOVE: Classification.HIGH, Side.BELOW: Classification.LOW}


def of_samples(effects: Sequence[Effect], direction: Direction) -> tuple[Outcome, Effect]:
    """Location has to be shown within what is allowed; spread and tails only must not fail.

    A guard seldom decides on the few values of a canary, so an open one does not hold it up.
    """
    location, *guards = effects
    if location.side in _BEYOND:
        return (_BEYOND[location.side], MetricReason.LOCATION_MOVED), location
    for guard in guards:
        if guard.side in _BEYOND:
            return _of_guard(guard, direction), guard
    if location.side is Side.WITHIN:
        return (Classification.PASS, MetricReason.WITHIN_ALLOWED), location
    return (Classification.INCONCLUSIVE, MetricReason.NOT_DECIDED), location


def _of_guard(effect: Effect, direction: Direction) -> Outcome:
    """Where values spread wider they are bad on the side that is bad."""
    if effect.aspect is Aspect.SPREAD:
        low = effect.side is Side.BELOW or direction is Direction.DECREASE
        found = Classification.LOW if low else Classification.HIGH
        return found, MetricReason.SPREAD_CHANGED
    low = effect.aspect is Aspect.LOWER_TAIL
    return Classification.LOW if low else Classification.HIGH, MetricReason.TAIL_GREW


def of_events(effects: Sequence[Effect]) -> tuple[Outcome, Effect]:
    """Within either allowance passes; beyond all of them fails."""
    for effect in effects:
        if effect.side is Side.WITHIN:
            return (Classification.PASS, MetricReason.WITHIN_ALLOWED), effect
    for side, found in _BEYOND.items():
        if all(effect.side is side for effect in effects):
            return (found, MetricReason.RATE_CHANGED), effects[0]
    undecided = [effect for effect in effects if effect.side is Side.OPEN] or list(effects)
    soonest = min(undecided, key=lambda effect: effect.n_needed or math.inf)
    return (Classification.INCONCLUSIVE, MetricReason.NOT_DECIDED), soonest
