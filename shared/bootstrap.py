"""The one composition root: settings to adapters to service."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.adapters.embedded import EmbeddedQueue
    from shared.ports import Archive, Clock, Evidence, Ledger, Policies, Profiles, Workspace
    from shared.service.service import Service
    from shared.service.worker import Handler, Worker
    from shared.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The service with everything it was built of, for triggers, commands and tests."""

    settings: "Settings"
    clock: "Clock"
    service: "Service"
    archive: "Archive"
    ledger: "Ledger"
    evidence: "Evidence"
    profiles: "Profiles"
    policies: "Policies"
    workspace: "Workspace"
    queue: "EmbeddedQueue"

    def worker(self, handlers: "dict[str, Handler] | None" = None) -> "Worker":
        """A consumer of every queue; `handlers` replace those that only mark messages as read."""
        from shared.service import messages
        from shared.service.worker import Worker

        consumed: dict[str, Handler] = {
            messages.CHECKS: self._handle,
            messages.ALERTS: _read,
            messages.RETRAINING_REQUESTS: _read,
            messages.PROMOTION_REQUESTS: _read,
        }
        return Worker(self.queue, {**consumed, **(handlers or {})})

    def _handle(self, body: object) -> None:
        if isinstance(body, dict):
            self.service.handle(body)


def _read(body: object) -> None:
    """A message nobody was asked to show is taken as read."""


def build(settings: "Settings | None" = None, *, clock: "Clock | None" = None) -> Application:
    """Wire an application; without settings they come from the environment.

    What it is wired of is imported here, not with the module: a trigger's cold start pays for it
    with its first event.
    Raises InvalidSetting when a setting cannot be used.
    """
    from shared.adapters import embedded
    from shared.service.service import Service
    from shared.service.world import World
    from shared.settings import Settings

    settings = settings or Settings.from_environment(os.environ)
    clock = clock or _now
    database = settings.home / "driftgate.db"
    queue = embedded.EmbeddedQueue(settings.home / "queues.db", clock=clock)
    archive = embedded.EmbeddedArchive(database)
    ledger = embedded.EmbeddedLedger(database)
    evidence = embedded.FolderEvidence(settings.home / "evidence")
    profiles = embedded.FolderProfiles(settings.home / "profiles")
    policies = embedded.FilePolicies(settings.policies)
    workspace = embedded.FileWorkspace(settings.workspace)
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
