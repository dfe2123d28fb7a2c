"""The ports a dry run gets: they read, and refuse every write, so that it can have no effect."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, Self

from shared.domain.glance import Glance
from shared.errors import Refused
from shared.ports import (
    Adapters,
    Archive,
    ArchivedEvent,
    Evidence,
    KeptEvidence,
    KeptRow,
    Ledger,
    LedgerState,
    Logged,
    Message,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What recorded events and decisions are read from."""

    archive: Archive
    ledger: Ledger
    evidence: Evidence

    @classmethod
    def of(cls, adapters: Adapters) -> Self:
        """The stores of an application, to be read alone."""
        return cls(
            archive=ReadArchive(adapters.archive),
            ledger=ReadLedger(adapters.ledger),
            evidence=ReadEvidence(adapters.evidence),
        )


class ReadArchive:
    """An archive that takes nothing in."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def together(self) -> AbstractContextManager[None]:
        """Nothing is kept within either."""
        return nullcontext()

    def put(self, archived: ArchivedEvent) -> NoReturn:  # noqa: ARG002  the port's signature
        """Refuse."""
        refuse()

    def get(self, key: str) -> ArchivedEvent | None:
        """One of them, None when unknown."""
        return self._archive.get(key)

    def list(
        self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 1000
    ) -> Iterable[ArchivedEvent]:
        """Received in [since, until), newest first."""
        return self._archive.list(since=since, until=until, limit=limit)

    def walk(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[ArchivedEvent]:
        """Received in [since, until), oldest first."""
        return self._archive.walk(since=since, until=until)

    def remove(self, keys: Sequence[str]) -> NoReturn:  # noqa: ARG002
        """Refuse."""
        refuse()


class ReadLedger:
    """A ledger that commits nothing."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def state(self, subject: str) -> LedgerState:
        """The subject's state."""
        return self._ledger.state(subject)

    def parts(self, name: str, subjects: Iterable[str]) -> Mapping[str, Any]:
        """One list or mapping of many states."""
        return self._ledger.parts(name, subjects)

    def decision(self, subject: str, event_key: str) -> Mapping[str, Any] | None:
        """The decision of this event, None when it has none."""
        return self._ledger.decision(subject, event_key)

    def together(self) -> AbstractContextManager[None]:
        """Nothing is kept within either."""
        return nullcontext()

    def commit(
        self,
        *,
        subject: str,  # noqa: ARG002  the port's signature
        version: int,  # noqa: ARG002
        event_key: str,  # noqa: ARG002
        now: datetime,  # noqa: ARG002
        decision: Mapping[str, Any],  # noqa: ARG002
        state: Mapping[str, Any],  # noqa: ARG002
        messages: Sequence[Message],  # noqa: ARG002
    ) -> None:
        """Refuse."""
        refuse()

    def unsent(self, limit: int = 100) -> Sequence[Message]:
        """Outbox messages not marked sent."""
        return self._ledger.unsent(limit)

    def oldest_unsent(self) -> datetime | None:
        """When the oldest unsent message was committed."""
        return self._ledger.oldest_unsent()

    def mark_sent(self, message_ids: Sequence[str]) -> NoReturn:  # noqa: ARG002
        """Refuse."""
        refuse()

    def subjects(self) -> Sequence[str]:
        """Every subject that has a state."""
        return self._ledger.subjects()

    def reported(self, check: str | None = None) -> Mapping[str, Mapping[str, datetime]]:
        """By subject, when each check last reported."""
        return self._ledger.reported(check)

    def glances(self) -> Mapping[str, Glance]:
        """By subject, its last decision and what its state holds."""
        return self._ledger.glances()

    def decisions(
        self, subject: str | None = None, limit: int = 100
    ) -> Sequence[Mapping[str, Any]]:
        """Committed decisions, newest first."""
        return self._ledger.decisions(subject, limit)

    def chain(self, subject: str, first: int = 1) -> Iterator[Logged]:
        """A subject's decisions from a version on, oldest first."""
        return self._ledger.chain(subject, first)

    def kept_decisions(self, subject: str, first: int = 1) -> Iterator[KeptRow]:
        """The rows that `chain` reads."""
        return self._ledger.kept_decisions(subject, first)

    def kept_state(self, subject: str) -> KeptRow | None:
        """The row that `state` reads."""
        return self._ledger.kept_state(subject)

    def handled(self, subject: str) -> Iterator[tuple[int, str]]:
        """The inbox of a subject."""
        return self._ledger.handled(subject)

    def chained(self) -> Sequence[str]:
        """Every subject that has a chain."""
        return self._ledger.chained()

    def erase(self, subject: str, versions: Sequence[int], erased: str) -> NoReturn:  # noqa: ARG002
        """Refuse."""
        refuse()


class ReadEvidence:
    """Evidence that nothing is added to."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    def put(self, content: bytes) -> str:  # noqa: ARG002
        """Refuse."""
        refuse()

    def get(self, content_hash: str) -> bytes:
        """Read back. Raises NotFound."""
        return self._evidence.get(content_hash)

    def expect(self, hashes: Iterable[str]) -> None:
        """These are about to be read."""
        self._evidence.expect(hashes)

    def walk(self, after: str = "", put_before: datetime | None = None) -> Iterator[KeptEvidence]:
        """What is kept, by hash."""
        return self._evidence.walk(after, put_before)

    def remove(self, content_hash: str, put_before: datetime) -> NoReturn:  # noqa: ARG002
        """Refuse."""
        refuse()

    def remove_all(self, hashes: Sequence[str], put_before: datetime) -> NoReturn:  # noqa: ARG002
        """Refuse."""
        refuse()


def refuse() -> NoReturn:
    """A dry run was about to write: a fault of ours, and nothing is written."""
    raise Refused("A dry run writes nothing; this is a fault of Driftgate, please report it.")
