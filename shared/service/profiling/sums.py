"""The parts of an order added up as they come: exactly once each, whatever their order.

Parts that follow each other by number are a group. A group's sum is made when its last part is
there, and the whole out of the groups' sums. So every sum is of certain parts, always added in the
same order: made twice it is the same to the last digit, and nothing has to remember what is in it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import isqrt
from typing import TYPE_CHECKING, Any

from shared.domain.profiling import profile_name, with_bits
from shared.errors import InvalidData
from shared.ports import Profiles
from shared.service.profiling.counted import pieces_in, plain_pieces
from shared.service.profiling.orders import Ordered

if TYPE_CHECKING:
    from shared.profiles.pieces import Piece

AT_LEAST = 32
_AT_ONCE = 32
"""So many parts are held in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Whether the whole is `made`; of the parts, those in `lost` (bits) are not there."""

    lost: str = "0"
    made: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """Pieces of the inputs and of the outputs, None where there is nothing."""

    inputs: "list[Piece | None]"
    outputs: "list[Piece | None]"


def group_size(parts: int) -> int:
    """So many parts are a group: of many parts there are about as many groups as parts in one.

    >>> group_size(20), group_size(1_000), group_size(10_000)
    (32, 32, 100)
    """
    return max(AT_LEAST, isqrt(parts))


def part_name(order: str, number: int) -> str:
    """Under which name a part is kept."""
    return profile_name(order, f"part-{number:05}")


def add_parts(
    ordered: Ordered, counted: frozenset[int], came: int | None, profiles: Profiles
) -> Sum:
    """Make what can be made of the `counted` parts, of which `came` is the one told of now.

    When all are there, the whole is kept as what the order made. Raises Unavailable.
    """
    parts = len(ordered.parts)
    size = group_size(parts)
    groups = [range(first, min(first + size, parts)) for first in range(0, parts, size)]
    if counted >= frozenset(range(parts)):
        return _whole(ordered, groups, profiles)
    if came is None or came >= parts:
        return Sum()
    group = groups[came // size]
    if not counted >= frozenset(group):
        return Sum()
    lost: list[int] = []
    _sum(ordered, group, profiles, lost)
    return Sum(lost=with_bits("0", lost))


def _whole(ordered: Ordered, groups: Sequence[range], profiles: Profiles) -> Sum:
    lost: list[int] = []
    whole = _added(ordered, _sums(ordered, groups, profiles, lost))
    if lost:
        return Sum(lost=with_bits("0", lost))
    profiles.save(profile_name(ordered.id, "made"), _plain(whole))
    return Sum(made=True)


def _sums(
    ordered: Ordered, groups: Sequence[range], profiles: Profiles, lost: list[int]
) -> Iterator[_Counted]:
    """The sum of each group, as it was kept or made now; what lacks one is noted as lost."""
    for group in groups:
        known = _known(ordered, group, profiles)
        if known is None:
            known = _sum(ordered, group, profiles, lost)
        if known is not None:
            yield known


def _known(ordered: Ordered, group: range, profiles: Profiles) -> _Counted | None:
    kept = profiles.load(_sum_name(ordered, group))
    if kept is None:
        return None
    count = len(ordered.order.pieces)
    try:
        return _Counted(
            inputs=pieces_in(kept, "inputs", ordered.base, count),
            outputs=pieces_in(kept, "outputs", ordered.base, count),
        )
    except InvalidData:
        return None


def _sum(ordered: Ordered, group: range, profiles: Profiles, lost: list[int]) -> _Counted | None:
    """A group's sum out of its parts, kept for the whole; None where some of them are lost."""
    before = len(lost)
    made = _added(ordered, _parts(ordered, group, profiles, lost))
    if len(lost) > before:
        return None
    profiles.save(_sum_name(ordered, group), _plain(made))
    return made


def _parts(
    ordered: Ordered, group: range, profiles: Profiles, lost: list[int]
) -> Iterator[_Counted]:
    nothing: list[Piece | None] = [None] * len(ordered.order.pieces)
    for number in group:
        pieces = part_kept(ordered, number, profiles)
        if pieces is None:
            lost.append(number)
        elif ordered.parts[number].of_outputs:
            yield _Counted(inputs=nothing, outputs=pieces)
        else:
            yield _Counted(inputs=pieces, outputs=nothing)


def part_kept(ordered: Ordered, number: int, profiles: Profiles) -> "list[Piece | None] | None":
    """The pieces of a part as they were kept; None where they are not there, or unreadable."""
    kept = profiles.load(part_name(ordered.id, number))
    try:
        if kept is not None:
            return pieces_in(kept, "pieces", ordered.base, len(ordered.order.pieces))
    except InvalidData:
        return None
    return None


def _added(ordered: Ordered, counted: Iterable[_Counted]) -> _Counted:
    """All of them together, always in the order they come in."""
    from shared.profiles.pieces import added

    left = iter(counted)
    nothing: list[Piece | None] = [None] * len(ordered.order.pieces)
    whole = _Counted(inputs=nothing, outputs=nothing)
    while batch := list(islice(left, _AT_ONCE)):
        batch = [whole, *batch]
        inputs = zip(*(one.inputs for one in batch), strict=True)
        outputs = zip(*(one.outputs for one in batch), strict=True)
        whole = _Counted(
            inputs=[added(piece for piece in same if piece is not None) for same in inputs],
            outputs=[added(piece for piece in same if piece is not None) for same in outputs],
        )
    return whole


def _plain(counted: _Counted) -> dict[str, Any]:
    return {"inputs": plain_pieces(counted.inputs), "outputs": plain_pieces(counted.outputs)}


def _sum_name(ordered: Ordered, group: range) -> str:
    return profile_name(ordered.id, f"sum-{group.start:05}")
