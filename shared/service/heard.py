"""An outcome that was kept before its process died is heard, though its order is let be by now."""

from collections.abc import Callable, Sequence

from shared.domain.canonical import content_hash
from shared.domain.event import Event
from shared.ports import Archive

Say = Callable[[Event], object]


def say_what_was_kept(
    archive: Archive, source: str, identities: Sequence[str], say: Say
) -> list[str]:
    """Say once more those of these events of `source` that are in the archive; returns which.

    What is said is kept first and queued then. A process that dies in between leaves an event that
    nobody decides, unless whoever said it says it again. Said twice it is decided once.
    """
    told = []
    for identity in identities:
        kept = archive.get(content_hash([source, identity]))
        if kept is not None and kept.event is not None:
            say(Event.from_cloud_event(kept.event))
            told.append(identity)
    return told
