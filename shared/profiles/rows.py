"""What is told of whole rows: how many repeat another, and how new the newest is."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shared.errors import InvalidData
from shared.profiles.buffers import valid_values
from shared.profiles.columns import kind_of
from shared.profiles.reading import Source, read_parts
from shared.profiles.windowing import times_of

if TYPE_CHECKING:
    import pyarrow as pa

Hashes = npt.NDArray[np.uint64]

_KEPT = 1 << 22
_ODD = np.uint64(0x9E3779B97F4A7C15)


def count_repeated(source: Source, columns: Sequence[str], *, kept: int = _KEPT) -> int:
    """How many rows repeat an earlier one in these columns.

    By a 64-bit hash of each row. Beyond `kept` rows only those whose hash falls in a part of its
    range are held, and the count is that part's, scaled up.
    Source: Gibbons, Distinct sampling for highly-accurate answers (2001).
    Raises InvalidData when a column is absent.
    """
    held = np.zeros(0, dtype=np.uint64)
    counted = 0
    level = 0
    for part in read_parts(source):
        missing = [name for name in columns if name not in part.names]
        if missing:
            raise InvalidData(
                f"There is no column {missing[0]} to tell rows apart by; the columns are "
                f"{', '.join(part.names)}."
            )
        hashes = np.zeros(part.rows, dtype=np.uint64)
        for name in columns:
            hashes = hashes * np.uint64(31) + _hashes(part.column(name))
        hashes = _mixed(hashes)
        if level:
            hashes = hashes[hashes < _border(level)]
        counted += len(hashes)
        held = np.unique(np.concatenate([held, hashes]))
        while len(held) > kept:
            level += 1
            share = float((held < _border(level)).mean())
            held = held[held < _border(level)]
            counted = round(counted * share)
    return (counted - len(held)) << level


def newest_row(source: Source, time_column: str) -> datetime | None:
    """The latest time of any row, None without one.

    Raises InvalidData when the column is absent or does not hold times.
    """
    import pyarrow.compute as pc

    latest: list[datetime] = []
    for part in read_parts(source):
        found = pc.max(times_of(part, time_column)).as_py()
        if found is not None:
            latest.append(found)
    return max(latest, default=None)


def _border(level: int) -> np.uint64:
    return np.uint64(1 << (64 - level))


def _hashes(values: "pa.Array") -> Hashes:
    """One number a row, the same for the same value in any part."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = np.full(len(values), 7, dtype=np.uint64)
    if kind_of(values) == "numeric" and not pa.types.is_dictionary(values.type):
        doubles = values.cast(pa.float64(), safe=False)
        known = _valid(values)
        found[known] = valid_values(doubles).view(np.uint64)
        return _mixed(found)
    if not pa.types.is_dictionary(values.type):
        values = pc.dictionary_encode(values.cast(pa.string()))
    known = _valid(values.indices)
    named = np.array(
        [
            int.from_bytes(hashlib.blake2b(str(text).encode(), digest_size=8).digest(), "little")
            for text in values.dictionary.to_pylist()
        ],
        dtype=np.uint64,
    )
    if known.any():
        found[known] = named[valid_values(values.indices)]
    return _mixed(found)


def _valid(values: "pa.Array") -> npt.NDArray[np.bool_]:
    bits = values.buffers()[0]
    if not values.null_count or bits is None:
        return np.ones(len(values), dtype=np.bool_)
    unpacked = np.unpackbits(np.frombuffer(bits, dtype=np.uint8), bitorder="little")
    return np.asarray(unpacked[values.offset : values.offset + len(values)], dtype=np.bool_)


def _mixed(hashes: Hashes) -> Hashes:
    """Spread over the whole range, as by the finaliser of Steele's SplitMix64."""
    mixed = hashes + _ODD
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)
