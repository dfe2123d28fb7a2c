"""What a reaction may look at while it gathers evidence."""

from dataclasses import dataclass
from typing import Self

from shared.ports import Adapters, Archive, Jobs, Ledger, Policies, Profiles, Workspace
from shared.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The ports to read from; nothing here sends or decides."""

    workspace: Workspace
    jobs: Jobs
    archive: Archive
    profiles: Profiles
    policies: Policies
    ledger: Ledger
    settings: Settings

    @classmethod
    def of(cls, adapters: Adapters, settings: Settings) -> Self:
        """The part of the adapters that reactions read from."""
        return cls(
            workspace=adapters.workspace,
            jobs=adapters.jobs,
            archive=adapters.archive,
            profiles=adapters.profiles,
            policies=adapters.policies,
            ledger=adapters.ledger,
            settings=settings,
        )
