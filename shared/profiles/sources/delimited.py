"""CSV files, whole or in blocks."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from shared.errors import InvalidData
from shared.profiles.sources.part import Part

if TYPE_CHECKING:
    import pyarrow as pa

_LARGEST_BLOCK = (1 << 31) - 2


def read_delimited(path: Path, text: Collection[str], bytes_at_once: int) -> Iterator[Part]:
    """One part, or several of a file larger than `bytes_at_once`; an empty field is missing.

    Types come from all of a file that is read at once, else from its first part; a later part
    that they do not fit has its own. `text` names the columns to read as text whatever they look
    like.
    """
    import pyarrow as pa
    from pyarrow import csv

    types = {name: pa.string() for name in text}
    size = path.stat().st_size
    if size > bytes_at_once:
        yield from _in_parts(path, types, bytes_at_once, size)
        return
    options = csv.ConvertOptions(column_types=types)
    try:
        table = csv.read_csv(path, convert_options=options)
    except pa.ArrowInvalid:
        whole = csv.ReadOptions(block_size=min(size + 1, _LARGEST_BLOCK))
        table = csv.read_csv(path, read_options=whole, convert_options=options)
    yield _part(path, table, 1.0)


def _in_parts(
    path: Path, types: "dict[str, pa.DataType]", bytes_at_once: int, size: int
) -> Iterator[Part]:
    """Whole lines of about so many bytes; Arrow's own reader would hold 32 blocks ahead."""
    import pyarrow as pa

    names: list[str] | None = None
    found = types
    with path.open("rb") as file:
        while lines := file.read(bytes_at_once):
            lines += file.readline()
            try:
                table = _table(lines, found, names)
            except pa.ArrowInvalid:
                table = _table(lines, types, names)
            if names is None:
                names = table.column_names
                known = {field.name: field.type for field in table.schema}
                found = {n: kind for n, kind in known.items() if not pa.types.is_null(kind)}
            share = len(lines) / size
            del lines
            yield _part(path, table, share)
            del table


def _table(lines: bytes, types: "dict[str, pa.DataType]", names: list[str] | None) -> "pa.Table":
    """The lines' columns; without names the first line has them."""
    import pyarrow as pa
    from pyarrow import csv

    whole = csv.ReadOptions(block_size=min(len(lines) + 1, _LARGEST_BLOCK), column_names=names)
    options = csv.ConvertOptions(column_types=types)
    return csv.read_csv(pa.BufferReader(lines), read_options=whole, convert_options=options)


def _part(path: Path, table: "pa.Table", share: float) -> Part:
    import pyarrow as pa
    import pyarrow.compute as pc

    names = tuple(table.column_names)
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        raise InvalidData(f"{path} has the one column {names[0]!r}; separate columns by commas.")
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise InvalidData(f"{path} has two columns named {min(twice)}; rename one of them.")
    for at, name in enumerate(names):
        if pa.types.is_string(table.schema.field(at).type):
            values = table.column(at).combine_chunks()
            missing = pa.scalar(None, pa.string())
            filled = pc.replace_with_mask(values, pc.equal(values, ""), missing)
            table = table.set_column(at, name, filled)
    return Part.of(table, share=share)
