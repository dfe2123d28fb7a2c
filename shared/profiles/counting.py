"""Profiles by any engine that can count, where the data lies: DuckDB, Spark, Polars, pandas.

Nothing but sums of comparisons and of numbers is asked of it, in one pass over the rows; what
comes back is a few numbers a column, and they are the counts the local engine finds.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from shared.errors import InvalidData
from shared.profiles.columns import count_column, count_missing
from shared.statistics.profile import (
    EXAMPLES,
    LARGEST,
    MISSING,
    CategoricalColumn,
    Column,
    NumericColumn,
    Profile,
)

if TYPE_CHECKING:
    import narwhals as nw

_INFINITY = float("inf")


def count_window(frame: Any, base: Profile) -> Profile:
    """Profile the rows of a frame of any engine Narwhals speaks, in the bins of a baseline.

    `frame` is a DuckDB relation, a Spark, Polars, pandas or Ibis frame; lazy ones stay where they
    are. Counts equal those of `window`; sums agree but for the order they were added in. pandas
    knows no difference between null and not-a-number: both count as nulls there.
    Raises InvalidData when Narwhals is not installed or does not know the frame.
    """
    lazy = _lazy(frame)
    schema = lazy.collect_schema()
    kinds = {name: _kind_of(dtype) for name, dtype in schema.items()}
    problems: dict[str, str] = {}
    asked: list[nw.Expr] = []
    for name, column in base.columns.items():
        if name not in kinds:
            problems[name] = MISSING
        elif column.kind.startswith("datetime"):
            problems[name] = "is a time, which only the local engine counts"
        elif kinds[name] != column.kind:
            problems[name] = (
                f"changed its type: {column.kind} in the baseline, {kinds[name]} in the window"
            )
        else:
            asked.extend(_sums_of(name, column, _is_float(schema[name])))
    found = _row(lazy, asked)
    rows = int(found["rows"])
    columns: dict[str, Column] = {}
    for name, column in base.columns.items():
        if problems.get(name) == MISSING:
            columns[name] = count_missing(rows, column)
        elif name not in problems or not rows:
            problems.pop(name, None)
            columns[name] = _column(name, column, found, lazy) if rows else count_column((), column)
    return Profile(
        columns=columns,
        rows=rows,
        baseline_hash=base.baseline_hash,
        skipped=dict(base.skipped),
        problems=problems,
        extra=tuple(sorted(set(kinds) - base.columns.keys() - base.skipped.keys())),
    )


def _lazy(frame: Any) -> "nw.LazyFrame[Any]":
    try:
        import narwhals as nw
    except ImportError as problem:
        raise InvalidData(
            "Counting in another engine needs Narwhals: pip install narwhals."
        ) from problem
    try:
        lazy: nw.LazyFrame[Any] = nw.from_native(frame).lazy()
    except TypeError as problem:
        raise InvalidData(
            f"{type(frame).__name__} is no frame of an engine that can count; give a DuckDB "
            "relation, or a Spark, Polars or pandas frame."
        ) from problem
    return lazy


def _kind_of(dtype: "nw.dtypes.DType") -> str:
    import narwhals as nw

    if dtype.is_numeric():
        return "numeric"
    if dtype == nw.Boolean:
        return "boolean"
    if dtype in {nw.String, nw.Categorical} or isinstance(dtype, nw.Enum):
        return "categorical"
    return "datetime" if dtype.is_temporal() else str(dtype).lower()


def _is_float(dtype: "nw.dtypes.DType") -> bool:
    return bool(dtype.is_float())


def _sums_of(name: str, column: Column, is_float: bool) -> "list[nw.Expr]":
    """Every number that is asked of one column, named `column`, a slash and what it is."""
    import narwhals as nw

    values = nw.col(name)
    if isinstance(column, CategoricalColumn):
        return _sums_of_categories(name, column)
    sums = {"nulls": _count(values.is_null())}
    if is_float:
        odd = values.is_nan() | (values == _INFINITY) | (values == -_INFINITY)
        sums["nans"] = _count(values.is_nan() & ~values.is_null())
        sums["above"] = _count(values == _INFINITY)
        sums["below"] = _count(values == -_INFINITY)
        finite = nw.when(~odd).then(values)
    else:
        finite = nw.when(~values.is_null()).then(values.cast(nw.Float64))
    sums["minimum"], sums["maximum"] = finite.min(), finite.max()
    shifted = finite - column.shift
    sums["sum"] = shifted.sum()
    sums["squares"] = (shifted * shifted).sum()
    for at, edge in enumerate(column.edges):
        sums[f"edge {at}"] = _count(finite <= edge)
    return [each.alias(f"{name}/{what}") for what, each in sums.items()]


def _sums_of_categories(name: str, column: CategoricalColumn) -> "list[nw.Expr]":
    import narwhals as nw

    values = nw.col(name)
    sums = {"nulls": _count(values.is_null())}
    if column.kind == "boolean":
        sums["value 0"], sums["value 1"] = _count(~values), _count(values)
    else:
        values = values.cast(nw.String)
        for at, value in enumerate(column.values):
            sums[f"value {at}"] = _count(values == value)
        if column.known:
            sums["known"] = _count(values.is_in(list(column.known)))
    return [each.alias(f"{name}/{what}") for what, each in sums.items()]


def _count(condition: "nw.Expr") -> "nw.Expr":
    import narwhals as nw

    return condition.cast(nw.Int64).sum()


def _row(lazy: "nw.LazyFrame[Any]", asked: "list[nw.Expr]") -> Mapping[str, Any]:
    """One row of answers; a sum over nothing is 0."""
    import narwhals as nw

    answered = lazy.select(nw.len().alias("rows"), *asked).collect()
    return {name: answered[name].to_list()[0] for name in answered.columns}


def _column(name: str, like: Column, found: Mapping[str, Any], lazy: "nw.LazyFrame[Any]") -> Column:
    def whole(what: str) -> int:
        return int(found.get(f"{name}/{what}") or 0)

    if isinstance(like, CategoricalColumn):
        return _categories(name, like, whole, int(found["rows"]), lazy)
    beyond = whole("nulls") + whole("nans") + whole("above") + whole("below")
    finite = int(found["rows"]) - beyond
    upto = [whole(f"edge {at}") for at in range(len(like.edges))]
    lowest, highest = found[f"{name}/minimum"], found[f"{name}/maximum"]
    return NumericColumn(
        edges=like.edges,
        counts=np.array([b - a for a, b in pairwise([0, *upto, finite])], dtype=np.int64),
        shift=like.shift,
        nulls=whole("nulls"),
        nans=whole("nans"),
        above=whole("above"),
        below=whole("below"),
        minimum=float(lowest) if finite else None,
        maximum=float(highest) if finite else None,
        shifted_sum=float(found[f"{name}/sum"] or 0.0) if finite else 0.0,
        shifted_squares=min(LARGEST, float(found[f"{name}/squares"] or 0.0)) if finite else 0.0,
    )


def _categories(
    name: str,
    like: CategoricalColumn,
    whole: Any,
    rows: int,
    lazy: "nw.LazyFrame[Any]",
) -> CategoricalColumn:
    counts = np.array([whole(f"value {at}") for at in range(len(like.values))], dtype=np.int64)
    filled = rows - whole("nulls")
    known = whole("known") if like.known and like.kind != "boolean" else filled
    return CategoricalColumn(
        values=like.values,
        counts=counts,
        known=like.known,
        other_known=known - int(counts.sum()),
        unseen=filled - known,
        examples=_examples(name, like, lazy) if filled > known else (),
        nulls=whole("nulls"),
        kind=like.kind,
    )


def _examples(name: str, like: CategoricalColumn, lazy: "nw.LazyFrame[Any]") -> tuple[str, ...]:
    """A few values the baseline never had: a second, small question, asked only when needed."""
    import narwhals as nw

    values = nw.col(name).cast(nw.String)
    new = lazy.filter(~values.is_in(list(like.known)) & ~values.is_null())
    first = new.select(values.alias("value")).unique().sort("value").head(EXAMPLES).collect()
    return tuple(str(value) for value in first["value"].to_list())
