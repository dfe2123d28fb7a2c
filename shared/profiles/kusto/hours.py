"""What a Kusto table holds hour by hour, asked of it without reading a column but the time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.domain.canonical import format_time, parse_time
from shared.profiles.kusto.texts import Question, Span

_HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BYTES_A_ROW = 200
"""A guess: what a row is billed for stands in a column that no schema shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """Rows of the hour that begins at `start`; `came` is when the last of them was taken in."""

    start: datetime
    rows: int
    came: datetime | None = None

    @property
    def bytes(self) -> int:
        """About how much that is."""
        return self.rows * _BYTES_A_ROW

    @property
    def version(self) -> str:
        """Another text whenever rows came or went."""
        return f"{self.rows}-{'' if self.came is None else format_time(self.came)}"


def hours_question(span: Span) -> Question:
    """How many rows of a span each hour has, and when the last of them came.

    Raises InvalidData when the time column is of a type that holds no times.
    """
    hour = f"bin({span.time()}, {'1h' if span.has_instants else '3600000'})"
    return Question(
        f"{span.rows()}\n"
        f"| project hour = {hour}, came = ingestion_time()\n"
        f"| summarize held = count(), came = max(came) by hour",
        span.lists,
    )


def hours_of(rows: Sequence[Mapping[str, Any]]) -> list[Hour]:
    """The hours that have rows, in order; rows whose time cannot be read are in none."""
    found = [
        Hour(
            start=_instant(row["hour"]),
            rows=int(row["held"]),
            came=None if row.get("came") is None else _instant(row["came"]),
        )
        for row in rows
        if row["hour"] is not None
    ]
    return sorted(found, key=lambda hour: hour.start)


def whole_hours(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The whole hours that [start, end) lies in.

    >>> at = datetime(2026, 2, 3, 10, 30, tzinfo=UTC)
    >>> [f"{border:%H:%M}" for border in whole_hours(at, at + timedelta(hours=1))]
    ['10:00', '12:00']
    """
    return start - (start - _EPOCH) % _HOUR, end + (_EPOCH - end) % _HOUR


def _instant(value: datetime | float | str) -> datetime:
    """A time as the service answers it: text, epoch milliseconds, or read by the SDK already."""
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    if isinstance(value, str):
        return parse_time(value)
    return _EPOCH + timedelta(milliseconds=value)
