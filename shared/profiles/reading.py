"""Any of the supported sources in parts, with one clear sentence when it cannot be read."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from shared.errors import InvalidData
from shared.profiles.engine_faults import told_without_values
from shared.profiles.sources.delimited import read_delimited
from shared.profiles.sources.frame import read_frame
from shared.profiles.sources.json_lines import ROWS_AT_ONCE as JSON_ROWS_AT_ONCE
from shared.profiles.sources.json_lines import read_json_lines
from shared.profiles.sources.parquet import read_parquet
from shared.profiles.sources.part import Part
from shared.profiles.sources.unread import Faults

Source = Any
ROWS_AT_ONCE = 1 << 20
BYTES_AT_ONCE = 1 << 26
_JSON_LINES = frozenset({".jsonl", ".ndjson", ".json"})
_SUFFIXES = ".parquet, .csv, .jsonl, .ndjson or .json"
_HASHED_WHOLE = 1 << 24
_SAMPLES, _SAMPLE = 16, 1 << 20


def read_parts(
    source: Source,
    *,
    text: Collection[str] = (),
    rows_at_once: int = ROWS_AT_ONCE,
    bytes_at_once: int = BYTES_AT_ONCE,
    faults: Faults = Faults.REFUSE,
) -> Iterator[Part]:
    """The rows of a source in the order they have, in parts that fit into memory.

    `source` is a path, a list of paths, a pyarrow table, any frame that speaks Arrow (Polars,
    pandas, DuckDB), or a mapping of column name to values. `text` names the columns to read as
    text where the format knows no types. A part has at most about `rows_at_once` rows, of a CSV
    file so many bytes; use up a part before asking for the next. `faults` says whether a line of
    JSON Lines that cannot be read refuses the file or is counted.
    Raises InvalidData naming the file and what is wrong with it.
    """
    if isinstance(source, str | Path):
        yield from _read_file(Path(source), text, rows_at_once, bytes_at_once, faults)
    elif isinstance(source, Sequence):
        for group in _together(source):
            for part in _read_group(group, text, rows_at_once, bytes_at_once, faults):
                yield replace(part, share=part.share * len(group) / len(source))
    else:
        yield read_frame(source)


def fingerprint(source: Source) -> str:
    """SHA-256 of the file's bytes; several files add up, frames have none.

    Of a file above 16 MiB it is that of its length and of 16 pieces of one MiB from its beginning
    to its end, where Parquet keeps the statistics of every column.
    """
    if isinstance(source, str | Path):
        return _file_hash(Path(source))
    if isinstance(source, Sequence):
        total = sum(int(fingerprint(part) or "0", 16) for part in source)
        return f"{total % (1 << 256):064x}" if total else ""
    return ""


def _file_hash(path: Path) -> str:
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= _HASHED_WHOLE:
            return hashlib.file_digest(file, "sha256").hexdigest()
        digest = hashlib.sha256(str(size).encode())
        for number in range(_SAMPLES):
            file.seek((size - _SAMPLE) * number // (_SAMPLES - 1))
            digest.update(file.read(_SAMPLE))
        return digest.hexdigest()


def _together(sources: Sequence[Source]) -> Iterator[list[Source]]:
    """Files of JSON Lines that follow each other are one source; anything else is alone."""
    held: list[Source] = []
    for source in sources:
        if _is_json_lines(source):
            held.append(source)
            continue
        if held:
            yield held
        held = []
        yield [source]
    if held:
        yield held


def _is_json_lines(source: Source) -> bool:
    return isinstance(source, str | Path) and Path(source).suffix.lower() in _JSON_LINES


def _read_group(
    group: list[Source],
    text: Collection[str],
    rows_at_once: int,
    bytes_at_once: int,
    faults: Faults,
) -> Iterator[Part]:
    if len(group) == 1:
        yield from read_parts(
            group[0],
            text=text,
            rows_at_once=rows_at_once,
            bytes_at_once=bytes_at_once,
            faults=faults,
        )
        return
    paths = [Path(path) for path in group]
    for path in paths:
        _refuse_absent(path)
    with _told(paths[0]):
        yield from read_json_lines(paths, min(rows_at_once, JSON_ROWS_AT_ONCE), faults)


def _refuse_absent(path: Path) -> None:
    if not path.is_file():
        raise InvalidData(f"{path} does not exist; name a {_SUFFIXES} file.")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What a reader raises becomes one sentence that names the file."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as problem:
        told = told_without_values(problem)
        raise InvalidData(f"{path} cannot be read as {path.suffix[1:]}: {told}.") from problem


def _read_file(
    path: Path, text: Collection[str], rows_at_once: int, bytes_at_once: int, faults: Faults
) -> Iterator[Part]:
    _refuse_absent(path)
    with _told(path):
        match path.suffix.lower():
            case ".parquet":
                yield from read_parquet(path, rows_at_once)
            case ".csv":
                yield from read_delimited(path, text, bytes_at_once)
            case suffix if suffix in _JSON_LINES:
                yield from read_json_lines([path], min(rows_at_once, JSON_ROWS_AT_ONCE), faults)
            case suffix:
                raise InvalidData(f"{path} ends in {suffix or 'nothing'}; name a {_SUFFIXES} file.")
