"""A KPI out of files: rows by time, added up into buckets where there are several of one."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shared.domain.policy import KpiKind, TableSource
from shared.domain.world import SeriesPoint
from shared.errors import InvalidData
from shared.profiles.engine_faults import told_without_values
from shared.profiles.reading import read_parts
from shared.profiles.sources.part import Part
from shared.profiles.windowing import part_between, times_of

if TYPE_CHECKING:
    import pyarrow as pa

_Key = tuple[datetime, str | None]


def read_series(
    paths: Sequence[str],
    table: TableSource,
    kind: KpiKind,
    start: datetime,
    end: datetime,
    *,
    most: int = 100_000,
) -> tuple[SeriesPoint, ...]:
    """The KPI's buckets in [start, end), by time.

    Values and weights of one bucket and deployment add up, means by their weight. A row without a
    value is not known yet and left out. Where rows are put into buckets, a row weighs 1 unless it
    says otherwise, and a bucket of a count without any row, between others that have some, is 0.
    Raises InvalidData naming the file or the column and what is wrong with it, and where there are
    more than `most` buckets.
    """
    sums: dict[_Key, tuple[float, float]] = {}
    for part in read_parts(list(paths)):
        if part.rows:
            _add(part, table, kind, start, end, sums)
        if len(sums) > most:
            raise InvalidData(
                f"The column {table.time} has more than {most:,} different times; set `every` to "
                "put rows into buckets."
            )
    points = [_point(key, both, table, kind) for key, both in sums.items()]
    if kind is KpiKind.COUNT and table.every is not None and table.deployment is None:
        points += _empty(sums, table.every)
    return tuple(sorted(points, key=lambda point: (point.time, point.deployment or "")))


def _add(
    part: Part,
    table: TableSource,
    kind: KpiKind,
    start: datetime,
    end: datetime,
    sums: dict[_Key, tuple[float, float]],
) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    named = (table.time, table.value, table.weight, table.deployment)
    for column in named:
        if column is not None and column not in part.all_names:
            raise InvalidData(
                f"The files of {table.data} have no column {column}, only "
                f"{', '.join(part.all_names)}."
            )
    inside = part_between(part, table.time, start, end)
    values = _numbers(inside, table.value)
    known = pc.is_valid(values)
    inside, values = inside.where(known), values.filter(known)
    weights = (
        pa.array([1.0] * inside.rows, type=pa.float64())
        if table.weight is None
        else pc.fill_null(_numbers(inside, table.weight), 0.0)
    )
    if kind is KpiKind.MEAN:
        values = pc.multiply(values, weights)
    whose = (
        pa.nulls(inside.rows, pa.string())
        if table.deployment is None
        else inside.column(table.deployment).cast(pa.string())
    )
    rows = pa.table(
        {
            "time": _buckets(times_of(inside, table.time), table.every),
            "deployment": whose,
            "value": values,
            "weight": weights,
        }
    )
    together = rows.group_by(["time", "deployment"]).aggregate(
        [("value", "sum"), ("weight", "sum")]
    )
    for row in together.to_pylist():
        key = row["time"].astimezone(UTC), row["deployment"] or None
        value, weight = sums.get(key, (0.0, 0.0))
        sums[key] = value + row["value_sum"], weight + row["weight_sum"]


def _numbers(part: Part, name: str) -> "pa.Array":
    """A column as numbers; what is no number is named, what is none or NaN is missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = part.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    try:
        numbers = column.cast(pa.float64())
    except pa.ArrowException as problem:
        raise InvalidData(
            f"The column {name} must hold numbers: {told_without_values(problem)}."
        ) from problem
    return pc.if_else(pc.is_finite(numbers), numbers, pa.scalar(None, pa.float64()))


def _buckets(times: "pa.Array", every: timedelta | None) -> "pa.Array":
    import pyarrow as pa
    import pyarrow.compute as pc

    if every is None:
        return times
    length = round(every / timedelta(microseconds=1))
    whole = times.cast(pa.int64())
    begun = pc.multiply(pc.floor(pc.divide(whole.cast(pa.float64()), float(length))), length)
    return begun.cast(pa.int64()).cast(times.type)


def _point(key: _Key, both: tuple[float, float], table: TableSource, kind: KpiKind) -> SeriesPoint:
    value, weight = both
    if kind is KpiKind.MEAN:
        value = value / weight if weight > 0.0 else 0.0
    counted = table.weight is not None or (table.every is not None and kind is not KpiKind.COUNT)
    return SeriesPoint(
        time=key[0], value=value, weight=weight if counted else None, deployment=key[1]
    )


def _empty(sums: dict[_Key, tuple[float, float]], every: timedelta) -> list[SeriesPoint]:
    times = {time for time, _ in sums}
    if not times:
        return []
    steps = (max(times) - min(times)) // every
    between = (min(times) + every * step for step in range(steps))
    return [SeriesPoint(time=time, value=0.0) for time in between if time not in times]
