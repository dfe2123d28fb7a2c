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

    Types come from the first block, or if need be from all of a file that is read at once. `text`
    names the columns to read as text whatever they look like.
    """
    import pyarrow as pa
    from pyarrow import csv

    options = csv.ConvertOptions(column_types={name: pa.string() for name in text})
    size = path.stat().st_size
    if size > bytes_at_once:
        blocks = csv.ReadOptions(block_size=min(bytes_at_once, _LARGEST_BLOCK))
        with csv.open_csv(path, read_options=blocks, convert_options=options) as reader:
            for batch in reader:
                table = pa.Table.from_batches([batch])
                yield _part(path, table, min(batch.nbytes / size, 1.0))
        return
    try:
        table = csv.read_csv(path, convert_options=options)
    except pa.ArrowInvalid:
        whole = csv.ReadOptions(block_size=min(size + 1, _LARGEST_BLOCK))
        table = csv.read_csv(path, read_options=whole, convert_options=options)
    yield _part(path, table, 1.0)


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
