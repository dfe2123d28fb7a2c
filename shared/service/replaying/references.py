"""Which archived events a selection may mean, by subject: names alone, so that many fit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.errors import InvalidData
from shared.ports import Archive
from shared.service.replaying.selection import Selected, received_span

NOT_READ = ""
"""In place of a subject, for what was refused."""


Identity = tuple[str, ...]


def identity_of(event: Mapping[str, Any]) -> Identity:
    """What the key of a CloudEvent is the hash of: quicker to compare than to hash."""
    again = (str(event["replayname"]),) if event.get("replayagain") is True else ()
    return (event["source"], event["id"], *again)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An archived event by its key, when it came and which way."""

    key: str
    received: datetime
    via: str


@dataclass(slots=True)
class References:
    """Archived events by subject, each subject's in the order they were received."""

    by_subject: dict[str, dict[Identity, Reference]] = field(default_factory=dict)
    count: int = 0

    @property
    def subjects(self) -> list[str]:
        """Sorted; what was refused comes last."""
        return sorted(self.by_subject, key=lambda subject: (subject == NOT_READ, subject))

    def of(self, subject: str) -> Mapping[Identity, Reference]:
        """Those of one subject by what identifies them, in order."""
        return self.by_subject.get(subject, {})


def references(archive: Archive, selected: Selected, most: int | None = None) -> References:
    """Every archived event that fits as far as it can be told without its decision.

    Raises InvalidData where more than `most` came in at the time that is asked about.
    """
    found = References()
    since, until = received_span(selected.selection)
    for number, archived in enumerate(archive.walk(since=since, until=until)):
        if number == most:
            raise InvalidData(f"More than {most} events came in then; name a shorter time.")
        if not selected.via(archived.via):
            continue
        if not selected.event(archived.event, archived.key, archived.received):
            continue
        event = archived.event
        subject = NOT_READ if event is None else str(event["subject"])
        identity = (archived.key,) if event is None else identity_of(event)
        one = Reference(key=archived.key, received=archived.received, via=archived.via)
        found.by_subject.setdefault(subject, {})[identity] = one
        found.count += 1
    return found
