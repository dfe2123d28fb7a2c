"""Arrow's numbers as numpy sees them: no copy, and no pandas imported on the way."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa


def valid_values(values: "pa.Array", room: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
    """The non-null values of an array of integers or floats; `room` is memory they may lie in.

    `Array.to_numpy` would import pandas where it is installed, which takes longer than counting.
    """
    valid, held = values.buffers()
    end = values.offset + len(values)
    numbers = np.frombuffer(held, dtype=_dtype(values.type), count=end)[values.offset :]
    if not values.null_count or valid is None:
        return numbers
    first = values.offset // 8
    bits = np.frombuffer(valid, dtype=np.uint8, count=-(-end // 8))[first:]
    known = np.unpackbits(bits, bitorder="little")[values.offset - 8 * first :][: len(numbers)]
    kept = None if room is None else room[: len(numbers) - values.null_count]
    return np.compress(known.view(np.bool_), numbers, out=kept)


def _dtype(kind: "pa.DataType") -> np.dtype[Any]:
    import pyarrow as pa

    letter = "f" if pa.types.is_floating(kind) else "i" if pa.types.is_signed_integer(kind) else "u"
    return np.dtype(f"{letter}{kind.bit_width // 8}")
