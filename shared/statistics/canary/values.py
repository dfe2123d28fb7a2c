"""What one side recorded of a metric, cleaned: numbers, with the gaps and infinities counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shared.errors import InvalidData
from shared.statistics.canary.config import Missing
from shared.statistics.canary.dependence import dispersion

Array = npt.NDArray[np.float64]
Metrics = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The finite values in their order; `infinite` are left out and told."""

    values: Array
    infinite: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """So many events of so many trials or so much exposure.

    In bursts, `dispersion` events tell as much as one independent event.
    """

    events: float
    exposure: float
    dispersion: float = 1.0


def as_numbers(side: str, name: str, values: Any) -> Array:
    """One metric's values as doubles, NaN where there is none.

    Raises InvalidData for anything but a flat sequence of numbers.
    """
    refusal = f"{side}.{name} is no sequence of numbers; give one number a sample, None for a gap."
    if isinstance(values, str | bytes | Mapping) or values is None:
        raise InvalidData(refusal)
    if np.ma.isMaskedArray(values):
        values = np.ma.filled(np.ma.asarray(values, dtype=float), np.nan)
    try:
        array = np.asarray(values)
        if array.ndim != 1 or array.dtype.kind not in "biufO":
            raise InvalidData(refusal)
        if array.dtype.kind == "O":
            return np.asarray([_number(value, refusal) for value in array], dtype=float)
        return array.astype(float)
    except (TypeError, ValueError, OverflowError) as problem:
        raise InvalidData(refusal) from problem


def _number(value: object, refusal: str) -> float:
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return float("nan")
    if isinstance(value, str | bytes | complex):
        raise InvalidData(refusal)
    return float(value)  # type: ignore[arg-type]


def recorded(side: str, name: str, metrics: Metrics, missing: Missing) -> Recorded | None:
    """The values of one metric, None where the side has no such metric."""
    if name not in metrics:
        return None
    numbers = as_numbers(side, name, metrics[name])
    gaps = np.isnan(numbers)
    if missing is Missing.ZERO:
        numbers = np.where(gaps, 0.0, numbers)
        gaps = np.zeros_like(gaps)
    infinite = np.isinf(numbers)
    return Recorded(values=numbers[~gaps & ~infinite], infinite=int(infinite.sum()))


def event_totals(
    side: str, name: str, metrics: Metrics, exposure: str | None, missing: Missing, proportion: bool
) -> Events | None:
    """Events and exposure of one metric in all rows together, None where there is no such metric.

    Rows without a value or without an exposure are gaps. Raises InvalidData for a missing
    exposure, a negative or broken number of events, and more events than trials.
    """
    if name not in metrics:
        return None
    counts = as_numbers(side, name, metrics[name])
    if exposure is None:
        exposures = np.ones_like(counts)
    elif exposure in metrics:
        exposures = as_numbers(side, exposure, metrics[exposure])
    else:
        raise InvalidData(
            f"{side} has no {exposure}, the exposure of {name}; add it, or correct the name."
        )
    if len(counts) != len(exposures):
        raise InvalidData(
            f"{side}.{name} has {len(counts)} rows and {exposure} has {len(exposures)}; "
            "give both one value a row."
        )
    if missing is Missing.ZERO:
        counts = np.where(np.isnan(counts), 0.0, counts)
    used = ~(np.isnan(counts) | np.isnan(exposures))
    kept, of = counts[used], exposures[used]
    _check_events(f"{side}.{name}", kept, of, proportion)
    return Events(
        events=float(kept.sum()),
        exposure=float(of.sum()),
        dispersion=dispersion(kept, of, proportion=proportion),
    )


def _check_events(where: str, counts: Array, exposures: Array, proportion: bool) -> None:
    if not (np.isfinite(counts).all() and np.isfinite(exposures).all()):
        raise InvalidData(f"{where} has an infinite value; remove it or leave it empty.")
    if (counts < 0).any() or (counts != np.floor(counts)).any():
        raise InvalidData(
            f"{where} has a value that is no count; give whole numbers of events from 0 on."
        )
    if (exposures < 0).any():
        raise InvalidData(f"The exposure of {where} is negative; give 0 or more.")
    if proportion and (counts > exposures).any():
        raise InvalidData(
            f"{where} counts more events than trials; name the column of trials as `exposure`, "
            "or make it kind: count."
        )
    if proportion and (exposures != np.floor(exposures)).any():
        raise InvalidData(f"The trials of {where} are not whole; make it kind: count.")
