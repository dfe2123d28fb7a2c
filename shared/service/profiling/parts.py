"""A profile by parts: a message each, counted side by side, in whatever order they are taken."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from shared.domain.action import RequestProfile
from shared.domain.canonical import content_hash, format_time
from shared.domain.event import EXTENSION_PREFIX
from shared.domain.profiling import ProfilingOrder, bits, parts_of, profile_name
from shared.errors import InvalidData, MalformedPayload
from shared.ports import Adapters, Message, Sender
from shared.service.messages import PROFILING_REQUESTS
from shared.service.messages.reading import ours
from shared.service.profiling.orders import Ordered, time_column_of

PROFILE_PART = "ProfilePart"
_A_BATCH = 100


def send_parts(
    request: RequestProfile, order: ProfilingOrder, sender: Sender, now: datetime
) -> int:
    """Send a message for each part that is left; returns how many. A repeat is the same messages.

    Raises Unavailable.
    """
    left = bits(request.left)
    wanted = (part.number for part in parts_of(order) if part.number in left)
    messages = (_message(request, number, now) for number in wanted)
    count = 0
    while batch := list(islice(messages, _A_BATCH)):
        sender.send(batch)
        count += len(batch)
    return count


def _message(request: RequestProfile, number: int, now: datetime) -> Message:
    identity = content_hash([PROFILE_PART, request.order, number, request.attempt])
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
            },
        },
        properties={"action": PROFILE_PART, "model": request.model},
    )


def part_of(data: Mapping[str, Any]) -> tuple[str, str, int]:
    """Model, order and number that a part's message names. Raises MalformedPayload."""
    with ours("part of a profile"):
        number = int(data["part"])
        if number < 0:
            raise MalformedPayload("A part of a profile has a negative number.")
        return str(data["model"]), str(data["order"]), number


def count_part(ordered: Ordered, number: int, adapters: Adapters) -> int:
    """Count the rows of a part and keep its pieces; returns how many rows there were.

    Raises InvalidData for files that cannot be read, Unavailable where they cannot be had now.
    """
    from shared.profiles.pieces import pieces_of
    from shared.profiles.sources.unread import Faults
    from shared.statistics import Profile

    part = next((one for one in parts_of(ordered.order) if one.number == number), None)
    if part is None:
        raise InvalidData(f"The order {ordered.order.id} has no part {number}.")
    column = time_column_of(part.files)
    if column is None:
        raise InvalidData(
            "The rows that were scored have no `time_column`, so no window can be cut; name it."
        )
    base = Profile.from_json(ordered.baseline)
    found = adapters.workspace.fetch(part.files)
    pieces = pieces_of(list(found.paths), base, ordered.order.cuts, column, faults=Faults.COUNT)
    adapters.profiles.save(
        profile_name(ordered.order.id, f"part-{number:05}"),
        {"pieces": [piece.to_json() if piece.rows else None for piece in pieces]},
    )
    return sum(piece.rows for piece in pieces)
