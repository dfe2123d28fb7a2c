"""A dry run upon the world as it is now: its facts, its policies, the states there are."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from shared.domain.canonical import format_time
from shared.domain.chain.links import is_stub
from shared.domain.decision import Decision, Outcome
from shared.domain.event import Event, Replay
from shared.domain.replay import Selection
from shared.domain.state import SubjectState
from shared.service.past.walking import UNREADABLE
from shared.service.replaying.cursor import Cursor
from shared.service.replaying.difference import differences
from shared.service.replaying.dry_run import ERASED, DryRun, behind_of
from shared.service.replaying.reading import Reading
from shared.service.replaying.references import NOT_READ, Reference
from shared.service.replaying.rereading import Reread
from shared.service.replaying.told import Came, Told
from shared.service.service import Service

_NAME = "dry-run"
_UNDECIDED: Mapping[str, Any] = {"verdict": "none", "findings": [], "actions": []}


class PresentRun(DryRun):
    """Has a service that keeps nothing decide each selected event once more, now.

    Of a subject, each is decided upon the state that the one before it would leave.
    """

    def __init__(
        self, reading: Reading, selection: Selection, reread: Reread, service: Service
    ) -> None:
        super().__init__(reading, selection, reread)
        self._service = service

    def _of_chain(self, subject: str, after: Cursor | None) -> Iterator[Told]:
        first = 1 if after is None else after.version + 1
        for logged in self._reading.ledger.chain(subject, first):
            plain = logged.decision
            if self._wanted(subject, logged):
                cursor = Cursor(subject=subject, version=logged.version)
                told = Told(
                    cursor=cursor.text,
                    subject=subject,
                    came=Came.UNKNOWN,
                    event=plain.get("event"),
                    at=plain["decided"],
                    version=logged.version,
                    sentence=ERASED if is_stub(plain) else None,
                )
                yield told if is_stub(plain) else self._decided(told, plain["event"], plain)

    def _of_archive(self, subject: str, after: Cursor | None) -> Iterator[Told]:
        for one in behind_of(self._archived().of(subject).values(), after):
            archived = self._reading.archive.get(one.key)
            if archived is None or archived.event is None:
                continue
            recorded = self._reading.ledger.decision(subject, one.key)
            if self._selected.decision(archived.event, recorded):
                told = _told(subject, one, archived.event)
                if recorded is not None and is_stub(recorded):
                    yield replace(told, sentence=ERASED)
                else:
                    yield self._decided(told, archived.event, recorded)

    def _not_read(self, after: Cursor | None) -> Iterator[Told]:
        for told in super()._not_read(after):
            if told.event is None:
                yield told
                continue
            event = Event.from_cloud_event(told.event)
            recorded = self._reading.ledger.decision(event.subject, event.key)
            if recorded is not None and is_stub(recorded):
                yield replace(told, came=Came.UNKNOWN, sentence=ERASED)
            else:
                yield self._decided(told, told.event, recorded)

    def _decided(
        self, told: Told, plain: Mapping[str, Any], recorded: Mapping[str, Any] | None
    ) -> Told:
        """With what would be decided; what is read only now, or was lost, stays told as that."""
        try:
            event = Event.from_cloud_event(plain)
            decision = self._service.decide(replace(event, replay=Replay(name=_NAME, again=True)))
        except UNREADABLE as problem:
            return replace(told, came=Came.UNKNOWN, sentence=str(problem))
        found = differences(_outcome(decision), _UNDECIDED if recorded is None else recorded)
        came = told.came
        if recorded is None:
            came = Came.READABLE if told.came is Came.READABLE else Came.LOST
        elif told.came is not Came.READABLE:
            came = Came.DIFFERS if found else Came.SAME
        return replace(
            told,
            came=came,
            recorded=None if recorded is None else recorded["verdict"],
            now=decision.verdict.value,
            differences=found,
        )


def _told(subject: str, one: Reference, event: Mapping[str, Any]) -> Told:
    return Told(
        cursor=Cursor(subject=subject or NOT_READ, key=one.key).text,
        key=one.key,
        subject=subject,
        came=Came.UNKNOWN,
        event=event,
        at=format_time(one.received),
    )


def _outcome(decision: Decision) -> Outcome:
    """A decision as far as it is compared; the state it leaves is not."""
    return Outcome(findings=decision.findings, actions=decision.actions, state=SubjectState())
