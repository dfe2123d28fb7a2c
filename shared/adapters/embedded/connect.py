"""Every port on files and SQLite, for a machine without Azure."""

from datetime import timedelta

from shared.adapters.channels.rendered import rendered
from shared.adapters.embedded.archive import EmbeddedArchive
from shared.adapters.embedded.channels import FileChannels
from shared.adapters.embedded.database import Database
from shared.adapters.embedded.dead_events import FolderDeadEvents
from shared.adapters.embedded.environment_checks import FileEnvironmentChecks
from shared.adapters.embedded.evidence import EmbeddedEvidence
from shared.adapters.embedded.folders import Folders
from shared.adapters.embedded.ledger import EmbeddedLedger
from shared.adapters.embedded.logged_rows import FileLoggedRows
from shared.adapters.embedded.machine_learning import FileJobs, FileModels
from shared.adapters.embedded.pipelines import FilePipelines
from shared.adapters.embedded.policies import FilePolicies
from shared.adapters.embedded.profiles import FolderAnchors, FolderProfiles, FolderReports
from shared.adapters.embedded.profiling_jobs import FileProfilingJobs
from shared.adapters.embedded.queue import EmbeddedQueue, QueueSettings
from shared.adapters.embedded.spark_process import launch
from shared.adapters.embedded.telemetry import Silent
from shared.adapters.embedded.traffic import FileTraffic
from shared.adapters.embedded.workspace import FileWorkspace
from shared.domain.policy import ChannelKind
from shared.policies.kept import KeptPolicies
from shared.ports import Adapters, Channel, Clock
from shared.settings import Settings

_QUEUES = {
    "environment-checks": QueueSettings(
        duplicate_window=timedelta(days=2), dead_letter_expired=False
    )
}


def connect(settings: Settings, clock: Clock) -> Adapters:
    """State below `settings.home`, the workspace and the policies in folders of their own."""
    database = Database(settings.home / "driftgate.db", "")
    queue = EmbeddedQueue(settings.home / "queues.db", clock=clock, queues=_QUEUES)
    workspace = FileWorkspace(settings.workspace)
    profiles = FolderProfiles(settings.home / "profiles")
    others = settings.home / "workspaces"
    return Adapters(
        archive=EmbeddedArchive(database),
        ledger=EmbeddedLedger(database),
        evidence=EmbeddedEvidence(database, settings.home / "evidence"),
        profiles=profiles,
        reports=FolderReports(settings.home / "reports"),
        anchors=FolderAnchors(settings.home / "heads"),
        policies=KeptPolicies(FilePolicies(settings.policies), profiles),
        workspace=workspace,
        logged_rows=FileLoggedRows(settings.workspace),
        models=FileModels(settings.workspace),
        traffic=FileTraffic(settings.workspace, clock),
        jobs=FileJobs(settings.workspace),
        profiling_jobs=FileProfilingJobs(
            settings.workspace, launch if settings.runs_spark else None
        ),
        workspaces=Folders(others, FileWorkspace),
        models_of=Folders(others, FileModels),
        traffic_of=Folders(others, lambda folder: FileTraffic(folder, clock)),
        pipelines=FilePipelines(settings.workspace),
        environment_checks=FileEnvironmentChecks(settings.workspace),
        sender=queue,
        receiver=queue,
        dead_letters=queue,
        notes=queue.notes,
        dead_events=FolderDeadEvents(settings.home / "dead-events"),
        telemetry=Silent(),
        queue=queue,
        channels=_channels(settings, clock),
        request_sources={"request file": workspace.requests},
    )


def _channels(settings: Settings, clock: Clock) -> dict[ChannelKind, Channel]:
    """Files, unless somebody wants people to be told from this machine."""
    if settings.channels is None or not settings.channels.real:
        return FileChannels(settings.home / "notices", rendered).by_kind()
    from shared.adapters.channels.connect import connect_channels

    return connect_channels(settings.channels, rendered, clock)
