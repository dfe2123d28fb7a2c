"""Where what came in, what was decided and what it rests on is kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from shared.domain.glance import Glance
from shared.domain.policy import Fleet, Policy
from shared.ports.messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedEvent:
    """An inbound payload as it came, and what became of reading it.

    `via` names the way in, `event` is the CloudEvents form when it parsed, `refusal` the sentence
    when it did not.
    """

    key: str
    received: datetime
    via: str
    body: bytes
    event: Mapping[str, Any] | None = None
    refusal: str | None = None


class Archive(Protocol):
    """Keeps every inbound payload, before anything else is done with it."""

    def together(self) -> AbstractContextManager[None]:
        """What one thread puts within may be kept all at once at its end, where that is faster."""

    def put(self, archived: ArchivedEvent) -> bool:
        """Keep it unless its key is there already; True when it is new."""

    def get(self, key: str) -> ArchivedEvent | None:
        """One of them, None when unknown."""

    def list(
        self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 1000
    ) -> Iterable[ArchivedEvent]:
        """Received in [since, until), newest first."""

    def walk(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[ArchivedEvent]:
        """Received in [since, until), oldest first and page by page, however many there are."""

    def remove(self, keys: Sequence[str]) -> None:
        """Remove these for good; harmless for those that are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerState:
    """A subject's stored state with the version to commit against; version 0 is none yet."""

    version: int
    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A committed decision and the version of its subject's state that it made: 1 is the first."""

    version: int
    decision: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRow:
    """A row of the ledger as it lies there, nothing read of it: for whoever verifies it."""

    version: int
    text: str


class Ledger(Protocol):
    """Commits "handled", the new state and the outgoing messages together, or not at all."""

    def state(self, subject: str) -> LedgerState:
        """The subject's state; an empty mapping and version 0 when there is none."""

    def parts(self, name: str, subjects: Iterable[str]) -> Mapping[str, Any]:
        """One list or mapping of many states, by subject in their order; none that is empty.

        For lists over a fleet: what else the states hold is not read where that is possible.
        """

    def decision(self, subject: str, event_key: str) -> Mapping[str, Any] | None:
        """The decision already committed for this event, None when it is new.

        Of one that was erased it is what `erase` left.
        """

    def together(self) -> AbstractContextManager[None]:
        """What one thread commits within may be kept all at once at its end, where that is faster.

        Only then it is committed; where that fails none of it is.
        """

    def commit(
        self,
        *,
        subject: str,
        version: int,
        event_key: str,
        now: datetime,
        decision: Mapping[str, Any],
        state: Mapping[str, Any],
        messages: Sequence[Message],
    ) -> None:
        """One transaction: inbox row, decision, state at version + 1, outbox rows.

        Raises `Conflict` when the state is no longer at `version` or the event is handled already.
        """

    def unsent(self, limit: int = 100) -> Sequence[Message]:
        """Outbox messages not marked sent, oldest first."""

    def oldest_unsent(self) -> datetime | None:
        """When the oldest unsent message was committed, None when there is none."""

    def mark_sent(self, message_ids: Sequence[str]) -> None:
        """They reached the broker; marking twice is harmless."""

    def subjects(self) -> Sequence[str]:
        """Every subject that has a state, sorted."""

    def reported(self, check: str | None = None) -> Mapping[str, Mapping[str, datetime]]:
        """By subject, when each check last reported: the `checks` of every state, without the rest.

        With a `check` only of the subjects that have it: while something of theirs is under way.
        May be behind the state for a moment, never ahead of it.
        """

    def glances(self) -> Mapping[str, Glance]:
        """By subject, sorted: its last decision and what its state holds, all at once.

        What they count is never less than the states hold; their verdicts may be behind for a
        moment.
        """

    def decisions(
        self, subject: str | None = None, limit: int = 100
    ) -> Sequence[Mapping[str, Any]]:
        """Committed decisions whose contents are kept, newest first."""

    def chain(self, subject: str, first: int = 1) -> Iterator[Logged]:
        """A subject's decisions from a version on, oldest first and page by page.

        Of one that was erased it is what `erase` left.
        """

    def kept_decisions(self, subject: str, first: int = 1) -> Iterator[KeptRow]:
        """The rows that `chain` reads, with the texts that were committed."""

    def kept_state(self, subject: str) -> KeptRow | None:
        """The row that `state` reads, None without one."""

    def handled(self, subject: str) -> Iterator[tuple[int, str]]:
        """The inbox of a subject: each event key with the version of its decision, in any order."""

    def chained(self) -> Sequence[str]:
        """Every subject that has a state or a decision, sorted."""

    def erase(self, subject: str, versions: Sequence[int], erased: str) -> None:
        """Leave of these decisions what the chain needs, and `erased`, the hash of another.

        Their events stay marked as handled. Repeating it, or a part of it, is harmless.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvidence:
    """A piece of evidence by its hash, and when it was last put as far as the store tells."""

    hash: str
    put: datetime


PUT_AGAIN_WITHIN = timedelta(hours=1)
"""A store may take so long until it notes that what it has was put once more."""


def no_evidence(content_hash: str) -> str:
    """What every store says of evidence that it has not."""
    return (
        f"There is no evidence {content_hash}: it was never kept here, it was erased, or its time "
        "is over (`retention` in fleet.yaml)."
    )


class Evidence(Protocol):
    """Keeps evidence by content hash."""

    def put(self, content: bytes) -> str:
        """Store once, return the SHA-256 in hexadecimal.

        What is there already counts as put now, give or take `PUT_AGAIN_WITHIN`.
        """

    def get(self, content_hash: str) -> bytes:
        """Read back. Raises `NotFound`."""

    def expect(self, hashes: Iterable[str]) -> None:
        """These are about to be read: a store that is far away may begin with it."""

    def walk(self, after: str = "", put_before: datetime | None = None) -> Iterator[KeptEvidence]:
        """What is kept, by hash and page by page, behind the hash `after`.

        With `put_before`, only what was last put before then.
        """

    def remove(self, content_hash: str, put_before: datetime) -> bool:
        """Remove it for good unless it was put since; True when it was there and is gone.

        Nobody who puts it meanwhile loses it.
        """

    def remove_all(self, hashes: Sequence[str], put_before: datetime) -> int:
        """Remove each of these as `remove` does; returns how many went."""


class Profiles(Protocol):
    """Keeps profiles under a name, newest under the same name wins."""

    def save(self, name: str, profile: Mapping[str, Any]) -> None:
        """Keep a profile's JSON form."""

    def load(self, name: str) -> Mapping[str, Any] | None:
        """Read it back, None when there is none."""

    def walk(self, folder: str, saved_before: datetime) -> Iterator[str]:
        """The names below a folder that were last saved before then, in order."""

    def remove(self, name: str, saved_before: datetime) -> bool:
        """Remove it unless it was saved since; True when it was there and is gone."""


