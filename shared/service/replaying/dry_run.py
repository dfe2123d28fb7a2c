"""A dry run from what was recorded: everything decided again, nothing done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from shared.domain.canonical import format_time, parse_time
from shared.domain.chain.links import is_stub
from shared.domain.event import key_of
from shared.domain.replay import Of, Selection
from shared.ports import Ledger, Logged
from shared.service.past.deciding import PastDecisions
from shared.service.past.walking import Again, Walk
from shared.service.replaying.cursor import Cursor
from shared.service.replaying.difference import Difference, differences, verdict_of
from shared.service.replaying.reading import Reading
from shared.service.replaying.references import (
    NOT_READ,
    Identity,
    Reference,
    References,
    identity_of,
    references,
)
from shared.service.replaying.rereading import Reread
from shared.service.replaying.selection import Selected
from shared.service.replaying.told import Came, Told

_CLOCKS = timedelta(hours=1)
_LOST = (
    "It came in and was never decided; --evidence now tells what would be decided, --apply "
    "decides it."
)
ERASED = "It was decided, and the contents of its decision were erased since."


class DryRun:
    """Tells of each selected event whether it is decided as it was: subject by subject, in order.

    Policies are read once each. `archived` are the archived events that may be meant, once they are
    known, of at most `most` that came in. Raises InvalidData for a selection that cannot be meant.
    """

    def __init__(
        self, reading: Reading, selection: Selection, reread: Reread, most: int | None = None
    ) -> None:
        self._reading, self._reread = reading, reread
        self._selected = Selected(selection)
        self._most = most
        self._past = PastDecisions(reading.evidence)
        self.selection = selection
        self.archived: References | None = None

    @property
    def of_chains(self) -> bool:
        """Whether everything that was decided is looked at."""
        return self.selection.of is Of.CHAINS

    def subjects(self) -> Sequence[str]:
        """What is looked at, in the order in which it is told."""
        if not self.of_chains:
            return self._archived().subjects
        asked = self.selection.subject
        return [asked] if asked is not None else self._reading.ledger.subjects()

    @staticmethod
    def order(subject: str) -> tuple[bool, str]:
        """By what subjects are told in order; what could not be read comes last."""
        return subject == NOT_READ, subject

    def size(self, subject: str) -> int:
        """How many events or decisions of a subject there are to look at, for a bar."""
        if not self.of_chains:
            return len(self._archived().of(subject))
        return self._reading.ledger.state(subject).version

    def told(self, after: Cursor | None = None) -> Iterator[Told]:
        """Everything that is selected, behind a cursor."""
        for subject in self.subjects():
            if after is None or self.order(subject) > self.order(after.subject):
                yield from self.of_subject(subject)
            elif subject == after.subject:
                yield from self.of_subject(subject, after)

    def of_subject(self, subject: str, after: Cursor | None = None) -> Iterator[Told]:
        """What is selected of one subject, behind a cursor."""
        if self.of_chains:
            yield from self._of_chain(subject, after)
        elif subject == NOT_READ:
            yield from self._not_read(after)
        else:
            yield from self._of_archive(subject, after)

    def _not_read(self, after: Cursor | None) -> Iterator[Told]:
        for one in behind_of(self._archived().of(NOT_READ).values(), after):
            yield self._reread.told(one, self._reading)

    def _archived(self) -> References:
        if self.archived is None:
            self.archived = references(self._reading.archive, self._selected, self._most)
        return self.archived

    def _wanted(self, subject: str, logged: Logged) -> bool:
        """Whether a decision of a subject's chain is selected."""
        decision = logged.decision
        if is_stub(decision):
            return self._selected.erased(subject, decision["decided"])
        event = decision["event"]
        key = key_of(event) if self.selection.events else ""
        return self._selected.event(event, key, decision["decided"]) and (
            self._selected.decision(event, decision)
        )

    def _of_chain(self, subject: str, after: Cursor | None) -> Iterator[Told]:
        first = 1 if after is None else after.version + 1
        for again in self._walk(subject).again(partial(self._wanted, subject), first):
            yield _told(subject, again)

    def _of_archive(self, subject: str, after: Cursor | None) -> Iterator[Told]:
        asked = self._archived().of(subject)
        seen: set[Identity] = set()

        def wanted(logged: Logged) -> bool:
            event = logged.decision.get("event")
            identity = () if event is None else identity_of(event)
            if identity not in asked:
                return False
            seen.add(identity)
            return self._selected.decision(event, logged.decision)

        if after is None or after.key is None:
            earliest = min(one.received for one in asked.values())
            first = first_since(self._reading.ledger, subject, earliest - _CLOCKS)
            first = max(first, 1 if after is None else after.version + 1)
            for again in self._walk(subject).again(wanted, first):
                yield _told(subject, again)
        undecided = (one for identity, one in asked.items() if identity not in seen)
        for one in behind_of(undecided, after):
            decision = self._reading.ledger.decision(subject, one.key)
            if decision is None or is_stub(decision):
                yield from self._lost(subject, one, decision)

    def _walk(self, subject: str) -> Walk:
        return Walk(self._reading.ledger, self._reading.evidence, self._past, subject)

    def _lost(
        self, subject: str, one: Reference, decision: Mapping[str, Any] | None
    ) -> Iterator[Told]:
        """What was never decided, or of whose decision nothing is kept."""
        archived = self._reading.archive.get(one.key)
        event = None if archived is None else archived.event
        if event is not None and self._selected.decision(event, decision):
            yield Told(
                cursor=Cursor(subject=subject, key=one.key).text,
                key=one.key,
                subject=subject,
                came=Came.LOST if decision is None else Came.UNKNOWN,
                event=event,
                at=format_time(one.received),
                sentence=_LOST if decision is None else ERASED,
            )


def first_since(ledger: Ledger, subject: str, time: datetime) -> int:
    """The first version that was decided then or later, found by halving."""
    low, high = 1, ledger.state(subject).version + 1
    while low < high:
        middle = (low + high) // 2
        logged = next(ledger.chain(subject, middle), None)
        if logged is not None and parse_time(logged.decision["decided"]) < time:
            low = middle + 1
        else:
            high = middle
    return low


def _told(subject: str, again: Again) -> Told:
    plain = again.logged.decision
    came, sentence, verdict = Came.UNKNOWN, again.problem, None
    found: tuple[Difference, ...] = ()
    if again.outcome is not None:
        found = _different(again, plain)
        came, verdict = Came.DIFFERS if found else Came.SAME, verdict_of(again.outcome).value
    return Told(
        cursor=Cursor(subject=subject, version=again.logged.version).text,
        subject=subject,
        came=came,
        event=plain.get("event"),
        at=plain["decided"],
        version=again.logged.version,
        recorded=plain.get("verdict"),
        now=verdict,
        differences=found,
        sentence=sentence,
    )


def _different(again: Again, plain: Mapping[str, Any]) -> tuple[Difference, ...]:
    if again.outcome is None:
        return ()
    found = differences(again.outcome, plain)
    if again.other_state:
        state = Difference(
            what="state", of="what is remembered", before="as it is kept", after="another"
        )
        return (*found, state)
    return found


def behind_of(found: Iterable[Reference], after: Cursor | None) -> Iterator[Reference]:
    """Those behind the one a cursor names; all of them where it is not among them any more."""
    every = list(found)
    keys = [one.key for one in every]
    start = keys.index(after.key) + 1 if after is not None and after.key in keys else 0
    yield from every[start:]
