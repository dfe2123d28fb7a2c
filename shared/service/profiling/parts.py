"""A profile by parts: a message each, counted side by side, in whatever order they are taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from shared.domain.action import RequestProfile
from shared.domain.canonical import content_hash, format_time
from shared.domain.collected import time_column_of
from shared.domain.event import EXTENSION_PREFIX, Replay
from shared.domain.profiling import bits
from shared.errors import InvalidData, MalformedPayload
from shared.ports import Adapters, Message, Sender
from shared.service.codec import decode
from shared.service.messages import PROFILING_REQUESTS
from shared.service.messages.reading import ours
from shared.service.profiling.counted import plain_pieces
from shared.service.profiling.orders import NO_TIMES, Ordered
from shared.service.profiling.sums import part_kept, part_name

if TYPE_CHECKING:
    from shared.profiles.pieces import Piece

PROFILE_PART = "ProfilePart"
_A_BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRequest:
    """The part of an order that one message asks for; `wanted` and `attempt` are the request's."""

    model: str
    order: str
    part: int
    wanted: str
    attempt: int


def send_parts(
    request: RequestProfile,
    ordered: Ordered,
    sender: Sender,
    now: datetime,
    replay: Replay | None = None,
) -> int:
    """Send a message for each part that is left; returns how many. A repeat is the same messages.

    Raises MalformedPayload for parts that are none of the order's, Unavailable.
    """
    with ours("request of a profile"):
        left = sorted(bits(request.left))
    if left and left[-1] >= len(ordered.parts):
        raise MalformedPayload(f"The order {request.order[:40]} has no part {left[-1]}.")
    messages = (_message(request, number, now, replay) for number in left)
    while batch := list(islice(messages, _A_BATCH)):
        sender.send(batch)
    return len(left)


def _message(request: RequestProfile, number: int, now: datetime, replay: Replay | None) -> Message:
    asked = [request.order, request.wanted, request.attempt, number]
    identity = content_hash([PROFILE_PART, *asked])
    return Message(
        id=identity,
        queue=PROFILING_REQUESTS,
        session=f"{request.order}/{number}",
        body={
            "specversion": "1.0",
            "id": identity,
            "source": f"driftgate/profiling/{request.model}",
            "type": EXTENSION_PREFIX + PROFILE_PART,
            "subject": f"profiling/{request.model}",
            "time": format_time(now),
            "datacontenttype": "application/json",
            "data": {
                "action": PROFILE_PART,
                "model": request.model,
                "order": request.order,
                "part": number,
                "wanted": request.wanted,
                "attempt": request.attempt,
            },
            **({} if replay is None else replay.attributes()),
        },
        properties={"action": PROFILE_PART, "model": request.model},
    )


def part_of(data: Mapping[str, Any]) -> PartRequest:
    """The part that a message asks for. Raises MalformedPayload."""
    plain = {name: value for name, value in data.items() if name != "action"}
    try:
        request = decode(plain, PartRequest)
    except msgspec.ValidationError as problem:
        raise MalformedPayload(f"A part of a profile cannot be read: {problem}.") from problem
    if request.part < 0:
        raise MalformedPayload("A part of a profile has a negative number.")
    return request


def count_part(ordered: Ordered, number: int, adapters: Adapters) -> int:
    """Count the rows of a part and keep its pieces; returns how many rows there were.

    What lies there already is not counted again. A file that grew since it was listed is counted as
    it is now, as it would be in one piece: the next look sees that it changed.
    Raises MalformedPayload for a part that the order does not have, InvalidData and NotFound for
    files that cannot be read, Unavailable where they cannot be had now.
    """
    if number >= len(ordered.parts):
        raise MalformedPayload(f"The order {ordered.id} has no part {number}.")
    kept = part_kept(ordered, number, adapters.profiles)
    if kept is not None:
        return sum(piece.profile.rows for piece in kept if piece is not None)
    pieces = _counted(ordered, number, adapters)
    adapters.profiles.save(part_name(ordered.id, number), {"pieces": plain_pieces(pieces)})
    return sum(piece.profile.rows for piece in pieces)


def _counted(ordered: Ordered, number: int, adapters: Adapters) -> "list[Piece]":
    from shared.profiles.pieces import counted_pieces
    from shared.profiles.sources.unread import Faults

    files = ordered.parts[number].files
    column = time_column_of(files)
    if column is None:
        raise InvalidData(NO_TIMES)
    cuts = ordered.order.cuts
    with adapters.workspace.lend(files) as found:
        return counted_pieces(list(found.paths), ordered.base, cuts, column, faults=Faults.COUNT)
