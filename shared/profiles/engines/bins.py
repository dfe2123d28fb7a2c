"""One column counted by another engine: its rows grouped by piece and bin.

A bin is found by a tree of comparisons, so that a row costs a handful of them, not one an edge.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from shared.profiles.engines.answers import named
from shared.statistics.profile import CategoricalColumn, Column, NumericColumn

if TYPE_CHECKING:
    import narwhals as nw

PIECE = "piece"

_INFINITY = float("inf")
_NULL, _NAN, _ABOVE, _BELOW, _UNSEEN = -1, -2, -3, -4, -5
_ODD = {"nulls": _NULL, "nans": _NAN, "above": _ABOVE, "below": _BELOW}

Bin = Mapping[str, Any]


def counts_of(lazy: "nw.LazyFrame[Any]", at: int, column: Column) -> dict[int, dict[str, Any]]:
    """What was counted of the column `v{at}`, by piece, under the names that `column_of` reads."""
    if isinstance(column, CategoricalColumn):
        counts = _by_place(_grouped(lazy, _place_of_value(at, column), None))
        return {piece: _categories(at, column, places) for piece, places in counts.items()}
    counts = _by_place(_grouped(lazy, _place_of_number(at, column), (at, column)))
    return {piece: _numbers(at, column, places) for piece, places in counts.items()}


def rows_of(lazy: "nw.LazyFrame[Any]") -> list[Mapping[str, Any]]:
    """The few rows of an answer."""
    rows: list[Mapping[str, Any]] = lazy.collect().to_arrow().to_pylist()
    return rows


def _grouped(
    lazy: "nw.LazyFrame[Any]", place: "nw.Expr", numbers: tuple[int, NumericColumn] | None
) -> "nw.LazyFrame[Any]":
    import narwhals as nw

    if numbers is None:
        placed = lazy.select(PIECE, place.alias("place"))
        return placed.group_by(PIECE, "place").agg(nw.len().alias("n"))
    at, column = numbers
    placed = lazy.select(PIECE, place.alias("place"), nw.col(f"v{at}").alias("x"))
    shifted = nw.when(nw.col("place") >= 0).then(nw.col("x") - column.shift)
    placed = placed.with_columns(shifted.alias("shifted"))
    placed = placed.with_columns((nw.col("shifted") * nw.col("shifted")).alias("squared"))
    return placed.group_by(PIECE, "place").agg(
        nw.len().alias("n"),
        nw.col("x").min().alias("minimum"),
        nw.col("x").max().alias("maximum"),
        nw.col("shifted").sum().alias("sum"),
        nw.col("squared").sum().alias("squares"),
    )


def _place_of_number(at: int, column: NumericColumn) -> "nw.Expr":
    """The bin of a value, below 0 for what is none; (edges[i - 1], edges[i]] is bin i."""
    import narwhals as nw

    values = nw.col(f"v{at}")

    def between(first: int, last: int) -> "nw.Expr":
        if first == last:
            return _number(first)
        middle = (first + last) // 2
        lower = nw.when(values <= column.edges[middle]).then(between(first, middle))
        return lower.otherwise(between(middle + 1, last))

    place = between(0, len(column.edges))
    if column.kind == "numeric":
        place = nw.when(values == -_INFINITY).then(_number(_BELOW)).otherwise(place)
        place = nw.when(values == _INFINITY).then(_number(_ABOVE)).otherwise(place)
        place = nw.when(values.is_nan()).then(_number(_NAN)).otherwise(place)
    return nw.when(values.is_null()).then(_number(_NULL)).otherwise(place)


def _place_of_value(at: int, column: CategoricalColumn) -> "nw.Expr":
    """The place of a value among the baseline's, behind them for one it knows but does not name."""
    import narwhals as nw

    values, others = nw.col(f"v{at}"), len(column.values)
    if column.kind == "boolean":
        place = values.cast(nw.Int64)
    else:
        found = [(values == value, number) for number, value in enumerate(column.values)]
        unnamed = sorted({*column.known} - {*column.values})
        if unnamed:
            found.append((values.is_in(unnamed), others))
        rest = _UNSEEN if column.known else others
        terms = [condition.cast(nw.Int64) * (number - rest) for condition, number in found]
        place = _sum([_number(rest), *terms])
    return nw.when(values.is_null()).then(_number(_NULL)).otherwise(place)


def _sum(terms: "Sequence[nw.Expr]") -> "nw.Expr":
    """The terms added in pairs: engines walk expressions by recursion, and a chain is deep."""
    while len(terms) > 1:
        pairs = [terms[at : at + 2] for at in range(0, len(terms), 2)]
        terms = [pair[0] + pair[1] if len(pair) == 2 else pair[0] for pair in pairs]
    return terms[0]


def _by_place(grouped: "nw.LazyFrame[Any]") -> dict[int, dict[int, Bin]]:
    found: dict[int, dict[int, Bin]] = {}
    for row in rows_of(grouped):
        found.setdefault(int(row[PIECE]), {})[int(row["place"])] = row
    return found


def _numbers(at: int, column: NumericColumn, places: Mapping[int, Bin]) -> dict[str, Any]:
    finite = [each for place, each in places.items() if place >= 0]
    answer: dict[str, Any] = {what: _count(places, place) for what, place in _ODD.items()}
    upto = accumulate(_count(places, place) for place in range(len(column.edges)))
    answer |= {f"edge{edge}": count for edge, count in enumerate(upto)}
    if finite:
        answer["minimum"] = min(each["minimum"] for each in finite)
        answer["maximum"] = max(each["maximum"] for each in finite)
        for what in ("sum", "squares"):
            answer[what] = _exact([float(each[what]) for each in finite])
    return {named(at, what): value for what, value in answer.items()}


def _categories(at: int, column: CategoricalColumn, places: Mapping[int, Bin]) -> dict[str, Any]:
    counts = [_count(places, place) for place in range(len(column.values))]
    answer: dict[str, Any] = {f"value{number}": count for number, count in enumerate(counts)}
    answer["nulls"] = _count(places, _NULL)
    answer["known0"] = sum(counts) + _count(places, len(column.values))
    return {named(at, what): value for what, value in answer.items()}


def _count(places: Mapping[int, Bin], place: int) -> int:
    return int(places[place]["n"]) if place in places else 0


def _exact(parts: Sequence[float]) -> float:
    try:
        return math.fsum(parts)
    except (OverflowError, ValueError):
        return sum(parts)


def _number(value: int) -> "nw.Expr":
    import narwhals as nw

    return nw.lit(value, nw.Int64)
