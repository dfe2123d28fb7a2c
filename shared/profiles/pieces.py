"""A profile of the rows between each two of some cuts, in one pass over the files."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from shared.profiles.compute import text_columns, window_of_parts
from shared.profiles.reading import Source, read_parts
from shared.profiles.sources.unread import Faults
from shared.profiles.windowing import timed_part_between
from shared.statistics.profile import Profile

if TYPE_CHECKING:
    import pyarrow as pa


def pieces_of(
    source: Source,
    base: Profile,
    cuts: Sequence[datetime],
    time_column: str,
    *,
    faults: Faults = Faults.REFUSE,
) -> list[Profile]:
    """A profile of the rows with cuts[i] <= time < cuts[i + 1] for each i, also of those without.

    Pieces of one baseline add up to the window over them all. Rows without a time are in none.
    Raises InvalidData when the source or its times cannot be read.
    """
    spans = list(pairwise(cuts))
    found = [window_of_parts((), base, start=start, end=end) for start, end in spans]
    for whole in read_parts(source, text=text_columns(base), faults=faults):
        part, instants = timed_part_between(whole, time_column, cuts[0], cuts[-1])
        if part.rows == 0:
            continue
        first, last = _extent(instants)
        for at, (start, end) in enumerate(spans):
            if start <= last and first < end:
                found[at] = found[at] + window_of_parts(
                    [part], base, start=start, end=end, time_column=time_column
                )
    return found


def _extent(instants: "pa.Array") -> tuple[datetime, datetime]:
    import pyarrow.compute as pc

    both = pc.min_max(instants).as_py()
    return both["min"], both["max"]
