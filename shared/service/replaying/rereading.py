"""What was refused when it came in, read once more: what it would be read as now."""

from dataclasses import dataclass

from shared.domain.canonical import format_time
from shared.domain.event import Event
from shared.ports import ArchivedEvent
from shared.service.intake import parse
from shared.service.replaying.cursor import Cursor
from shared.service.replaying.reading import Reading
from shared.service.replaying.references import NOT_READ, Reference
from shared.service.replaying.told import Came, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """Reads as the intake does: with the same `names` kept, of the same `workspace`."""

    names: bool = False
    workspace: str | None = None

    def event(self, archived: ArchivedEvent) -> tuple[Event | None, str | None]:
        """The event it is read as now, or the sentence why it is none.

        By the way it came in: whoever has the secret of a hook speaks as its sender alone.
        """
        [parsed, *_] = parse(
            archived.body, names=self.names, workspace=self.workspace, via=archived.via
        )
        return parsed.event, parsed.refusal

    def read(self, archived: ArchivedEvent) -> Event | None:
        """The event that was kept, or what it is read as now; None for what is none today.

        An event that another release kept may be of a type that is not known here.
        """
        if archived.event is None:
            return self.event(archived)[0]
        try:
            return Event.from_cloud_event(archived.event)
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def told(self, one: Reference, reading: Reading) -> Told:
        """What a dry run tells of it."""
        archived = reading.archive.get(one.key)
        event: Event | None = None
        sentence: str | None = "It is not kept any more."
        if archived is not None:
            event, sentence = self.event(archived)
        came = Came.REFUSED
        if event is not None:
            came = Came.READABLE
            decided = reading.ledger.decision(event.subject, event.key) is not None
            what = f"It was refused and would be read now as {event.type.value} of {event.subject}"
            sentence = f"{what}, which is decided already." if decided else f"{what}."
        return Told(
            cursor=Cursor(subject=NOT_READ, key=one.key).text,
            key=one.key,
            subject=NOT_READ,
            came=came,
            event=None if event is None else event.to_cloud_event(),
            at=format_time(one.received),
            sentence=sentence,
        )
