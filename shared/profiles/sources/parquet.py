"""Parquet files, a group of rows and a column at a time."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from shared.errors import InvalidData
from shared.profiles.engine_faults import told_without_values
from shared.profiles.sources.part import Part

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

_PIECE = 1 << 18
_PANDAS_INDEX = re.compile(r"__index_level_\d+__")


def read_parquet(path: Path, rows_at_once: int) -> Iterator[Part]:
    """Parts of neighbouring row groups, each of at most so many rows where its groups allow it.

    Texts are read as dictionaries, which need no copy of each value.
    """
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        every = tuple(file.schema_arrow.names)
        texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
        rows = [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)]
    names = tuple(name for name in every if not _PANDAS_INDEX.fullmatch(name))
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise InvalidData(f"{path} has two columns named {min(twice)}; rename one of them.")
    opened = parquet.ParquetFile(path, read_dictionary=texts)
    for groups in _together(rows, rows_at_once):
        held = sum(rows[at] for at in groups)
        reader = _Reader(opened, path, groups)
        yield Part(
            rows=held,
            names=names,
            read=reader.whole,
            read_pieces=reader.pieces,
            share=held / max(sum(rows), 1),
        )


class _Reader:
    """Reads a column of some row groups."""

    def __init__(self, file: "ParquetFile", path: Path, groups: list[int]) -> None:
        self._file, self._path, self._groups = file, path, groups

    def whole(self, name: str) -> "pa.ChunkedArray":
        """The column's values.

        Raises InvalidData when the file is damaged there.
        """
        with self._told():
            return self._file.read_row_groups(
                self._groups, columns=[name], use_threads=False
            ).column(name)

    def pieces(self, name: str) -> "Iterator[pa.Array]":
        """The column's values in pieces that fit into a processor's cache.

        Raises InvalidData when the file is damaged there.
        """
        import pyarrow as pa

        with self._told():
            found = 0
            for batch in self._file.iter_batches(
                _PIECE, row_groups=self._groups, columns=[name], use_threads=False
            ):
                found += 1
                yield batch.column(0)
        if not found:
            yield pa.array([], type=self._file.schema_arrow.field(name).type)

    @contextmanager
    def _told(self) -> Iterator[None]:
        import pyarrow as pa

        try:
            yield
        except (pa.ArrowException, OSError) as problem:
            raise InvalidData(
                f"{self._path} cannot be read as parquet: {told_without_values(problem)}."
            ) from problem


def _together(rows: list[int], most: int) -> Iterator[list[int]]:
    """Neighbouring groups of rows, together while they stay within `most`; one at least."""
    held: list[int] = []
    for at, count in enumerate(rows):
        if held and sum(rows[one] for one in held) + count > most:
            yield held
            held = []
        held.append(at)
    yield held


def _is_text(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
