"""What people said and take back: how that is known, in whatever order the two events come."""

from dataclasses import replace
from datetime import datetime
from typing import TypedDict, TypeVar

from shared.domain.event import Event
from shared.domain.notices import Silence
from shared.domain.promotion import ApprovalSaid, Override

Said = TypeVar("Said", ApprovalSaid, Override, Silence)


class Withdrawn(TypedDict):
    """The fields of what is known by its withdrawal alone: it is over as it begins."""

    author: str
    reason: str
    since: datetime
    until: datetime
    withdrawn: datetime
    withdrawn_by: str
    withdrawn_because: str


def withdrawal_of(event: Event) -> Withdrawn:
    """What the event of taking something back says of it."""
    author, reason = str(event.data["author"]), str(event.data["reason"])
    return Withdrawn(
        author=author,
        reason=reason,
        since=event.time,
        until=event.time,
        withdrawn=event.time,
        withdrawn_by=author,
        withdrawn_because=reason,
    )


def taken_back(one: Said, by: Said) -> Said:
    """The same, taken back as the other tells."""
    return replace(
        one,
        withdrawn=by.withdrawn,
        withdrawn_by=by.withdrawn_by,
        withdrawn_because=by.withdrawn_because,
    )
