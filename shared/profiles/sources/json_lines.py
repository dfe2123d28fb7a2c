"""JSON Lines: plain rows, or what Azure's model data collector writes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.errors import InvalidData
from shared.profiles.sources.part import Part

if TYPE_CHECKING:
    import pyarrow as pa

ENVELOPE_TIME = "time"


def read_json_lines(path: Path, rows_at_once: int) -> Iterator[Part]:
    """Parts of about so many rows; a collected line's rows lie in its `data`.

    A collected line gets its envelope's `time` as a column unless its rows have one; lines whose
    rows lie elsewhere (`dataref`, `datainblob`) or are no rows of columns are counted.
    """
    rows: list[dict[str, Any]] = []
    times: list[str | None] = []
    unread = 0
    size = max(path.stat().st_size, 1)
    read = told = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            read += len(line)
            if not line.strip():
                continue
            found, time = _rows_of(line, path, number)
            if found is None:
                unread += 1
                continue
            rows.extend(found)
            times.extend([time] * len(found))
            if len(rows) >= rows_at_once:
                yield _part(rows, times, unread, (read - told) / size)
                rows, times, unread, told = [], [], 0, read
    if rows or unread or not told:
        yield _part(rows, times, unread, (size - told) / size)


def _part(rows: list[dict[str, Any]], times: list[str | None], unread: int, share: float) -> Part:
    import pyarrow as pa

    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    read = {name: _array([row.get(name) for row in rows]) for name in names}
    columns = {name: array for name, (array, _) in read.items()}
    added = []
    if ENVELOPE_TIME not in columns and any(time is not None for time in times):
        columns[ENVELOPE_TIME] = pa.array(times, type=pa.string())
        added.append(ENVELOPE_TIME)
    mixed = [name for name, (_, one_type) in read.items() if not one_type]
    table = pa.table(columns)
    return Part.of(table, added=added, mixed=mixed, unread=unread, share=share)


def _array(values: list[Any]) -> "tuple[pa.Array, bool]":
    """The values as one type, or else as their JSON text and False."""
    import pyarrow as pa

    try:
        return pa.array(values), True
    except (pa.ArrowException, OverflowError):
        if all(v is None or type(v) in {int, float} for v in values):
            return pa.array([None if v is None else float(v) for v in values]), True
        texts = [v if v is None or isinstance(v, str) else json.dumps(v) for v in values]
        return pa.array(texts, type=pa.string()), False


def _rows_of(
    line: bytes, path: Path, number: int
) -> tuple[list[dict[str, Any]] | None, str | None]:
    """The rows of one line, None when it holds none, and the time of its envelope."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise InvalidData(f"{path} line {number} is not JSON: {problem}") from problem
    if not isinstance(value, dict):
        raise InvalidData(f"{path} line {number} is not an object; write one row a line.")
    if "specversion" not in value:
        return [value], None
    collected = value.get("data")
    if not isinstance(collected, list) or not all(isinstance(row, dict) for row in collected):
        return None, None
    time = value.get("time")
    return collected, time if isinstance(time, str) else None
