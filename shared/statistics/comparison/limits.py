"""Which distances are judged, by column, and what is refused."""

from collections.abc import Mapping

import numpy as np

from shared.domain.wording import spell_list
from shared.errors import InvalidData
from shared.statistics.distances.registry import DISTANCES, Family, Kind
from shared.statistics.profile import Column, Profile

Limits = Mapping[str, float | Mapping[str, float]]


def limits_of(limits: Limits, name: str, column: Column) -> dict[str, float]:
    """The limit of each distance that judges this column, the default ones among them."""
    found: dict[str, float] = {}
    for distance, kind in DISTANCES.items():
        chosen = limits.get(distance)
        limit = chosen.get(name) if isinstance(chosen, Mapping) else chosen
        limit = kind.default_limit if limit is None else float(limit)
        if limit is not None and kind.applies_to(column):
            found[distance] = limit
    return found


def check_limits(limits: Limits, base: Profile) -> None:
    """Refuse limits that cannot be meant.

    Raises InvalidData for an unknown distance or column, one that does not apply to the other, or
    a limit that is no number of at least 0.
    """
    for distance, chosen in limits.items():
        kind = DISTANCES.get(distance)
        if kind is None:
            raise InvalidData(
                f"There is no distance {distance} to limit; name one of {', '.join(DISTANCES)}."
            )
        if not isinstance(chosen, Mapping):
            _check_number("every column", chosen)
            _check_any(kind, base)
            continue
        for name, limit in chosen.items():
            _check_column(kind, name, base)
            _check_number(name, limit)


def check_inflation(inflation: Mapping[str, float], base: Profile) -> None:
    """Refuse an over-dispersion of an unknown column, or one below 1.

    Raises InvalidData.
    """
    for name, value in inflation.items():
        if name not in base.columns:
            raise InvalidData(
                f"There is an inflation for {name}, which the baseline does not have."
            )
        if not 1.0 <= value < np.inf:
            raise InvalidData(f"The inflation of {name} is {value}; give 1 or more.")


def _check_column(kind: Kind, name: str, base: Profile) -> None:
    column = base.columns.get(name)
    if column is None:
        why = base.skipped.get(name)
        raise InvalidData(
            f"There is a limit for {name}, which the baseline does not have; "
            f"it has {spell_list(list(base.columns), most=50)}."
            if why is None
            else f"There is a limit for {name}, which is not compared: {why}."
        )
    if not kind.applies_to(column):
        raise InvalidData(
            f"{kind.name} does not apply to {name}, which is {column.kind}; it needs numbers. "
            f"For such a column limit one of {_for_any_column()}."
        )


def _check_any(kind: Kind, base: Profile) -> None:
    if base.columns and not any(kind.applies_to(column) for column in base.columns.values()):
        raise InvalidData(
            f"{kind.name} needs numbers, and the baseline has no numeric column; "
            f"limit one of {_for_any_column()}."
        )


def _for_any_column() -> str:
    return ", ".join(kind.name for kind in DISTANCES.values() if kind.family is Family.CELLS)


def _check_number(what: str, limit: object) -> None:
    fits = isinstance(limit, int | float) and not isinstance(limit, bool) and 0.0 <= limit < np.inf
    if not fits:
        raise InvalidData(f"The limit of {what} is {limit}; give 0 or more.")
