"""A judged metric in one sentence, every number with its interval."""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from shared.domain.wording import spell_number
from shared.statistics.canary.config import Direction, MetricConfig, MetricKind, Missing
from shared.statistics.canary.effect import Aspect, Effect
from shared.statistics.canary.result import MetricReason
from shared.statistics.canary.values import Events

Array = npt.NDArray[np.float64]

_MAY = {Direction.INCREASE: "rise", Direction.DECREASE: "fall", Direction.EITHER: "move"}


def no_data_sentence(
    name: str, of_control: bool, of_experiment: bool, missing: bool, config: MetricConfig
) -> str:
    """Which side lacks what, and what that means."""
    who = "The control has" if of_control else "The experiment has"
    if of_control and of_experiment:
        who = "Control and experiment have"
    what = f"no {name}" if missing else f"no value of {name}"
    then = "nothing can be said of it"
    if config.must_have_data:
        then = "it must have data, so it fails"
    elif not missing and config.missing is Missing.REMOVE:
        then = "nothing can be said of it; set missing: zero if a gap means that none happened"
    return f"{who} {what}; {then}."


def too_few_sentence(name: str, of_control: float, of_experiment: float, least: int) -> str:
    """How many there are, and how many are needed."""
    return (
        f"{name} has {_plural(of_experiment, 'value')} against the control's "
        f"{spell_number(of_control)}; at least {least} a side are needed."
    )


def infinite_sentence(name: str, of_control: int, of_experiment: int) -> str:
    """Where the infinite values are, and what to do with them."""
    if not of_control and not of_experiment:
        return f"{name} has values beyond 1e100, of which no sums can be made; give smaller units."
    return (
        f"{name} is infinite in {_plural(of_experiment, 'row')} of the experiment and "
        f"{of_control} of the control, which cannot be compared; "
        "record a number, or leave them empty."
    )


def mostly_one_sentence(name: str, value: float) -> str:
    """Why an unmoved median is no pass, and how to ask what is meant."""
    return (
        f"More than half of all values of {name} are {spell_number(value)}, so that its median "
        "tells nothing of the others; count what is not as it should be and set kind: count or "
        "proportion, or set allowed_absolute so that the others are of no matter."
    )


def values_against(control: Array, experiment: Array, aspect: Aspect) -> str:
    """Both sides' medians, or means where these were compared."""
    word, middle = ("mean", np.mean) if aspect is Aspect.MEAN else ("median", np.median)
    return (
        f"{word} {spell_number(float(middle(experiment)))} of "
        f"{_plural(len(experiment), 'value')}, the control's "
        f"{spell_number(float(middle(control)))} of {spell_number(len(control))}"
    )


def counts_against(
    control: Events, experiment: Events, config: MetricConfig, kind: MetricKind
) -> str:
    """Both sides' events and what they are of."""
    unit = config.exposure or ("trials" if kind is MetricKind.PROPORTION else "rows")
    return (
        f"{spell_number(experiment.events)} in {spell_number(experiment.exposure)} "
        f"{unit}, the control's {spell_number(control.events)} in "
        f"{spell_number(control.exposure)}"
    )


def effect_sentence(
    name: str,
    against: str,
    effect: Effect,
    relative: tuple[float, float, float] | None,
    config: MetricConfig,
    reason: MetricReason,
    counted: tuple[MetricKind, float],
) -> str:
    """What was seen, its interval, what is allowed, and what would decide when nothing did.

    `against` tells what both sides recorded, `counted` is the metric's kind and
    how many of its rows count as one.
    """
    kind, rows_as_one = counted
    seen = _SEEN[effect.aspect](effect, relative)
    return (
        f"{name}: {seen} ({against}{_dependent(kind, rows_as_one)}); "
        f"{_allowed(effect, config)}, and {_conclusion(effect, reason, config, kind)}."
    )


def _dependent(kind: MetricKind, rows_as_one: float) -> str:
    if rows_as_one == 1.0:
        return ""
    if kind is MetricKind.SAMPLES:
        return f"; neighbouring rows are alike, so {rows_as_one:.2g} count as one"
    return f"; they come in bursts, so {rows_as_one:.2g} count as one"


