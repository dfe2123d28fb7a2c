"""Windows and periods out of pieces: the counts between the cuts of an order add up."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.domain.decisions.drift.windows import last_border
from shared.domain.profiling import Span
from shared.errors import InvalidData

if TYPE_CHECKING:
    from shared.statistics import Profile

CUT_ELSEWHERE = "The policy changed while the rows were being counted; they are counted once more."


def cut_at(spans: Iterable[Span]) -> tuple[datetime, ...]:
    """Every time at which a span begins or ends, once and ascending."""
    return tuple(sorted({border for span in spans for border in span}))


def periods_of(every: timedelta, start: datetime, end: datetime) -> list[Span]:
    """The periods that [start, end) is cut into, the first from `start` on."""
    found = []
    border = last_border(start, every) + every
    while start < end:
        found.append((start, min(border, end)))
        start, border = border, border + every
    return found


def nothing(base: "Profile", start: datetime, end: datetime) -> "Profile":
    """A span without a row."""
    from shared.profiles.compute import window_of_parts

    return window_of_parts((), base, start=start, end=end)


def window_within(
    pieces: "Sequence[Profile]", base: "Profile", start: datetime, end: datetime
) -> "Profile":
    """The sum of the pieces of [start, end).

    Raises InvalidData where they were not cut there: the policy asks for other spans by now.
    """
    from shared.statistics.profile import merged

    within = [
        piece
        for piece in pieces
        if piece.start is not None and piece.end is not None
        if start <= piece.start and piece.end <= end
    ]
    starts = {piece.start for piece in within}
    ends = {piece.end for piece in within}
    if start < end and (start not in starts or end not in ends):
        raise InvalidData(CUT_ELSEWHERE)
    whole = merged([nothing(base, start, end), *within])
    return replace(whole, start=start, end=end)


def periods_within(
    pieces: "Sequence[Profile]",
    base: "Profile",
    every: timedelta,
    start: datetime,
    end: datetime,
) -> "list[Profile]":
    """A profile for each period of [start, end)."""
    return [window_within(pieces, base, *span) for span in periods_of(every, start, end)]
