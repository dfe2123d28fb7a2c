"""CSV files with a time in each row."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from shared.domain.canonical import parse_time
from shared.domain.world import SeriesPoint
from shared.errors import InvalidData


def read_times(path: Path) -> Iterator[tuple[datetime, Mapping[str, str]]]:
    """Every row with its `time`. Raises InvalidData naming file and line."""
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if "time" not in (reader.fieldnames or ()):
            raise InvalidData(f"{path.name} has no column `time` in its first line.")
        for row in reader:
            try:
                yield parse_time(row["time"] or ""), row
            except ValueError as problem:
                raise InvalidData(
                    f"{path.name} line {reader.line_num}: time is {row['time']!r}; "
                    "give an ISO 8601 time."
                ) from problem


def read_series(path: Path) -> list[SeriesPoint]:
    """A KPI's buckets by time: `time,value` and, for proportions and counts, `weight`."""
    points = []
    for number, (time, row) in enumerate(read_times(path), start=2):
        weight = row.get("weight")
        try:
            points.append(
                SeriesPoint(
                    time=time,
                    value=float(row.get("value") or "missing"),
                    weight=float(weight) if weight else None,
                )
            )
        except ValueError as problem:
            raise InvalidData(
                f"{path.name} line {number}: value and weight must be numbers, "
                f"they are {row.get('value')!r} and {weight!r}."
            ) from problem
    return sorted(points, key=lambda point: point.time)