def _location(effect: Effect, relative: tuple[float, float, float] | None) -> str:
    what = "a shift of" if effect.aspect is Aspect.LOCATION else "the mean moved by"
    shift = f"{what} {_signed(effect.estimate)} {_range(effect.low, effect.high, _signed)}"
    if relative is None:
        return shift
    estimate, low, high = relative
    return f"{shift} or {_percent(estimate)} {_range(low, high, _percent)}"


def _spread(effect: Effect, _: object) -> str:
    return f"spread {_times(effect.estimate)} as wide {_ratio_range(effect)}"


def _tail(effect: Effect, _: object) -> str:
    where = "above its 99th" if effect.aspect is Aspect.UPPER_TAIL else "below its 1st"
    often = _times(effect.estimate)
    return (
        f"{often} as often as the control {where} percentile, the allowed shift left out, "
        f"{_ratio_range(effect)}"
    )


def _ratio(effect: Effect, _: object) -> str:
    if math.isnan(effect.estimate):
        return "it occurred on neither side"
    return f"{_times(effect.estimate)} as often {_ratio_range(effect)}"


def _difference(effect: Effect, _: object) -> str:
    return (
        f"the rate moved by {_signed(effect.estimate)} {_range(effect.low, effect.high, _signed)}"
    )


_SEEN: dict[Aspect, Callable[[Effect, tuple[float, float, float] | None], str]] = {
    Aspect.LOCATION: _location,
    Aspect.MEAN: _location,
    Aspect.SPREAD: _spread,
    Aspect.UPPER_TAIL: _tail,
    Aspect.LOWER_TAIL: _tail,
    Aspect.RATIO: _ratio,
    Aspect.DIFFERENCE: _difference,
}


def _ratio_range(effect: Effect) -> str:
    low = -math.inf if effect.low <= 0.0 else effect.low
    return _range(low, effect.high, lambda value: f"{value:.3g}")


def _range(low: float, high: float, spell: Callable[[float], str]) -> str:
    if math.isinf(low) and math.isinf(high):
        return "[unknown]"
    if math.isinf(high):
        return f"[{spell(low)} or more]"
    if math.isinf(low):
        return f"[{spell(high)} or less]"
    return f"[{spell(low)} to {spell(high)}]"


def _allowed(effect: Effect, config: MetricConfig) -> str:
    if effect.aspect in {Aspect.SPREAD, Aspect.UPPER_TAIL, Aspect.LOWER_TAIL}:
        least = "" if effect.floor is None else f"{effect.floor:.3g} to "
        return f"{least or 'at most '}{_times(effect.ceiling or math.inf)} is allowed"
    if effect.aspect is Aspect.RATIO:
        most = f"{100.0 * (config.relative() or 0.0):.3g} %"
    else:
        most = spell_number(effect.ceiling if effect.ceiling is not None else -(effect.floor or 0))
    return f"it may {_MAY[config.direction]} by at most {most}"


def _conclusion(
    effect: Effect, reason: MetricReason, config: MetricConfig, kind: MetricKind
) -> str:
    if reason is MetricReason.WITHIN_ALLOWED:
        return "the whole interval is within that"
    if reason is MetricReason.UNDECIDED_PASSES:
        return "the interval reaches beyond that, which passes because of undecided: pass"
    if reason is not MetricReason.NOT_DECIDED:
        return "the whole interval is beyond that"
    if effect.n_needed is not None:
        unit = config.exposure or ("values" if kind is MetricKind.SAMPLES else "rows")
        needed = f"about {spell_number(effect.n_needed)} {unit} a side would decide"
        return f"the interval reaches beyond that; {needed}"
    if effect.aspect is Aspect.RATIO:
        return "no number of rows would decide that; set allowed_absolute"
    return "the estimate is too near to that for any number of rows to decide"


def _plural(count: float, unit: str) -> str:
    return f"{spell_number(count)} {unit}{'' if count == 1 else 's'}"


def _signed(value: float) -> str:
    return "0" if value == 0.0 else f"{'+' if value > 0 else ''}{spell_number(value)}"


def _percent(value: float) -> str:
    return "0 %" if value == 0.0 else f"{100.0 * value:+.3g} %"


def _times(value: float) -> str:
    if math.isnan(value):
        return "unknown times"
    return "infinitely many times" if math.isinf(value) else f"{value:.3g} times"
