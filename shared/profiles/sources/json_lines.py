"""JSON Lines: plain rows, or what Azure's model data collector writes.

A collected line is an envelope whose `data` holds several rows under one `correlationid`; the rows
are known by it and by their place in the line, as Azure's own monitoring knows them.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from shared.domain.collected import ROW_ID, ROW_TIME
from shared.errors import InvalidData
from shared.profiles.sources.part import Part
from shared.profiles.sources.unread import Faults, Unread, Why

if TYPE_CHECKING:
    import pyarrow as pa

ENVELOPE_TIME = "time"
ROWS_AT_ONCE = 1 << 16
"""Rows lie in memory as Python's dictionaries before they are columns, which takes most."""
_KEYS_SHOWN = 12


@dataclass(slots=True)
class Lines:
    """The rows of some lines, with what each line says of all its rows."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    times: list[str | None] = field(default_factory=list)
    instants: list[datetime | None] = field(default_factory=list)
    ids: list[str | None] = field(default_factory=list)
    unread: Unread = field(default_factory=Unread)

    def take(self, rows: list[dict[str, Any]], envelope: dict[str, Any], time: Any) -> None:
        """Take the rows of one line, of the time that it says."""
        self.rows.extend(rows)
        self.held.append(len(rows))
        self.times.append(time if isinstance(time, str) and "specversion" in envelope else None)
        self.instants.append(_instant(time))
        known = envelope.get("correlationid")
        self.ids.append(known if isinstance(known, str) and known else None)

    def read(self, line: bytes, path: PurePath, number: int, faults: Faults) -> None:
        """Take the rows of one line, its end with it, or count it as unread.

        Raises InvalidData for one that is no JSON object, unless such are counted.
        """
        _read_line(self, line, path, number, faults)

    def part(self, share: float) -> Part:
        """The rows taken so far, as that share of their source."""
        return _part(self, share)


def read_json_lines(
    paths: Sequence[Path], rows_at_once: int, faults: Faults = Faults.REFUSE
) -> Iterator[Part]:
    """Parts of about so many rows; small files that follow each other come in one part.

    A collected line's rows lie in its `data`; it gets its envelope's `time` as a column unless its
    rows have one. Lines whose rows lie elsewhere (`dataref`, `datainblob`) or are no rows of
    columns are counted.
    Raises InvalidData for a line that is no JSON object; with `Faults.COUNT` that is counted too,
    as is a collected line without a time, and a last line that is still being written.
    """
    lines = Lines()
    size = max(sum(path.stat().st_size for path in paths), 1)
    read = told = 0
    for path in paths:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                read += len(line)
                if line.strip():
                    lines.read(line, path, number, faults)
                if len(lines.rows) >= rows_at_once:
                    yield lines.part((read - told) / size)
                    lines, told = Lines(), read
    if lines.rows or lines.unread.total or not told:
        yield lines.part((size - told) / size)


def _read_line(lines: Lines, line: bytes, path: PurePath, number: int, faults: Faults) -> None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as problem:
        if faults is Faults.REFUSE:
            raise InvalidData(f"{path} line {number} is not JSON: {problem}") from problem
        why = Why.BROKEN if line.endswith(b"\n") else Why.TRUNCATED
        lines.unread += _unread(why, path, number, type(problem).__name__)
        return
    if not isinstance(value, dict):
        if faults is Faults.REFUSE:
            raise InvalidData(f"{path} line {number} is not an object; write one row a line.")
        lines.unread += _unread(Why.BROKEN, path, number, "no object")
        return
    if "specversion" not in value:
        lines.take([value], {}, value.get(ENVELOPE_TIME))
        return
    found = _rows_of(value)
    if isinstance(found, list) and faults is Faults.COUNT and _instant(value.get("time")) is None:
        found = Why.UNTIMED
    if isinstance(found, list):
        lines.take(found, value, value.get(ENVELOPE_TIME))
    else:
        keys = ", ".join(sorted(map(str, value))[:_KEYS_SHOWN])
        lines.unread += _unread(found, path, number, f"keys {keys}")


def _rows_of(envelope: dict[str, Any]) -> list[dict[str, Any]] | Why:
    """The rows of a collected line, or why it holds none that can be read."""
    data = envelope.get("data")
    if isinstance(data, list) and all(isinstance(row, dict) for row in data):
        return data
    if "dataref" in envelope or envelope.get("datainblob"):
        return Why.ELSEWHERE
    return Why.EMPTY if data is None else Why.PAYLOAD


def _unread(why: Why, path: PurePath, number: int, how: str) -> Unread:
    return Unread(counts={why.value: 1}, example=f"{path.name} line {number} ({how})")


def _instant(time: object) -> datetime | None:
    """The instant of an ISO 8601 text, in UTC where it names no zone; None for anything else."""
    if not isinstance(time, str):
        return None
    try:
        found = datetime.fromisoformat(time)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _part(lines: Lines, share: float) -> Part:
    import pyarrow as pa

    names: dict[str, None] = {}
    for row in lines.rows:
        names.update(dict.fromkeys(row))
    read = {name: _array([row.get(name) for row in lines.rows]) for name in names}
    columns = {name: array for name, (array, _) in read.items()}
    added = []
    if ENVELOPE_TIME not in columns and any(time is not None for time in lines.times):
        columns[ENVELOPE_TIME] = _of_lines(pa.array(lines.times, type=pa.string()), lines)
        added.append(ENVELOPE_TIME)
    columns[ROW_TIME] = _of_lines(pa.array(lines.instants, type=pa.timestamp("us", "UTC")), lines)
    columns[ROW_ID] = pa.array(_ids(lines), type=pa.string())
    mixed = [name for name, (_, one_type) in read.items() if not one_type]
    return Part.of(
        pa.table(columns),
        added=added,
        about=(ROW_TIME, ROW_ID),
        mixed=mixed,
        lines=len(lines.held),
        unread=lines.unread,
        share=share,
    )


def _of_lines(values: "pa.Array", lines: Lines) -> "pa.Array":
    """What each line says, once for each of its rows."""
    import numpy as np
    import pyarrow as pa

    return values.take(pa.array(np.repeat(np.arange(len(lines.held)), lines.held)))


def _ids(lines: Lines) -> Iterator[str | None]:
    for known, rows in zip(lines.ids, lines.held, strict=True):
        for index in range(rows):
            yield None if known is None else f"{known}_{index}"


def _array(values: list[Any]) -> "tuple[pa.Array, bool]":
    """The values as one type, or else as their JSON text and False."""
    import pyarrow as pa

    try:
        return pa.array(values), True
    except (pa.ArrowException, OverflowError):
        if all(v is None or type(v) in {int, float} for v in values):
            return pa.array([None if v is None else _float(v) for v in values]), True
        texts = [v if v is None or isinstance(v, str) else json.dumps(v) for v in values]
        return pa.array(texts, type=pa.string()), False


def _float(number: float) -> float:
    """The number as a double, infinite where it is beyond all of them."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
