"""What types cannot say of the gates that judge what is recorded of a version."""

import math
import re
from collections.abc import Iterator, Mapping

from shared.domain.policy import Bound, ChampionGate, Gates, SlicesGate

_LOWER = {
    *("loss", "logloss", "error", "err", "rmse", "mae", "mse", "mape", "smape", "brier", "ece"),
    *("latency", "fpr", "fnr", "false", "perplexity", "deviance", "duration"),
}


def recorded_problems(gates: Gates, at: str) -> Iterator[str]:
    """Each fault below the key `at`, as a sentence without its full stop."""
    yield from _bounds_problems(f"{at}.metrics", gates.bounds())
    yield from _champion_problems(f"{at}.champion", gates.champion)
    yield from _slices_problems(f"{at}.slices", gates.slices)


def _bounds_problems(path: str, bounds: Mapping[str, Bound]) -> Iterator[str]:
    for name, bound in bounds.items():
        if bound.min is not None and bound.max is not None and bound.min > bound.max:
            yield f"{path}.{name} has min {bound.min:g} above max {bound.max:g}"


def _champion_problems(path: str, gate: ChampionGate) -> Iterator[str]:
    yield from _confidence_problems(path, gate.confidence)
    for name, margin in gate.metrics.items():
        where = f"{path}.metrics.{name}"
        if margin.relative and not 0.0 <= margin.allowed < 1.0:
            yield (
                f"{where}.allowed is {margin.allowed:g}; give a share of the champion's from 0 to "
                "below 1"
            )
        elif not 0.0 <= margin.allowed < math.inf:
            yield f"{where}.allowed is {margin.allowed:g}; give 0 or more"
        if margin.better is None and _sounds_lower(name):
            yield (
                f"{where} does not say which way is better; write `better: lower`, or "
                "`better: higher` if it is"
            )


def _slices_problems(path: str, gate: SlicesGate) -> Iterator[str]:
    yield from _confidence_problems(path, gate.confidence)
    for name, most in gate.max_gap.items():
        if not 0.0 <= most < math.inf:
            yield f"{path}.max_gap.{name} is {most:g}; give 0 or more"
    for name, bound in gate.bounds.items():
        if bound.min is None and bound.max is None:
            yield f"{path}.bounds.{name} has no end; give min, max or both"
    yield from _bounds_problems(f"{path}.bounds", gate.bounds)


def _confidence_problems(path: str, confidence: float) -> Iterator[str]:
    if not 0.0 < confidence < 1.0:
        yield (f"{path}.confidence is {confidence:g}; give a number between 0 and 1, such as 0.95")


def _sounds_lower(name: str) -> bool:
    """Whether a metric's name is that of something one wants less of.

    >>> [_sounds_lower(name) for name in ("val_log_loss", "rmse", "auc", "lossless_share")]
    [True, True, False, False]
    """
    return bool(_LOWER & set(re.split(r"[^a-z0-9]+", name.lower())))
