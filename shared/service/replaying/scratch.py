"""Stores that are read through and written in memory alone: what is done on them is gone after.

On these the service itself can decide what it would decide now, and nothing comes of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any, NoReturn

from shared.domain.pipelines import Approval, PipelineOrder, PipelineRun
from shared.domain.world import Job, Training
from shared.policies.kept import KeptPolicies
from shared.ports import (
    Adapters,
    Clock,
    Jobs,
    Ledger,
    LedgerState,
    Message,
    Pipelines,
    Profiles,
)
from shared.service.replaying.reading import ReadArchive, ReadEvidence, ReadLedger, refuse
from shared.service.service import Service
from shared.service.world import World
from shared.settings import Settings


def scratch_service(adapters: Adapters, settings: Settings, clock: Clock) -> Service:
    """The service upon the world as it is, which changes nothing of it."""
    profiles = ScratchProfiles(adapters.profiles)
    policies = adapters.policies
    if isinstance(policies, KeptPolicies):
        policies = policies.kept_in(profiles)
    archive = ReadArchive(adapters.archive)
    world = replace(
        World.of(adapters, settings),
        archive=archive,
        ledger=ScratchLedger(adapters.ledger),
        profiles=profiles,
        policies=policies,
        jobs=ReadJobs(adapters.jobs),
        pipelines=None if adapters.pipelines is None else ReadPipelines(adapters.pipelines),
    )
    return Service(
        archive=archive,
        evidence=ScratchEvidence(adapters.evidence),
        sender=NoSender(),
        world=world,
        clock=clock,
        telemetry=NoTelemetry(),
        aside=adapters,
    )


class ScratchLedger(ReadLedger):
    """States as they are, with what is committed here upon them; nothing waits to be sent."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._states: dict[str, LedgerState] = {}

    def state(self, subject: str) -> LedgerState:
        """The state that was left here, or else the subject's."""
        return self._states.get(subject) or super().state(subject)

    def commit(
        self,
        *,
        subject: str,
        version: int,
        event_key: str,  # noqa: ARG002  the port's signature
        now: datetime,  # noqa: ARG002
        decision: Mapping[str, Any],  # noqa: ARG002
        state: Mapping[str, Any],
        messages: Sequence[Message],  # noqa: ARG002
    ) -> None:
        """Keep the state for the next decision."""
        self._states[subject] = LedgerState(version=version + 1, state=state)

    def unsent(self, limit: int = 100) -> Sequence[Message]:  # noqa: ARG002
        """None: they are not ours to send."""
        return ()


class ScratchEvidence(ReadEvidence):
    """Evidence as it is; of what is added here only the hash is told."""

    def put(self, content: bytes) -> str:
        """Its hash; nobody reads it back."""
        return sha256(content).hexdigest()


class ScratchProfiles:
    """Profiles as they are, with what is saved here above them."""

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles
        self._saved: dict[str, Mapping[str, Any]] = {}

    def save(self, name: str, profile: Mapping[str, Any]) -> None:
        """Keep it for as long as this is."""
        self._saved[name] = profile

    def load(self, name: str) -> Mapping[str, Any] | None:
        """What was saved here, or else what there is."""
        return self._saved[name] if name in self._saved else self._profiles.load(name)

    def walk(self, folder: str, saved_before: datetime) -> Iterator[str]:
        """What there is; what is saved here is new."""
        return self._profiles.walk(folder, saved_before)

    def remove(self, name: str, saved_before: datetime) -> NoReturn:  # noqa: ARG002
        """Refuse."""
        refuse()


class ReadJobs:
    """Jobs that are looked at alone."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def start(self, training: Training) -> NoReturn:  # noqa: ARG002  the port's signature
        """Refuse."""
        refuse()

    def job(self, name: str) -> Job:
        """A job as it is now."""
        return self._jobs.job(name)

    def latest(self, endpoint: str, limit: int = 10) -> Sequence[Job]:
        """The jobs of a batch endpoint."""
        return self._jobs.latest(endpoint, limit)


class ReadPipelines:
    """Pipelines whose runs are looked at alone."""

    def __init__(self, pipelines: Pipelines) -> None:
        self._pipelines = pipelines

    def start(self, order: PipelineOrder) -> NoReturn:  # noqa: ARG002
        """Refuse."""
        refuse()

    def run(self, pipeline: str, number: int) -> PipelineRun:
        """A run as it is now."""
        return self._pipelines.run(pipeline, number)

    def approvals(self, pipeline: str, number: int) -> Sequence[Approval]:
        """What a run waits for or was given."""
        return self._pipelines.approvals(pipeline, number)


class NoSender:
    """Sends nothing."""

    def send(self, messages: Sequence[Message]) -> NoReturn:  # noqa: ARG002
        """Refuse."""
        refuse()


class NoTelemetry:
    """Tells nobody."""

    def span(
        self,
        name: str,  # noqa: ARG002
        parent: str | None = None,  # noqa: ARG002
        **attributes: str,  # noqa: ARG002
    ) -> AbstractContextManager[None]:
        """Nothing around the step."""
        return nullcontext()

    def traceparent(self) -> str | None:
        """There is no trace."""
        return None

    def count(self, name: str, by: int = 1, **attributes: str) -> None:
        """Count nothing."""

    def gauge(self, name: str, value: float, **attributes: str) -> None:
        """Keep nothing."""
