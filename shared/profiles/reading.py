"""Any of the supported sources as Arrow columns, with one clear sentence when it cannot be."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from shared.errors import InvalidData

if TYPE_CHECKING:
    import pyarrow as pa

Source = Any
_SUFFIXES = ".parquet, .csv, .jsonl, .ndjson or .json"
_PANDAS_INDEX = re.compile(r"__index_level_\d+__")
ENVELOPE_TIME = "time"
_LARGEST_BLOCK = (1 << 31) - 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The rows of one file or frame.

    `names` are all columns it has, `table` may hold fewer. `mixed` are those of several types,
    read as text. `unread` counts the lines of collected data that hold no rows of columns.
    """

    table: "pa.Table"
    names: tuple[str, ...]
    mixed: tuple[str, ...] = ()
    unread: int = 0

    def only(self, names: Sequence[str]) -> Self:
        """The same rows with only these columns."""
        if len(names) == self.table.num_columns:
            return self
        return replace(self, table=self.table.select(list(names)))


def read_parts(
    source: Source, columns: Sequence[str] | None = None, text: Collection[str] = ()
) -> Iterator[Part]:
    """One part for each file, or one for a frame.

    `source` is a path, a list of paths, a pyarrow table, any frame that speaks Arrow (Polars,
    pandas, DuckDB), or a mapping of column name to values. `columns` reads only those, where the
    format can. `text` names the columns to read as text where the format knows no types.
    Raises InvalidData naming the file and what is wrong with it.
    """
    if isinstance(source, str | Path):
        yield _checked(_read_file(Path(source), columns, text), str(source))
    elif isinstance(source, Sequence):
        for part in source:
            yield from read_parts(part, columns, text)
    else:
        table = _frame(source)
        kept = [name for name in table.column_names if not _PANDAS_INDEX.fullmatch(name)]
        yield _checked(Part(table=table, names=tuple(kept)), "The frame").only(kept)


def _checked(part: Part, of: str) -> Part:
    twice = [name for name, times in Counter(part.names).items() if times > 1]
    if twice:
        raise InvalidData(f"{of} has two columns named {twice[0]}; rename one of them.")
    return part


def fingerprint(source: Source) -> str:
    """SHA-256 of the file's bytes; several files add up, frames have none."""
    if isinstance(source, str | Path):
        with Path(source).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    if isinstance(source, Sequence):
        total = sum(int(fingerprint(part) or "0", 16) for part in source)
        return f"{total % (1 << 256):064x}" if total else ""
    return ""


def _read_file(path: Path, columns: Sequence[str] | None, text: Collection[str]) -> Part:
    import pyarrow as pa

    if not path.is_file():
        raise InvalidData(f"{path} does not exist; name a {_SUFFIXES} file.")
    try:
        match path.suffix.lower():
            case ".parquet":
                return _read_parquet(path, columns)
            case ".csv":
                return _read_csv(path, text)
            case ".jsonl" | ".ndjson" | ".json":
                return _read_json_lines(path)
            case suffix:
                raise InvalidData(f"{path} ends in {suffix or 'nothing'}; name a {_SUFFIXES} file.")
    except (pa.ArrowException, OSError, UnicodeDecodeError) as problem:
        first = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
        raise InvalidData(f"{path} cannot be read as {path.suffix[1:]}: {first}") from problem


def _read_parquet(path: Path, columns: Sequence[str] | None) -> Part:
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        names = tuple(file.schema_arrow.names)
        _checked(Part(table=None, names=names), str(path))
        names = tuple(name for name in names if not _PANDAS_INDEX.fullmatch(name))
        wanted = names if columns is None else [name for name in columns if name in names]
        return Part(table=file.read(columns=list(wanted)), names=names)


def _read_csv(path: Path, text: Collection[str]) -> Part:
    """An empty field is missing. Types come from the first megabyte, or if need be from all."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv

    options = csv.ConvertOptions(column_types={name: pa.string() for name in text})
    try:
        table = csv.read_csv(path, convert_options=options)
    except pa.ArrowInvalid:
        whole = csv.ReadOptions(block_size=min(path.stat().st_size + 1, _LARGEST_BLOCK))
        table = csv.read_csv(path, read_options=whole, convert_options=options)
    names = tuple(table.column_names)
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        raise InvalidData(f"{path} has the one column {names[0]!r}; separate columns by commas.")
    for at, name in enumerate(names):
        if pa.types.is_string(table.schema.field(at).type):
            filled = pc.replace_with_mask(
                table.column(at).combine_chunks(),
                pc.equal(table.column(at).combine_chunks(), ""),
                pa.scalar(None, pa.string()),
            )
            table = table.set_column(at, name, filled)
    return Part(table=table, names=names)


def _read_json_lines(path: Path) -> Part:
    """Plain rows, or the lines of Azure's model data collector, which hold rows in `data`.

    A collected line gets its envelope's `time` as a column unless its rows have one; lines whose
    rows lie elsewhere (`dataref`, `datainblob`) or are no rows of columns are counted.
    """
    import pyarrow as pa

    rows: list[dict[str, Any]] = []
    names: dict[str, None] = {}
    times: list[str | None] = []
    unread = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            found, time = _rows_of(line, path, number)
            if found is None:
                unread += 1
                continue
            for row in found:
                names.update(dict.fromkeys(row))
            rows.extend(found)
            times.extend([time] * len(found))
    read = {name: _array([row.get(name) for row in rows]) for name in names}
    columns = {name: array for name, (array, _) in read.items()}
    if ENVELOPE_TIME not in columns and any(time is not None for time in times):
        columns[ENVELOPE_TIME] = pa.array(times, type=pa.string())
    return Part(
        table=pa.table(columns),
        names=tuple(names),
        mixed=tuple(name for name, (_, one) in read.items() if not one),
        unread=unread,
    )


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
