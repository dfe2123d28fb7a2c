"""SQLite and folders: the ports on a machine without Azure."""

from shared.adapters.embedded.archive import EmbeddedArchive
from shared.adapters.embedded.evidence import EmbeddedEvidence
from shared.adapters.embedded.ledger import EmbeddedLedger
from shared.adapters.embedded.policies import FilePolicies
from shared.adapters.embedded.profiles import FolderAnchors, FolderProfiles, FolderReports
from shared.adapters.embedded.queue import EmbeddedQueue, QueueSettings
from shared.adapters.embedded.workspace import FileWorkspace

__all__ = [
    "EmbeddedArchive",
    "EmbeddedEvidence",
    "EmbeddedLedger",
    "EmbeddedQueue",
    "FilePolicies",
    "FileWorkspace",
    "FolderAnchors",
    "FolderProfiles",
    "FolderReports",
    "QueueSettings",
]
