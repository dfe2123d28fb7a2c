"""Any of the supported sources as Arrow columns, with one clear sentence when it cannot be."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.errors import InvalidData

if TYPE_CHECKING:
    import pyarrow as pa

Source = Any
_SUFFIXES = ".parquet, .csv, .jsonl, .ndjson or .json"


def read_tables(source: Source, columns: Sequence[str] | None = None) -> "Iterator[pa.Table]":
    """One Arrow table for each file, or one for a frame.

    `source` is a path, a list of paths, a pyarrow table, any frame that speaks Arrow (Polars,
    pandas, DuckDB), or a mapping of column name to values. `columns` reads only those, where the
    format can.
    Raises InvalidData naming the file and what is wrong with it.
    """
    if isinstance(source, str | Path):
        yield _read_file(Path(source), columns)
    elif isinstance(source, Sequence):
        for part in source:
            yield from read_tables(part, columns)
    else:
        yield _frame(source)


def fingerprint(source: Source) -> str:
    """SHA-256 of the file's bytes; several files add up, frames have none."""
    if isinstance(source, str | Path):
        with Path(source).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    if isinstance(source, Sequence):
        total = sum(int(fingerprint(part) or "0", 16) for part in source)
        return f"{total % (1 << 256):064x}" if total else ""
    return ""


def _read_file(path: Path, columns: Sequence[str] | None) -> "pa.Table":
    import pyarrow as pa

    if not path.is_file():
        raise InvalidData(f"{path} does not exist; name a {_SUFFIXES} file.")
    try:
        match path.suffix.lower():
            case ".parquet":
                return _read_parquet(path, columns)
            case ".csv":
                from pyarrow import csv

                return csv.read_csv(path)
            case ".jsonl" | ".ndjson" | ".json":
                return _read_json_lines(path)
            case suffix:
                raise InvalidData(f"{path} ends in {suffix or 'nothing'}; name a {_SUFFIXES} file.")
    except (pa.ArrowException, OSError, UnicodeDecodeError) as problem:
        first = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
        raise InvalidData(f"{path} cannot be read as {path.suffix[1:]}: {first}") from problem


def _read_parquet(path: Path, columns: Sequence[str] | None) -> "pa.Table":
    from pyarrow import parquet

    file = parquet.ParquetFile(path)
    wanted = None if columns is None else [c for c in columns if c in file.schema_arrow.names]
    return file.read(columns=wanted)


def _read_json_lines(path: Path) -> "pa.Table":
    """Plain rows, or the lines of Azure's model data collector, which hold rows in `data`.

    A collected line gets its envelope's `time` as a column unless its rows have one; lines whose
    rows lie elsewhere (`dataref`, `datainblob`) hold nothing to count.
    """
    import pyarrow as pa

    rows: list[dict[str, Any]] = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                rows.extend(_rows_of(line, path, number))
    names = list(dict.fromkeys(name for row in rows for name in row))
    try:
        return pa.table({name: pa.array([row.get(name) for row in rows]) for name in names})
    except pa.ArrowException as problem:
        raise InvalidData(
            f"{path} mixes types in one column: {str(problem).splitlines()[0]}"
        ) from problem


def _rows_of(line: bytes, path: Path, number: int) -> list[dict[str, Any]]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise InvalidData(f"{path} line {number} is not JSON: {problem}") from problem
    if not isinstance(value, dict):
        raise InvalidData(f"{path} line {number} is not an object; write one row a line.")
    if "specversion" not in value:
        return [value]
    collected = value.get("data")
    if not isinstance(collected, list):
        return []
    return [{"time": value.get("time"), **row} for row in collected if isinstance(row, dict)]


def _frame(source: Source) -> "pa.Table":
    import pyarrow as pa

    try:
        if isinstance(source, pa.Table):
            return source
        if isinstance(source, dict):
            return pa.table({name: pa.array(values) for name, values in source.items()})
        if hasattr(source, "to_arrow"):
            return source.to_arrow()
        if hasattr(source, "__arrow_c_stream__"):
            return pa.table(source)
    except (pa.ArrowException, TypeError) as problem:
        raise InvalidData(f"The frame cannot be read: {str(problem).splitlines()[0]}") from problem
    raise InvalidData(
        f"{type(source).__name__} is no data source; give a path, a list of paths, an Arrow table, "
        "a Polars or pandas frame, or a mapping of column to values."
    )
