"""What a reaction may look at while it gathers evidence."""

from dataclasses import dataclass
from datetime import timedelta

from shared.ports import Ledger, Policies, Profiles, Workspace
from shared.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The ports to read from; nothing here sends or decides."""

    workspace: Workspace
    profiles: Profiles
    policies: Policies
    ledger: Ledger
    settings: Settings

    @property
    def observed(self) -> timedelta:
        """How far back requests are counted."""
        return self.settings.observed
