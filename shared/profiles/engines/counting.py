"""Profiles by any engine that can count, where the data lies: DuckDB, Spark, Polars, pandas.

Each column is read once with the rows' times and grouped by piece and bin; what comes back is a
few numbers a bin, and they are the counts the local engine finds.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from shared.errors import InvalidData
from shared.profiles.engine_faults import no_time_column
from shared.profiles.engines.answers import ROWS, Answer, Asked, unseen_in
from shared.profiles.engines.bins import PIECE, counts_of, rows_of
from shared.profiles.engines.frames import TIME, UNREADABLE, open_frame
from shared.profiles.windowing import utc
from shared.statistics.profile import EXAMPLES, CategoricalColumn, Profile

if TYPE_CHECKING:
    import narwhals as nw

_UNREADABLE = -1
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
    """Profile the same rows cut at ascending instants, all pieces at once.

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
        raise no_time_column(time_column, opened.kinds)
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
    else:
        lazy = lazy.with_columns(_number(0).alias(PIECE))
    answers = _answers(lazy, asked)
    if unreadable := answers.get(_UNREADABLE):
        raise InvalidData(
            f"{asked.time_column} does not hold times: {unreadable[ROWS]} values cannot be read "
            "as one."
        )
    examples = _examples(lazy, asked, answers)
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
    number = _number(0)
    for border in inner:
        number = number + (time >= border).cast(nw.Int64)
    within = (time >= first) & (time < last)
    return lazy.filter(within | nw.col(UNREADABLE)).with_columns(
        nw.when(within).then(number).otherwise(_number(_UNREADABLE)).alias(PIECE)
    )


def _answers(lazy: "nw.LazyFrame[Any]", asked: Asked) -> dict[int, dict[str, Any]]:
    """What was counted, by piece; pieces without rows are absent."""
    import narwhals as nw

    rows = lazy.group_by(PIECE).agg(nw.len().alias(ROWS))
    answers = {int(row[PIECE]): {ROWS: row[ROWS]} for row in rows_of(rows)}
    if set(answers) == {_UNREADABLE}:
        return answers
    for at, column in asked.columns().values():
        for piece, counts in counts_of(lazy, at, column).items():
            answers[piece].update(counts)
    return answers


def _examples(
    lazy: "nw.LazyFrame[Any]", asked: Asked, answers: Mapping[int, Answer]
) -> dict[int, dict[str, tuple[str, ...]]]:
    """A few values the baseline never had, by piece and column: a question only when needed."""
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    for name, (at, column) in asked.columns().items():
        unseen = any(unseen_in(at, column, answer) > 0 for answer in answers.values())
        if unseen and isinstance(column, CategoricalColumn):
            for piece, values in _new_values(lazy, at, column).items():
                found.setdefault(piece, {})[name] = values
    return found


def _new_values(
    lazy: "nw.LazyFrame[Any]", at: int, column: CategoricalColumn
) -> dict[int, tuple[str, ...]]:
    """The first unseen values of each piece, in the order of their text."""
    import narwhals as nw

    values = nw.col(f"v{at}")
    new = lazy.filter(~values.is_in(list(column.known)) & ~values.is_null())
    found = new.select(PIECE, values.alias("value")).unique()
    if not (lazy.implementation.is_pandas_like() or lazy.implementation.is_pyarrow()):
        place = nw.col("value").cum_count().over(PIECE, order_by="value")
        found = found.with_columns(place.alias("place")).filter(nw.col("place") <= EXAMPLES)
    first_of: dict[int, list[str]] = {}
    for row in rows_of(found):
        first_of.setdefault(int(row[PIECE]), []).append(row["value"])
    return {piece: tuple(sorted(each)[:EXAMPLES]) for piece, each in first_of.items()}


def _number(value: int) -> "nw.Expr":
    import narwhals as nw

    return nw.lit(value, nw.Int64)
