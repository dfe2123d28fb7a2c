"""Why a column has its verdict, as a reason and as a sentence."""

from collections.abc import Mapping
from enum import StrEnum

from shared.domain.verdict import Verdict
from shared.statistics.comparison.cells import Cells
from shared.statistics.distances.distance import Distance
from shared.statistics.distances.registry import DISTANCES
from shared.statistics.profile import Column


class Reason(StrEnum):
    """Why a column has its verdict."""

    WITHIN_LIMIT = "within_limit"
    ABOVE_LIMIT = "above_limit"
    TOO_FEW_ROWS = "too_few_rows"
    NO_ROWS = "no_rows"
    NO_VALUES = "no_values"
    TOO_MANY_VALUES = "too_many_values"
    COLUMN_MISSING = "column_missing"
    TYPE_CHANGED = "type_changed"


def explain(
    name: str,
    column: Column,
    verdict: Verdict,
    judged: Mapping[str, Distance],
    cells: Cells,
    *,
    shown: bool = True,
) -> tuple[Reason, str]:
    """The reason and the sentence of a verdict, with the numbers of the distances that made it.

    Values of the column are told only where they are `shown`.
    """
    if column.n == 0:
        return Reason.NO_ROWS, f"{name}: the window has no rows, so nothing can be said."
    deciding = {key: one for key, one in judged.items() if one.verdict is verdict}
    told = "; ".join(_numbers(key, one) for key, one in deciding.items())
    numbers = f"{told}, n {column.n}"
    if verdict is Verdict.FAIL:
        if column.missing == column.n:
            return Reason.NO_VALUES, f"{name}: every value is missing; {numbers}."
        return Reason.ABOVE_LIMIT, f"{name}: {numbers}; {cells.largest_move(shown=shown)}."
    if verdict is Verdict.PASS:
        return Reason.WITHIN_LIMIT, f"{name}: {numbers}."
    return Reason.TOO_FEW_ROWS, f"{name}: {numbers}; {_needed(deciding)}."


def _numbers(key: str, distance: Distance) -> str:
    return (
        f"{DISTANCES[key].title} {distance.estimate:.3f} "
        f"(true value {distance.low:.3f} to {distance.high:.3f}), limit {distance.limit:g}"
    )


def _needed(undecided: Mapping[str, Distance]) -> str:
    rows = [one.n_needed for one in undecided.values()]
    known = [needed for needed in rows if needed is not None]
    if len(known) < len(rows):
        return "no number of rows would decide against this baseline"
    return f"about {max(known, default=0)} rows would decide"
