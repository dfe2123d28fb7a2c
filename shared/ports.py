"""What the service needs from the world, as small Protocols declared by the consumer.

Every adapter of a port passes the contract tests of that port, in `tests/contracts/`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from shared.domain.pipelines import Approval, EnvironmentCheck, PipelineOrder, PipelineRun
from shared.domain.policy import Policy
from shared.domain.world import (
    DataFiles,
    Endpoint,
    Job,
    ModelVersion,
    SeriesAnswer,
    SeriesQuestion,
    Training,
)


class Clock(Protocol):
    """Tells the time, aware and in UTC."""

    def __call__(self) -> datetime:
        """The present instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What goes over a queue or topic.

    `id` makes a repeat harmless, `session` keeps the order of one subject, `scheduled` delays the
    delivery, `properties` are what subscribers filter on. `body` holds plain JSON values.
    """

    id: str
    queue: str
    session: str
    body: Mapping[str, Any]
    scheduled: datetime | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message under lock: settle it with its token before `locked_until`, or it comes again."""

    message: Message
    token: str
    delivery_count: int
    locked_until: datetime


class Sender(Protocol):
    """Sends messages; a repeat of a message id within the duplicate window is dropped."""

    def send(self, messages: Sequence[Message]) -> None:
        """Accept all of them or raise `Unavailable`."""


class Receiver(Protocol):
    """Receives messages under a lock. In Azure the Functions host is the receiver."""

    def receive(self, queue: str) -> Delivery | None:
        """The next due message of a session nobody holds, in order within the session."""

    def complete(self, delivery: Delivery) -> None:
        """Remove it. Raises `Conflict` when the lock is lost."""

    def abandon(self, delivery: Delivery, reason: str) -> None:
        """Give it back; after the queue's tries it goes to the dead letters.

        Their sentence is the broker's own where it keeps no reason of ours, which is then logged.
        """

    def dead_letter(self, delivery: Delivery, reason: str, sentence: str) -> None:
        """Put it aside for good, with why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message put aside, with why, and when where the broker keeps that, else when it was sent.

    `message` is what was sent, without what the broker added.
    """

    message: Message
    at: datetime
    reason: str
    sentence: str


class DeadLetters(Protocol):
    """Looks at what receivers and the broker have put aside."""

    def dead_letters(self, queue: str) -> Sequence[DeadLetter]:
        """What was put aside and is still there, oldest first."""


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

    def put(self, archived: ArchivedEvent) -> bool:
        """Keep it unless its key is there already; True when it is new."""

    def get(self, key: str) -> ArchivedEvent | None:
        """One of them, None when unknown."""

    def list(
        self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 1000
    ) -> Iterable[ArchivedEvent]:
        """Received in [since, until), newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerState:
    """A subject's stored state with the version to commit against; version 0 is none yet."""

    version: int
    state: Mapping[str, Any]


class Ledger(Protocol):
    """Commits "handled", the new state and the outgoing messages together, or not at all."""

    def state(self, subject: str) -> LedgerState:
        """The subject's state; an empty mapping and version 0 when there is none."""

    def decision(self, subject: str, event_key: str) -> Mapping[str, Any] | None:
        """The decision already committed for this event, None when it is new."""

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

    def decisions(
        self, subject: str | None = None, limit: int = 100
    ) -> Sequence[Mapping[str, Any]]:
        """Committed decisions, newest first."""


class Evidence(Protocol):
    """Keeps evidence by content hash."""

    def put(self, content: bytes) -> str:
        """Store once, return the SHA-256 in hexadecimal."""

    def get(self, content_hash: str) -> bytes:
        """Read back. Raises `NotFound`."""


class Profiles(Protocol):
    """Keeps profiles under a name, newest under the same name wins."""

    def save(self, name: str, profile: Mapping[str, Any]) -> None:
        """Keep a profile's JSON form."""

    def load(self, name: str) -> Mapping[str, Any] | None:
        """Read it back, None when there is none."""


class Reports(Protocol):
    """Keeps pages for people under a name, newest under the same name wins."""

    def save(self, name: str, page: str) -> None:
        """Keep a page of HTML."""

    def load(self, name: str) -> str | None:
        """Read it back, None when there is none."""


class Policies(Protocol):
    """Finds the policy that speaks of a model or an endpoint."""

    def for_model(self, model: str) -> Policy | None:
        """The model's policy. Raises `InvalidPolicy` when its file is wrong."""

    def for_endpoint(self, endpoint: str) -> Policy | None:
        """The policy whose model is served by this endpoint. Raises `InvalidPolicy`."""

    def all(self) -> Sequence[Policy]:
        """Every valid policy, by model name; an invalid file never hides the others."""

    def problems(self) -> Sequence[str]:
        """One sentence for each invalid file."""


class Broker(Sender, Receiver, DeadLetters, Protocol):
    """A broker within reach: what waits in it can be looked at."""

    def peek(self, queue: str, limit: int = 100) -> Sequence[Message]:
        """Messages that wait, due or not, in the order they were sent."""

    def next_due(self) -> datetime | None:
        """The earliest time at which a waiting message of any queue is due, None without any."""