class Reports(Protocol):
    """Keeps pages for people under a name, newest under the same name wins."""

    def save(self, name: str, page: str) -> None:
        """Keep a page of HTML."""

    def load(self, name: str) -> str | None:
        """Read it back, None when there is none."""


class Anchors(Protocol):
    """Keeps where the chains ended, outside the ledger; nothing that is there is written over."""

    def keep(self, name: str, content: bytes) -> bool:
        """Keep it unless something is there under the name; True when it is new."""

    def newest(self) -> bytes | None:
        """What was kept under the last name in their order, None when nothing was."""


class Policies(Protocol):
    """Finds the policy that speaks of a model or an endpoint."""

    def steady(self) -> AbstractContextManager[None]:
        """Within, one thread is told of one reading: a decision has one state of the policies."""

    def for_model(self, model: str) -> Policy | None:
        """The model's policy. Raises `InvalidPolicy` when its file is wrong."""

    def for_endpoint(self, endpoint: str) -> Policy | None:
        """The policy whose model is served by this endpoint. Raises `InvalidPolicy`."""

    def all(self) -> Sequence[Policy]:
        """Every valid policy, by model name; an invalid file never hides the others."""

    def fleet(self) -> Fleet | None:
        """What holds for all models; None without a file. Raises `InvalidPolicy`."""

    def problems(self) -> Sequence[str]:
        """One sentence for each invalid file."""

    def template(self, name: str) -> str:
        """The text of a template beside the policies. Raises `NotFound`."""

    def text_of(self, model: str) -> str | None:
        """The file that names the model, as it was written; None where none can be read."""
