"""Arrow's numbers as numpy sees them: no copy, and no pandas imported on the way."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa


_ALL = 0xFF
_FEW = 0.1


def valid_values(values: "pa.Array") -> npt.NDArray[Any]:
    """The non-null values of an array of integers or floats.

    `Array.to_numpy` would import pandas where it is installed, which takes longer than counting.
    """
    numbers, absent = values_and_nulls(values)
    if not absent.size:
        return numbers
    known = np.ones(len(numbers), dtype=np.bool_)
    known[absent] = False
    return numbers[known]


def values_and_nulls(values: "pa.Array") -> tuple[npt.NDArray[Any], npt.NDArray[np.intp]]:
    """The values of an array of integers or floats as they lie, and where there is none.

    What stands in the place of a null has no meaning.
    """
    valid, held = values.buffers()
    end = values.offset + len(values)
    numbers = np.frombuffer(held, dtype=_dtype(values.type), count=end)[values.offset :]
    if not values.null_count or valid is None:
        return numbers, np.zeros(0, dtype=np.intp)
    first = values.offset // 8
    bits = np.frombuffer(valid, dtype=np.uint8, count=-(-end // 8))[first:]
    return numbers, _unset(bits, values.offset - 8 * first, len(values))


def _unset(bits: npt.NDArray[np.uint8], skipped: int, count: int) -> npt.NDArray[np.intp]:
    """Where a bit is not set, unpacking only the bytes in which there is one while they are few."""
    some = np.flatnonzero(bits != _ALL)
    if len(some) > _FEW * len(bits):
        every = np.unpackbits(~bits, bitorder="little").view(np.bool_)
        return np.flatnonzero(every[skipped : skipped + count])
    unset = np.flatnonzero(np.unpackbits(~bits[some], bitorder="little").view(np.bool_))
    at = some[unset >> 3] * 8 + (unset & 7) - skipped
    within: npt.NDArray[np.intp] = at[(at >= 0) & (at < count)]
    return within


def _dtype(kind: "pa.DataType") -> np.dtype[Any]:
    import pyarrow as pa

    letter = "f" if pa.types.is_floating(kind) else "i" if pa.types.is_signed_integer(kind) else "u"
    return np.dtype(f"{letter}{kind.bit_width // 8}")
