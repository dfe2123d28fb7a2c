"""Erases what is kept of a subject: said first, then done, so that a crash is made up for."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.domain.canonical import content_hash, parse_time
from shared.domain.chain.links import Link
from shared.domain.event import Event, EventType
from shared.domain.state import AlertStatus, SubjectState
from shared.domain.wording import one_line
from shared.errors import AlteredEvidence, InvalidData, NotFound
from shared.ports import PUT_AGAIN_WITHIN, Adapters, Archive, Clock, Evidence, Ledger, Profiles
from shared.service.codec import decode
from shared.service.erasing.contents import Contents, needed_by_others, speaking_of
from shared.service.erasing.orders import remove_orders
from shared.service.erasing.plan import Done, Plan
from shared.service.intake.people import plain_name
from shared.service.service import Service

SOURCE = "driftgate/keeping"
SETTLED = PUT_AGAIN_WITHIN + timedelta(hours=1)
"""Evidence that was put longer ago is that of no decision that is only being made."""
_PAGE = 200
_PENDING = "erasing/pending/"
_MOST_LETTERS = 500


class Erasing:
    """Plans an erasure, carries it out, and finishes what a crash left half done."""

    def __init__(
        self,
        *,
        service: Service,
        ledger: Ledger,
        archive: Archive,
        evidence: Evidence,
        profiles: Profiles,
        clock: Clock,
    ) -> None:
        self._service = service
        self._ledger = ledger
        self._archive = archive
        self._evidence = evidence
        self._profiles = profiles
        self._clock = clock

    @classmethod
    def of(cls, service: Service, adapters: Adapters, clock: Clock) -> "Erasing":
        """With the stores of an application."""
        return cls(
            service=service,
            ledger=adapters.ledger,
            archive=adapters.archive,
            evidence=adapters.evidence,
            profiles=adapters.profiles,
            clock=clock,
        )

    def plan(self, subject: str) -> Plan:
        """What would go. Raises NotFound where nothing is kept of it."""
        contents = self._contents(subject)
        begun = contents.unfinished()
        until = contents.last if begun is None or begun.covers is None else begun.covers.up_to
        going = contents.up_to(until)
        named = {name for names in going.values() for name in names}
        state = decode(self._ledger.state(subject).state, SubjectState)
        return Plan(
            subject=subject,
            up_to=until,
            decisions=len(going),
            payloads=sum(1 for _ in self._payloads(subject, None)),
            evidence=len(named - needed_by_others(self._ledger, subject, frozenset(going), named)),
            firing=sum(one.status is AlertStatus.FIRING for one in state.alerts.values()),
            promotions=sum(one.phase.is_open for one in state.promotions),
            elsewhere=dict(speaking_of(self._ledger, subject)),
            begun=None if begun is None else _time(begun),
        )

    def erase(self, subject: str, *, author: str, reason: str) -> Done:
        """Finish the erasure that is not finished, else say and do a new one.

        Raises NotFound where nothing is kept of it, InvalidData for an author or a reason that is
        none.
        """
        by, because = plain_name(author), one_line(reason, _MOST_LETTERS).strip()
        if by is None or not because:
            raise InvalidData("An erasure has an author and a reason; say who asks for it and why.")
        self._service.sweep()
        contents = self._contents(subject)
        begun = contents.unfinished()
        self._remember(subject)
        if begun is None:
            begun = self._say(contents, {"by": by, "because": because}, forgets=True)
            self._remember(subject)
        return self._carry_out(subject, begun)

    def forget(self, subject: str, last: int) -> int:
        """Take away what decisions up to a version say; returns how many did.

        What they rest on goes when its own time is over. Of a subject whose erasure still waits
        for evidence nothing is: what its decisions say names the evidence that has to go.
        """
        contents = Contents.of(self._ledger, subject, last)
        if not contents.whole or self._is_pending(subject):
            return 0
        return self._carry_out(subject, self._say(contents, {}, forgets=False)).decisions

    def finish(self) -> Iterator[Done]:
        """Carry on with every erasure that a crash, or evidence that had to wait, left undone."""
        for subject in self._ledger.chained():
            if not self._is_pending(subject):
                continue
            begun = Contents.of(self._ledger, subject).unfinished()
            if begun is None:
                self._forget_pending(subject)
            else:
                yield self._carry_out(subject, begun)

    def _is_pending(self, subject: str) -> bool:
        return bool((self._profiles.load(_mark(subject)) or {}).get("pending"))

    def _remember(self, subject: str) -> None:
        """A mark of each subject alone: two erasures at once cannot take each other's away.

        It is made before the erasure is said, so that a crash leaves it, and again behind it, where
        another one of the same subject may have come to its end meanwhile.
        """
        self._profiles.save(_mark(subject), {"subject": subject, "pending": True})

    def _forget_pending(self, subject: str) -> None:
        """Unless another erasure of it is not finished, be it said just now."""
        if Contents.of(self._ledger, subject).unfinished() is not None:
            return
        self._profiles.save(_mark(subject), {"subject": subject, "pending": False})
        if Contents.of(self._ledger, subject).unfinished() is not None:
            self._remember(subject)

    def _contents(self, subject: str) -> Contents:
        contents = Contents.of(self._ledger, subject)
        if not contents.whole:
            raise NotFound(f"Nothing is kept of {subject[:200]!r}; `driftgate status` names what.")
        return contents

    def _say(self, contents: Contents, told: dict[str, str], *, forgets: bool) -> Link:
        """Decide that it is erased: from then on the chain covers what is taken out of it."""
        now = self._clock()
        data = {
            **told,
            "up_to": contents.last,
            "links": contents.digest,
            "decisions": len(contents.whole),
            "forgets": forgets,
        }
        event = Event(
            id=content_hash(["erased", contents.subject, data])[:32],
            source=SOURCE,
            type=EventType.SUBJECT_ERASED,
            subject=contents.subject,
            time=now,
            data=data,
        )
        self._service.handle(event.to_cloud_event())
        erasing = Contents.of(self._ledger, contents.subject).erasing
        return next(link for link in erasing if link.event_key == event.key)

    def _carry_out(self, subject: str, begun: Link) -> Done:
        """Payloads, then evidence, then what decisions say: these name the evidence until then."""
        covers = begun.covers
        if covers is None:
            raise InvalidData(f"Decision {begun.version} of {subject} erases nothing.")
        going = Contents.of(self._ledger, subject).up_to(covers.up_to)
        payloads = pieces = 0
        waiting: set[str] = set()
        if covers.forgets:
            remove_orders(self._profiles, subject, self._clock())
            payloads = self._remove_payloads(subject, _time(begun))
            pieces, waiting = self._remove_evidence(subject, going)
        versions = [version for version, names in going.items() if waiting.isdisjoint(names)]
        self._ledger.erase(subject, versions, begun.hash)
        if covers.forgets and len(versions) == len(going):
            self._forget_pending(subject)
        return Done(
            subject=subject,
            decision=begun.hash,
            decisions=len(versions),
            payloads=payloads,
            evidence=pieces,
            waiting=len(going) - len(versions),
        )

    def _payloads(self, subject: str, until: datetime | None) -> Iterator[str]:
        for archived in self._archive.walk(until=until):
            if archived.event is not None and archived.event.get("subject") == subject:
                yield archived.key

    def _remove_payloads(self, subject: str, until: datetime) -> int:
        keys = list(self._payloads(subject, until + timedelta(microseconds=1)))
        for start in range(0, len(keys), _PAGE):
            self._archive.remove(keys[start : start + _PAGE])
        return len(keys)

    def _remove_evidence(
        self, subject: str, going: dict[int, tuple[str, ...]]
    ) -> tuple[int, set[str]]:
        """How much of it went, and what has to wait."""
        named = {name for names in going.values() for name in names}
        alone = named - needed_by_others(self._ledger, subject, frozenset(going), named)
        before, removed = self._clock() - SETTLED, 0
        waiting = set()
        for name in sorted(alone):
            if self._evidence.remove(name, before):
                removed += 1
            elif self._is_kept(name):
                waiting.add(name)
        return removed, waiting

    def _is_kept(self, name: str) -> bool:
        try:
            self._evidence.get(name)
        except AlteredEvidence:
            return True
        except NotFound:
            return False
        return True


def _mark(subject: str) -> str:
    return f"{_PENDING}{content_hash(subject)[:32]}"


def _time(link: Link) -> datetime:
    return parse_time(link.decided)
