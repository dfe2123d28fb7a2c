"""Cuts the rows of one window out of a part."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.errors import InvalidData
from shared.profiles.engine_faults import no_time_column, told_without_values
from shared.profiles.sources.part import Part

if TYPE_CHECKING:
    import pyarrow as pa

_LENGTH_WITH_MICROSECONDS = len("2026-02-03T10:15:30.123456")


def utc(time: datetime | None) -> datetime | None:
    """The instant in UTC; a time without a zone is one of UTC."""
    if time is None:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def part_between(
    part: Part, time_column: str | None, start: datetime | None, end: datetime | None
) -> Part:
    """The rows with start <= time < end.

    Raises InvalidData when the column is absent or does not hold times.
    """
    if time_column is None or (start is None and end is None):
        return part
    if not part.names and not part.rows:
        return part
    keep = within(times_of(part, time_column), start, end)
    return part if keep is None else part.where(keep)


def timed_part_between(
    part: Part, time_column: str, start: datetime | None, end: datetime | None
) -> "tuple[Part, pa.Array]":
    """The same rows, each with its instant in UTC; the times of a part are read once.

    Raises InvalidData when the column is absent or does not hold times.
    """
    times = times_of(part, time_column)
    keep = within(times, start, end)
    return (part, times) if keep is None else (part.where(keep), times.filter(keep))


def within(
    times: "pa.Array", start: datetime | None, end: datetime | None
) -> "pa.BooleanArray | None":
    """Which of some instants lie in [start, end); None where all may."""
    import pyarrow.compute as pc

    keep = None if start is None else pc.greater_equal(times, _instant(start))
    if end is not None:
        before = pc.less(times, _instant(end))
        keep = before if keep is None else pc.and_(keep, before)
    return keep


def _instant(time: datetime) -> "pa.Scalar":
    import pyarrow as pa

    return pa.scalar(utc(time), type=pa.timestamp("us", tz="UTC"))


def as_timestamps(column: "pa.Array", name: str) -> "pa.Array":
    """Timestamps, dates, epoch milliseconds or ISO 8601 text as instants in UTC.

    Raises InvalidData, naming the column, for anything else.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    target = pa.timestamp("us", tz="UTC")
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    try:
        if pa.types.is_null(kind):
            return column.cast(target)
        if pa.types.is_floating(kind):
            column = pc.round(column)
            kind = pa.int64()
        if pa.types.is_timestamp(kind):
            if kind.tz is None:
                column = pc.assume_timezone(column, "UTC")
            return column.cast(target, safe=False)
        if pa.types.is_date(kind):
            return pc.assume_timezone(column.cast(pa.timestamp("us")), "UTC")
        if pa.types.is_integer(kind):
            return column.cast(pa.int64()).cast(pa.timestamp("ms", tz="UTC")).cast(target)
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            text = column.cast(pa.string())
            if (pc.max(pc.binary_length(text)).as_py() or 0) > _LENGTH_WITH_MICROSECONDS:
                text = pc.replace_substring_regex(text, r"(\.\d{6})\d+", r"\1")
            if pc.any(pc.match_substring_regex(text, r":.*(Z|[+-]\d\d:?\d\d)$")).as_py():
                return text.cast(target)
            return pc.assume_timezone(text.cast(pa.timestamp("us")), "UTC")
    except pa.ArrowException as problem:
        raise InvalidData(
            f"{name} does not hold times: {told_without_values(problem)}."
        ) from problem
    raise InvalidData(f"{name} is of type {kind}; give timestamps, ISO 8601 text or epoch ms.")


def times_of(part: Part, time_column: str) -> "pa.Array":
    """The times of the rows, as instants in UTC.

    Raises InvalidData when the column is absent or does not hold times.
    """
    if time_column not in part.all_names:
        raise no_time_column(time_column, part.names)
    return as_timestamps(part.column(time_column), time_column)