class Workspace(Protocol):
    """Reads the machine learning workspace and what was logged about it."""

    def model(self, name: str, version: str) -> ModelVersion:
        """One registered version. Raises `NotFound`."""

    def versions(self, name: str) -> Sequence[str]:
        """Every version of a model, oldest first; empty when the model is unknown."""

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint with its deployments. Raises `NotFound`."""

    def endpoints(self) -> Sequence[str]:
        """The names of all online endpoints."""

    def requests(self, endpoint: str, start: datetime, end: datetime) -> Mapping[str, int] | None:
        """Observed requests by deployment in [start, end); None when nothing is logged at all."""

    def logs(self, endpoint: str, deployment: str, tail: int) -> str:
        """The last lines a deployment's container wrote; empty when there are none."""

    def data(self, name: str) -> DataFiles:
        """A named data asset, such as training data. Raises `NotFound`."""

    def inference(
        self,
        model: str,
        endpoint: str | None,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> DataFiles:
        """Files that can hold rows the model was asked to score in [start, end).

        They may hold other rows too; none in the span is no error. Raises `NotFound`.
        """

    def kpis(self, model: str, asked: Sequence[SeriesQuestion]) -> Sequence[SeriesAnswer]:
        """The KPIs of a model in the order asked, all of them in as few calls as can be.

        One that cannot be read says so in its place and spoils no other.
        """


class Models(Protocol):
    """Writes to registered model versions."""

    def tag(self, name: str, version: str, tags: Mapping[str, str]) -> Mapping[str, str]:
        """Add and change tags, keep the others; returns all of them. Raises `NotFound`.

        Somebody who writes at the same moment may win: the service keeps no version of tags.
        """

    def share(self, name: str, version: str, registry: str) -> None:
        """Copy a version to a registry under its own name; harmless when it is there already.

        Raises `NotFound` for the version or the registry.
        """


class Jobs(Protocol):
    """Starts trainings and tells what became of jobs."""

    def start(self, training: Training) -> Job:
        """Start it, or return the job that has its name already. Raises `NotFound`, `Refused`."""

    def job(self, name: str) -> Job:
        """A job as it is now. Raises `NotFound`."""

    def latest(self, endpoint: str, limit: int = 10) -> Sequence[Job]:
        """The jobs of a batch endpoint, last started first; those not started come before them."""


class Pipelines(Protocol):
    """Starts runs of a delivery pipeline, reads who approved them, answers its checks."""

    def start(self, order: PipelineOrder) -> PipelineRun:
        """Start it, or return the run that was started for the same order already.

        Raises `NotFound` and `Refused`.
        """

    def run(self, pipeline: int, number: int) -> PipelineRun:
        """A run as it is now. Raises `NotFound`."""

    def approvals(self, number: int) -> Sequence[Approval]:
        """What a run waits for or was given, in the platform's order; empty when nothing."""

    def answer(self, check: EnvironmentCheck, passed: bool, sentence: str) -> None:
        """Complete a check with its verdict, and why in the run's log.

        Raises `Refused` for a check whose address is not the platform's own.
        """


class Telemetry(Protocol):
    """Follows an event from trigger to dispatch, and counts."""

    def span(
        self, name: str, parent: str | None = None, **attributes: str
    ) -> AbstractContextManager[None]:
        """A step of a trace; `parent` is the W3C traceparent that came with a message."""

    def traceparent(self) -> str | None:
        """Where we are, for a message to take along; None where nothing is traced."""

    def count(self, name: str, by: int = 1, **attributes: str) -> None:
        """Add to a counter."""

    def gauge(self, name: str, value: float) -> None:
        """Set a value that goes up and down."""


class RequestSource(Protocol):
    """One place where requests are counted."""

    def __call__(self, endpoint: str, start: datetime, end: datetime) -> Mapping[str, int] | None:
        """Requests by deployment in [start, end); None when it knows nothing of the endpoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """One adapter for each port: all of them embedded, or all of them Azure's.

    `queue` is the embedded broker, None where Service Bus is it; `pipelines` is None where no
    Azure DevOps is named; `announces` says that `sender` also publishes findings.
    `request_sources` are the places the workspace counts requests by, each alone. `connections`
    close what is open.
    """

    archive: Archive
    ledger: Ledger
    evidence: Evidence
    profiles: Profiles
    reports: Reports
    policies: Policies
    workspace: Workspace
    models: Models
    jobs: Jobs
    pipelines: Pipelines | None
    sender: Sender
    receiver: Receiver
    dead_letters: DeadLetters
    telemetry: Telemetry
    queue: Broker | None = None
    announces: bool = False
    request_sources: Mapping[str, RequestSource] = field(default_factory=dict)
    connections: Sequence[Callable[[], None]] = ()

    def close(self) -> None:
        """Close every connection; what was opened last goes first."""
        for close in reversed(self.connections):
            close()
