"""Profiles by any engine that can count, where the data lies: DuckDB, Spark, Polars, pandas.

Nothing but sums of comparisons and of numbers is asked of it, in one pass over the rows; what
comes back is a few numbers a column, and they are the counts the local engine finds.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from shared.errors import InvalidData
from shared.profiles.engine_answers import ROWS, Answer, Asked, named, unseen_in
from shared.profiles.engine_frames import TIME, UNREADABLE, open_frame
from shared.profiles.windowing import utc
from shared.statistics.profile import EXAMPLES, CategoricalColumn, NumericColumn, Profile

if TYPE_CHECKING:
    import narwhals as nw

_INFINITY = float("inf")
_PIECE = "piece"
_UNREADABLE_ROWS = "unreadable_rows"
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def count_window(frame: Any, base: Profile) -> Profile:
    """Profile the rows of a frame of any engine Narwhals speaks, in the bins of a baseline.

    `frame` is a DuckDB relation, a Spark, Polars, pandas or Ibis frame; lazy ones stay where they
    are. Counts equal those of `window`; sums agree but for the order they were added in. pandas
    knows no difference between null and not-a-number: both count as nulls there.
    Raises InvalidData when Narwhals is not installed or does not know the frame.
    """
    opened = open_frame(frame)
    asked = Asked(base, opened.kinds)
    lazy = opened.asked(asked.columns(), None)
    return _counted(lazy, asked, None)[0]


def count_pieces(
    frame: Any, base: Profile, *, time_column: str, cuts: Sequence[datetime]
) -> list[Profile]:
    """Profile the same rows cut at ascending instants, in one pass where the engine can group.

    Piece i holds the rows with cuts[i] <= time < cuts[i + 1] and equals `window` with that start
    and end; empty ones are there as well. Rows outside and rows without a time are in none. The
    time column holds timestamps, ISO 8601 text or epoch milliseconds, in UTC where they name no
    zone.
    Raises InvalidData for a frame Narwhals does not know, a time column that is absent or does not
    hold times, and fewer than two cuts or cuts that do not rise.
    """
    borders = checked_cuts(cuts)
    opened = open_frame(frame)
    if time_column not in opened.kinds:
        raise InvalidData(
            f"There is no time column {time_column}; the columns are {', '.join(opened.kinds)}."
        )
    asked = Asked(base, opened.kinds, time_column)
    lazy = opened.asked(asked.columns(), time_column)
    return _counted(lazy, asked, borders)


def checked_cuts(cuts: Sequence[datetime]) -> list[datetime]:
    """The cuts as instants in UTC.

    Raises InvalidData for fewer than two, and for cuts that do not rise.
    """
    borders = [each for each in map(utc, cuts) if each is not None]
    if len(borders) < 2 or any(one >= other for one, other in pairwise(borders)):
        raise InvalidData("Pieces need two cuts or more, each later than the one before.")
    return borders


def _counted(
    lazy: "nw.LazyFrame[Any]", asked: Asked, borders: list[datetime] | None
) -> list[Profile]:
    """The profile of each piece, or of all rows where nothing is cut."""
    if borders is not None:
        lazy = _cut(lazy, borders)
    answers = _answers(lazy, asked, borders)
    if unreadable := sum(int(answer.get(_UNREADABLE_ROWS) or 0) for answer in answers.values()):
        raise InvalidData(
            f"{asked.time_column} does not hold times: {unreadable} values cannot be read as one."
        )
    examples = _examples(lazy, asked, answers, cut=borders is not None)
    spans = [(None, None)] if borders is None else list(pairwise(borders))
    return [
        asked.profile(answers.get(at, {}), examples.get(at, {}), start, end)
        for at, (start, end) in enumerate(spans)
    ]


def _cut(lazy: "nw.LazyFrame[Any]", borders: Sequence[datetime]) -> "nw.LazyFrame[Any]":
    """The rows that are in a piece, with its number, and those whose time cannot be read."""
    import narwhals as nw

    first, *inner, last = [(border - _EPOCH) // _MICROSECOND for border in borders]
    time = nw.col(TIME)
    number = nw.lit(0, nw.Int64)
    for border in inner:
        number = number + (time >= border).cast(nw.Int64)
    within = (time >= first) & (time < last)
    return lazy.filter(within | nw.col(UNREADABLE)).with_columns(
        nw.when(within).then(number).otherwise(nw.lit(-1, nw.Int64)).alias(_PIECE)
    )


def _answers(
    lazy: "nw.LazyFrame[Any]", asked: Asked, borders: list[datetime] | None
) -> dict[int, Answer]:
    """What was counted, by piece; pieces without rows are absent."""
    import narwhals as nw

    sums = [nw.len().alias(ROWS)]
    finite: list[nw.Expr] = []
    for at, column in asked.columns().values():
        if isinstance(column, CategoricalColumn):
            sums.extend(_sums_of_categories(at, column))
        else:
            values = nw.col(f"v{at}")
            odd = values.is_nan() | (values == _INFINITY) | (values == -_INFINITY)
            finite.append(nw.when(~odd).then(values).alias(f"f{at}"))
            sums.extend(_sums_of(at, column))
    lazy = lazy.with_columns(*finite) if finite else lazy
    if borders is None:
        return {0: _rows(lazy.select(*sums))[0]}
    sums.append(_count(nw.col(UNREADABLE)).alias(_UNREADABLE_ROWS))
    if not _groups(lazy):
        pieces = range(-1, len(borders) - 1)
        return {at: _rows(lazy.filter(nw.col(_PIECE) == at).select(*sums))[0] for at in pieces}
    return {int(row[_PIECE]): row for row in _rows(lazy.group_by(_PIECE).agg(*sums))}


def _groups(lazy: "nw.LazyFrame[Any]") -> bool:
    """Whether the engine counts all pieces at once: those in memory look at them one by one."""
    implementation = lazy.implementation
    return not (implementation.is_pandas_like() or implementation.is_pyarrow())


def _rows(lazy: "nw.LazyFrame[Any]") -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = lazy.collect().to_arrow().to_pylist()
    return rows


def _sums_of(at: int, column: NumericColumn) -> "list[nw.Expr]":
    """Every number that is asked of one numeric column; `f0` are the finite ones of `v0`."""
    import narwhals as nw

    values, finite = nw.col(f"v{at}"), nw.col(f"f{at}")
    shifted = finite - column.shift
    sums = {
        "nulls": _count(values.is_null()),
        "minimum": finite.min(),
        "maximum": finite.max(),
        "sum": shifted.sum(),
        "squares": (shifted * shifted).sum(),
    }
    if column.kind == "numeric":
        sums["nans"] = _count(values.is_nan() & ~values.is_null())
        sums["above"] = _count(values == _INFINITY)
        sums["below"] = _count(values == -_INFINITY)
    for number, edge in enumerate(column.edges):
        sums[f"edge{number}"] = _count(finite <= edge)
    return [each.alias(named(at, what)) for what, each in sums.items()]


def _sums_of_categories(at: int, column: CategoricalColumn) -> "list[nw.Expr]":
    import narwhals as nw

    values = nw.col(f"v{at}")
    sums = {"nulls": _count(values.is_null())}
    if column.kind == "boolean":
        sums["value0"], sums["value1"] = _count(~values), _count(values)
    else:
        for number, value in enumerate(column.values):
            sums[f"value{number}"] = _count(values == value)
        if column.known:
            sums["known0"] = _count(values.is_in(list(column.known)))
    return [each.alias(named(at, what)) for what, each in sums.items()]


def _count(condition: "nw.Expr") -> "nw.Expr":
    import narwhals as nw

    return condition.cast(nw.Int64).sum()


def _examples(
    lazy: "nw.LazyFrame[Any]", asked: Asked, answers: Mapping[int, Answer], *, cut: bool
) -> dict[int, dict[str, tuple[str, ...]]]:
    """A few values the baseline never had, by piece and column: a question only when needed."""
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    for name, (at, column) in asked.columns().items():
        pieces = [p for p, answer in answers.items() if unseen_in(at, column, answer) > 0]
        if pieces and isinstance(column, CategoricalColumn):
            for piece, values in _new_values(lazy, at, column, pieces if cut else None).items():
                found.setdefault(piece, {})[name] = values
    return found


def _new_values(
    lazy: "nw.LazyFrame[Any]", at: int, column: CategoricalColumn, pieces: list[int] | None
) -> dict[int, tuple[str, ...]]:
    """The first unseen values of each piece, or of all rows, in the order of their text."""
    import narwhals as nw

    values = nw.col(f"v{at}")
    new = lazy.filter(~values.is_in(list(column.known)) & ~values.is_null())
    if pieces is None:
        first = new.select(values.alias("value")).unique().sort("value").head(EXAMPLES)
        return {0: tuple(row["value"] for row in _rows(first))}
    found = new.select(_PIECE, values.alias("value")).unique()
    if _groups(lazy):
        place = nw.col("value").cum_count().over(_PIECE, order_by="value")
        found = found.with_columns(place.alias("place")).filter(nw.col("place") <= EXAMPLES)
    first_of: dict[int, list[str]] = {}
    for row in _rows(found):
        first_of.setdefault(int(row[_PIECE]), []).append(row["value"])
    return {piece: tuple(sorted(each)[:EXAMPLES]) for piece, each in first_of.items()}
