"""The ledger on Table Storage: a commit is one entity-group transaction with the state's ETag."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from itertools import islice
from time import time_ns
from typing import TYPE_CHECKING, Any

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.data.tables import TableServiceClient, UpdateMode

from shared.adapters.azure.at_once import in_order
from shared.adapters.azure.faults import is_missing, told_as_ours
from shared.adapters.azure.table_outbox import TableOutbox
from shared.adapters.azure.table_rows import (
    PENDING,
    STATE,
    decision_row,
    digest,
    event_row,
    newest_first,
    oldest_first,
    outbox_row,
    partition_of,
    refuse_too_much,
    text_of,
    texts,
    version_of,
)
from shared.adapters.azure.table_subjects import TableSubjects
from shared.adapters.message_rows import glance_from_json
from shared.domain.canonical import canonical_json
from shared.domain.chain.links import is_stub, stub_of
from shared.domain.glance import Glance, glance_at
from shared.errors import Conflict, Refused
from shared.ports import Clock, KeptRow, LedgerState, Logged, Message

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

TABLE = "ledger"
AUDIENCE = "https://storage.azure.com"
MOST_MESSAGES = 97
_FIRST_PAGE = 8
_PAGE = 500
_ERASED_AT_ONCE = 50


class TableLedger:
    """Inbox, state, decisions and outbox of one table.

    What is written before a commit, so that its messages and decision can be found without
    looking at every subject, means nothing without it: a reader looks whether the commit is there.
    """

    def __init__(
        self, endpoint: str, credential: "TokenCredential", *, clock: Clock, **options: Any
    ) -> None:
        self._service = TableServiceClient(
            endpoint, credential=credential, audience=AUDIENCE, **options
        )
        self._table = self._service.get_table_client(TABLE)
        self._outbox = TableOutbox(self._table, clock)
        self._subjects = TableSubjects(self._table)

    def state(self, subject: str) -> LedgerState:
        """The subject's state; an empty mapping and version 0 when there is none."""
        entity = self._row(partition_of(subject), STATE)
        if entity is None:
            return LedgerState(version=0, state={})
        return LedgerState(version=entity["version"], state=json.loads(text_of(entity)))

    def parts(self, name: str, subjects: Iterable[str]) -> Mapping[str, Any]:
        """One list or mapping of many states, each of which is a call; several go at once."""
        wanted = list(dict.fromkeys(subjects))
        states = in_order(self.state, wanted)
        found = {
            subject: stored.state.get(name) for subject, stored in zip(wanted, states, strict=True)
        }
        return {subject: part for subject, part in found.items() if part}

    def decision(self, subject: str, event_key: str) -> Mapping[str, Any] | None:
        """The decision already committed for this event, None when it is new."""
        partition = partition_of(subject)
        handled = self._row(partition, event_row(event_key))
        if handled is None:
            return None
        entity = self._row(partition, decision_row(handled["version"]))
        return None if entity is None else dict(json.loads(text_of(entity)))

    def together(self) -> AbstractContextManager[None]:
        """Each is kept by itself."""
        return nullcontext()

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

        Raises Conflict when the state moved on or the event is handled already, Refused for more
        than 97 messages or for texts beyond the limits of Table Storage.
        """
        if len(messages) > MOST_MESSAGES:
            raise Refused(
                f"{subject} would send {len(messages)} messages at once; {MOST_MESSAGES} is the "
                "most that one transaction takes."
            )
        partition = partition_of(subject)
        stored = self._row(partition, STATE)
        self._refuse_other_version(subject, 0 if stored is None else stored["version"], version)
        counter = time_ns()
        commit = f"{counter:020d}-{digest(event_key)[:12]}"
        rows = [
            {
                "RowKey": event_row(event_key),
                "event_key": event_key,
                "version": version + 1,
                "commit": commit,
            },
            {
                "RowKey": decision_row(version + 1),
                "commit": commit,
                **texts(canonical_json(decision).decode(), f"The decision of {subject}"),
            },
            *(
                {
                    "RowKey": outbox_row(version + 1, index),
                    "commit": commit,
                    **self._outbox.properties(message, now),
                }
                for index, message in enumerate(messages)
            ),
        ]
        glance = canonical_json(glance_at(decision, state)).decode()
        new_state = {
            "PartitionKey": partition,
            "RowKey": STATE,
            "subject": subject,
            "version": version + 1,
            "glance": glance,
            **texts(canonical_json(state).decode(), f"The state of {subject}"),
        }
        refuse_too_much(subject, [*rows, new_state])
        operations: list[Any] = [("create", {"PartitionKey": partition, **row}) for row in rows]
        if stored is None:
            operations.append(("create", new_state))
        else:
            condition = {
                "mode": UpdateMode.REPLACE,
                "etag": stored.metadata["etag"],
                "match_condition": MatchConditions.IfNotModified,
            }
            operations.append(("update", new_state, condition))
        with self._told("commit a decision"):
            self._announce(partition, version, commit, now, counter, bool(messages))
            self._subjects.announce(
                subject, None if stored is None else stored.get("glance"), glance
            )
            try:
                self._table.submit_transaction(operations)
            except HttpResponseError as error:
                if error.status_code not in {404, 409, 412}:
                    raise
                self._explain(subject, version, event_key, commit)
        self._outbox.remember(partition, commit, version + 1, messages, oldest_first(now, counter))
        with self._told("tell that a check reported"):
            self._subjects.tell(subject, state.get("checks") or {}, glance)

    def unsent(self, limit: int = 100) -> Sequence[Message]:
        """Outbox messages not marked sent, oldest first."""
        with self._told("read the outbox"):
            return [message for message, _ in self._outbox.unsent(limit)]

    def oldest_unsent(self) -> datetime | None:
        """When the oldest unsent message was committed, None when there is none."""
        with self._told("read the outbox"):
            return next((committed for _, committed in self._outbox.unsent(1)), None)

    def mark_sent(self, message_ids: Sequence[str]) -> None:
        """They reached the broker; marking twice is harmless."""
        with self._told("mark messages as sent"):
            self._outbox.mark_sent(message_ids)

    def subjects(self) -> Sequence[str]:
        """Every subject that has a state, sorted."""
        with self._told("list subjects"):
            return self._subjects.names()

    def reported(self, check: str | None = None) -> Mapping[str, Mapping[str, datetime]]:
        """By subject, when each check last reported; one partition, a thousand rows a call."""
        with self._told("list when checks reported"):
            return self._subjects.reported(check)

    def glances(self) -> Mapping[str, Glance]:
        """By subject; one partition as well, and the state of each that is about to change."""
        with self._told("list subjects"):
            told = self._subjects.glances()
        return {
            subject: glance_from_json(told[subject] or self._glance(subject))
            for subject in sorted(told)
        }

    def _glance(self, subject: str) -> str:
        """By the state itself, which an older version left without a glance."""
        entity = self._row(partition_of(subject), STATE)
        if entity is not None and entity.get("glance"):
            return str(entity["glance"])
        last = [] if entity is None else self.decisions(subject, limit=1)
        state = {} if entity is None else json.loads(text_of(entity))
        return canonical_json(glance_at(last[0] if last else {}, state)).decode()

    def decisions(
        self, subject: str | None = None, limit: int = 100
    ) -> Sequence[Mapping[str, Any]]:
        """Committed decisions whose contents are kept, newest first."""
        if limit < 1:
            return []
        with self._told("list decisions"):
            return self._logged(limit) if subject is None else self._of(subject, limit)

    def chain(self, subject: str, first: int = 1) -> Iterator[Logged]:
        """A subject's decisions from a version on, oldest first."""
        for kept in self.kept_decisions(subject, first):
            yield Logged(version=kept.version, decision=json.loads(kept.text))

    def kept_decisions(self, subject: str, first: int = 1) -> Iterator[KeptRow]:
        """The rows that `chain` reads, which lie newest first: a span of versions at a time.

        The first span is short, for whoever wants one row alone. Behind a gap it goes on with the
        next row there is.
        """
        partition, version, page = partition_of(subject), first, _FIRST_PAGE
        while True:
            rows = self._between(partition, version, version + page - 1)
            for row in reversed(rows):
                yield KeptRow(version=version_of(row["RowKey"]), text=text_of(row))
            version, whole = version + page, len(rows) == page
            if not whole:
                following = self._first_from(partition, version)
                if following is None:
                    return
                version = following
            page = min(_PAGE, page * 8)

    def kept_state(self, subject: str) -> KeptRow | None:
        """The row that `state` reads, None without one."""
        entity = self._row(partition_of(subject), STATE)
        return None if entity is None else KeptRow(version=entity["version"], text=text_of(entity))

    def handled(self, subject: str) -> Iterator[tuple[int, str]]:
        """The inbox of a subject: each event key with the version of its decision."""
        with self._told("read an inbox"):
            rows = self._table.query_entities(
                "PartitionKey eq @partition and RowKey ge 'event-' and RowKey lt 'event.'",
                parameters={"partition": partition_of(subject)},
                select=["version", "event_key"],
            )
            for row in rows:
                yield row["version"], row["event_key"]

    def chained(self) -> Sequence[str]:
        """Every subject that has a chain; the row that names it is written before its first."""
        return self.subjects()

    def _between(self, partition: str, first: int, last: int) -> list[Any]:
        with self._told("read a chain of decisions"):
            return list(
                self._table.query_entities(
                    "PartitionKey eq @partition and RowKey ge @newest and RowKey le @oldest",
                    parameters={
                        "partition": partition,
                        "newest": decision_row(last),
                        "oldest": decision_row(first),
                    },
                )
            )

    def _first_from(self, partition: str, version: int) -> int | None:
        """The least version from this one on, None behind the last; they lie newest first."""
        with self._told("read a chain of decisions"):
            rows = self._table.query_entities(
                "PartitionKey eq @partition and RowKey ge 'decision-' and RowKey le @oldest",
                parameters={"partition": partition, "oldest": decision_row(version)},
                select=["RowKey"],
            )
            return min((version_of(row["RowKey"]) for row in rows), default=None)

    def erase(self, subject: str, versions: Sequence[int], erased: str) -> None:
        """Leave of these decisions what the chain needs, as many at once as a transaction takes."""
        partition = partition_of(subject)
        for start in range(0, len(versions), _ERASED_AT_ONCE):
            wanted = set(versions[start : start + _ERASED_AT_ONCE])
            rows = self._between(partition, min(wanted), max(wanted))
            stubs = [
                stub
                for row in rows
                if version_of(row["RowKey"]) in wanted and (stub := _stub(row, erased))
            ]
            if stubs:
                mode = {"mode": UpdateMode.REPLACE}
                with self._told("erase decisions"):
                    self._table.submit_transaction([("update", stub, mode) for stub in stubs])

    def close(self) -> None:
        """Close the connections."""
        self._service.close()

    def _of(self, subject: str, limit: int) -> list[Mapping[str, Any]]:
        rows = self._table.query_entities(
            "PartitionKey eq @partition and RowKey ge 'decision-' and RowKey lt 'decision.'",
            parameters={"partition": partition_of(subject)},
            results_per_page=min(limit, 1000),
        )
        read = (json.loads(text_of(row)) for row in rows)
        return list(islice((one for one in read if not is_stub(one)), limit))

    def _logged(self, limit: int) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        rows = self._table.query_entities(
            "PartitionKey ge 'log-' and PartitionKey lt 'log.'", results_per_page=min(limit, 1000)
        )
        for row in rows:
            entity = self._row(row["partition"], decision_row(row["version"]))
            if entity is None or entity["commit"] != row["commit"]:
                continue
            decision = json.loads(text_of(entity))
            if not is_stub(decision):
                found.append(decision)
                if len(found) == limit:
                    break
        return found

    def _announce(
        self,
        partition: str,
        version: int,
        commit: str,
        now: datetime,
        counter: int,
        has_messages: bool,
    ) -> None:
        """Write where the commit will be found; of no meaning until it is there."""
        place = {"partition": partition, "version": version + 1, "commit": commit}
        hour, row = newest_first(now, counter)
        self._table.upsert_entity({"PartitionKey": hour, "RowKey": f"{row}-{commit}", **place})
        if has_messages:
            key = f"{oldest_first(now, counter)}-{commit}"
            self._table.upsert_entity({"PartitionKey": PENDING, "RowKey": key, **place})

    def _explain(self, subject: str, version: int, event_key: str, commit: str) -> None:
        """Why a commit was not taken; returns when it was taken and only its answer was lost."""
        partition = partition_of(subject)
        handled = self._row(partition, event_row(event_key))
        if handled is not None and handled["commit"] == commit:
            return
        self._refuse_other_version(subject, self.state(subject).version, version)
        if handled is not None:
            raise Conflict(f"{subject} has already decided event {event_key}.")
        raise Conflict(f"{subject} was changed meanwhile; decide again.")

    def _refuse_other_version(self, subject: str, stored: int, version: int) -> None:
        if stored != version:
            raise Conflict(f"{subject} is at version {stored}, not {version}; decide again.")

    def _row(self, partition: str, row: str) -> Any:
        with self._told("read the ledger"):
            try:
                return self._table.get_entity(partition, row)
            except ResourceNotFoundError as error:
                if is_missing(error, "TableNotFound"):
                    raise
                return None

    def _told(self, doing: str) -> AbstractContextManager[None]:
        return told_as_ours(
            doing,
            thing=f"table {TABLE!r} at {self._service.url}",
            permission="the role Storage Table Data Contributor on the storage account",
        )


def _stub(row: Mapping[str, Any], erased: str) -> dict[str, Any] | None:
    """The row with what is left of its decision; None where nothing more is to be taken."""
    decision = json.loads(text_of(row))
    if is_stub(decision):
        return None
    text = canonical_json(stub_of(decision, erased)).decode()
    kept = {name: row[name] for name in ("PartitionKey", "RowKey", "commit")}
    return {**kept, **texts(text, "What is left of a decision")}
