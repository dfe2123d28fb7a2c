"""A profile of the rows between each two of some cuts, in one pass over the files."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING

from shared.profiles.compute import text_columns, window_of_parts
from shared.profiles.reading import Source, read_parts
from shared.profiles.sources.part import Part
from shared.profiles.sources.unread import Faults, Unread
from shared.profiles.windowing import timed_part_between, within
from shared.statistics.profile import Profile, merged

if TYPE_CHECKING:
    import pyarrow as pa

_AT_ONCE = 32
"""So many profiles are held until they are added up, whatever the number of files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The rows between two cuts; of the `lines` of a collector, `unread` could not be read.

    A line belongs to one piece: that of the first row that was read together with it.
    """

    profile: Profile
    lines: int = 0
    unread: Unread = field(default_factory=Unread)


def pieces_of(
    source: Source,
    base: Profile,
    cuts: Sequence[datetime],
    time_column: str,
    *,
    faults: Faults = Faults.REFUSE,
) -> list[Profile]:
    """A profile of the rows with cuts[i] <= time < cuts[i + 1], for each i.

    One without rows too. Pieces of one baseline add up to the window over them all. Rows without
    a time are in none.
    Raises InvalidData when the source or its times cannot be read.
    """
    pieces = counted_pieces(source, base, cuts, time_column, faults=faults)
    return [piece.profile for piece in pieces]


def counted_pieces(
    source: Source,
    base: Profile,
    cuts: Sequence[datetime],
    time_column: str,
    *,
    faults: Faults = Faults.REFUSE,
) -> list[Piece]:
    """The same, with the lines that the rows were read from."""
    empty = window_of_parts((), base)
    counting = [_Counting(empty, start, end, time_column) for start, end in pairwise(cuts)]
    for whole in read_parts(source, text=text_columns(base), faults=faults):
        if whole.rows or whole.names:
            part, instants = timed_part_between(whole, time_column, cuts[0], cuts[-1])
            touched = [one for one in counting if one.touches(instants)] if part.rows else []
        else:
            part, instants, touched = whole, None, []
        for one in touched:
            one.add(part, instants, base)
        (touched or counting)[0].note(whole)
    return [one.counted() for one in counting]


class _Counting:
    """One piece while the files are read."""

    def __init__(self, empty: Profile, start: datetime, end: datetime, time_column: str) -> None:
        self._start, self._end = start, end
        self._time_column = time_column
        self._held = [empty]
        self._lines, self._unread = 0, Unread()

    def touches(self, instants: "pa.Array") -> bool:
        """Whether rows of these times can be in it."""
        import pyarrow.compute as pc

        both = pc.min_max(instants).as_py()
        return bool(self._start <= both["max"] and both["min"] < self._end)

    def add(self, part: Part, instants: "pa.Array", base: Profile) -> None:
        """Count those of the rows that are in it."""
        keep = within(instants, self._start, self._end)
        rows = part if keep is None else part.where(keep)
        self._held.append(window_of_parts([replace(rows, unread=Unread())], base))
        if len(self._held) >= _AT_ONCE:
            self._held = [merged(self._held)]

    def note(self, part: Part) -> None:
        """Note the lines of what was read."""
        self._lines += part.lines
        self._unread += part.unread

    def counted(self) -> Piece:
        """All of it."""
        whole = merged(self._held)
        profile = replace(
            whole,
            start=self._start,
            end=self._end,
            extra=tuple(name for name in whole.extra if name != self._time_column),
            unread=self._unread.total,
        )
        return Piece(profile=profile, lines=self._lines, unread=self._unread)


def added(pieces: Iterable[Piece]) -> Piece | None:
    """Pieces between the same cuts as one, a few of them held at a time; None without any.

    The same pieces in the same order give the same, to the last digit.
    """
    left = iter(pieces)
    whole = next(left, None)
    while whole is not None and (batch := list(islice(left, _AT_ONCE))):
        whole = Piece(
            profile=merged(chain([whole.profile], (one.profile for one in batch))),
            lines=whole.lines + sum(one.lines for one in batch),
            unread=_together([whole, *batch]),
        )
    return whole


def _together(pieces: Sequence[Piece]) -> Unread:
    told: Iterator[Unread] = (one.unread for one in pieces)
    return sum(told, start=Unread())
