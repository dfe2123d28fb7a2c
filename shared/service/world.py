"""What a reaction may look at while it gathers evidence."""

from dataclasses import dataclass

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
