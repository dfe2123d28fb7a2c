"""The one composition root: settings to adapters to service."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from shared.adapters.embedded import (
    EmbeddedArchive,
    EmbeddedLedger,
    EmbeddedQueue,
    FilePolicies,
    FileWorkspace,
    FolderEvidence,
    FolderProfiles,
)
from shared.ports import Archive, Clock, Evidence, Ledger, Policies, Profiles, Workspace
from shared.service.messages import ALERTS, CHECKS, PROMOTION_REQUESTS, RETRAINING_REQUESTS
from shared.service.service import Service
from shared.service.worker import Handler, Worker
from shared.service.world import World
from shared.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The service with everything it was built of, for triggers, commands and tests."""

    settings: Settings
    clock: Clock
    service: Service
    archive: Archive
    ledger: Ledger
    evidence: Evidence
    profiles: Profiles
    policies: Policies
    workspace: Workspace
    queue: EmbeddedQueue

    def worker(self, handlers: dict[str, Handler] | None = None) -> Worker:
        """A consumer of every queue; `handlers` replace those that only mark messages as read."""
        return Worker(
            self.queue,
            {
                CHECKS: self._handle,
                ALERTS: _read,
                RETRAINING_REQUESTS: _read,
                PROMOTION_REQUESTS: _read,
                **(handlers or {}),
            },
        )

    def _handle(self, body: object) -> None:
        if isinstance(body, dict):
            self.service.handle(body)


def _read(body: object) -> None:
    """A message nobody was asked to show is taken as read."""


def build(settings: Settings | None = None, *, clock: Clock | None = None) -> Application:
    """Wire an application; without settings they come from the environment.

    Raises InvalidSetting when a setting cannot be used.
    """
    settings = settings or Settings.from_environment(os.environ)
    clock = clock or _now
    database = settings.home / "driftgate.db"
    queue = EmbeddedQueue(settings.home / "queues.db", clock=clock)
    archive = EmbeddedArchive(database)
    ledger = EmbeddedLedger(database)
    evidence = FolderEvidence(settings.home / "evidence")
    profiles = FolderProfiles(settings.home / "profiles")
    policies = FilePolicies(settings.policies)
    workspace = FileWorkspace(settings.workspace)
    world = World(
        workspace=workspace,
        profiles=profiles,
        policies=policies,
        ledger=ledger,
        settings=settings,
    )
    service = Service(archive=archive, evidence=evidence, sender=queue, world=world, clock=clock)
    return Application(
        settings=settings,
        clock=clock,
        service=service,
        archive=archive,
        ledger=ledger,
        evidence=evidence,
        profiles=profiles,
        policies=policies,
        workspace=workspace,
        queue=queue,
    )


def _now() -> datetime:
    return datetime.now(UTC)


@cache
def application() -> Application:
    """The process's one application, built when a trigger first needs it."""
    return build()
