"""CSV files with a time in each row."""

import csv
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from shared.domain.canonical import parse_time
from shared.domain.world import SeriesPoint
from shared.errors import InvalidData


def read_times(path: Path) -> Iterator[tuple[datetime, Mapping[str, str]]]:
    """Every row with its `time`. Raises InvalidData naming file and line."""
    return _rows(path.name, path.read_text(encoding="utf-8"))


def rows_between(
    path: Path, start: datetime, end: datetime
) -> Sequence[tuple[datetime, Mapping[str, str], int]]:
    """The rows of [start, end) by time, each with its line. Raises InvalidData naming the line.

    A file whose text is known already is not parsed again: a log is asked for span after span.
    """
    times, rows = _by_time(path.name, path.read_text(encoding="utf-8"))
    return rows[bisect_left(times, start) : bisect_left(times, end)]


@lru_cache(maxsize=16)
def _by_time(
    name: str, text: str
) -> tuple[list[datetime], list[tuple[datetime, Mapping[str, str], int]]]:
    numbered = [(time, row, line) for line, (time, row) in enumerate(_rows(name, text), start=2)]
    numbered.sort(key=lambda row: row[0])
    return [time for time, _, _ in numbered], numbered


def _rows(name: str, text: str) -> Iterator[tuple[datetime, Mapping[str, str]]]:
    reader = csv.DictReader(text.splitlines(keepends=True))
    if "time" not in (reader.fieldnames or ()):
        raise InvalidData(f"{name} has no column `time` in its first line.")
    for row in reader:
        try:
            yield parse_time(row["time"] or ""), row
        except ValueError as problem:
            raise InvalidData(
                f"{name} line {reader.line_num}: time is {row['time']!r}; give an ISO 8601 time."
            ) from problem


def read_series(path: Path) -> tuple[SeriesPoint, ...]:
    """A KPI's buckets by time: `time,value` and, where there are such, `weight,deployment`.

    A file whose text is known already is not parsed again.
    """
    return _series(path.name, path.read_text(encoding="utf-8"))


@lru_cache(maxsize=16)
def _series(name: str, text: str) -> tuple[SeriesPoint, ...]:
    points = []
    for number, (time, row) in enumerate(_rows(name, text), start=2):
        weight = row.get("weight")
        try:
            points.append(
                SeriesPoint(
                    time=time,
                    value=float(row.get("value") or "missing"),
                    weight=float(weight) if weight else None,
                    deployment=row.get("deployment") or None,
                )
            )
        except ValueError as problem:
            raise InvalidData(
                f"{name} line {number}: value and weight must be numbers, "
                f"they are {row.get('value')!r} and {weight!r}."
            ) from problem
    return tuple(sorted(points, key=lambda point: point.time))
