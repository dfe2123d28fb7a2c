"""One adapter for each port."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.domain.policy import ChannelKind
from shared.ports.channels import Channel, Summaries
from shared.ports.messages import Broker, DeadEvents, DeadLetters, Notes, Receiver, Sender
from shared.ports.platforms import (
    EnvironmentChecks,
    Jobs,
    LoggedRows,
    Models,
    Pipelines,
    ProfilingJobs,
    RequestSource,
    Traffic,
    Workspace,
)
from shared.ports.stores import Anchors, Archive, Evidence, Ledger, Policies, Profiles, Reports
from shared.ports.telling import Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """One adapter for each port: all of them embedded, or all of them Azure's.

    `queue` is the embedded broker, None where Service Bus is it; `pipelines` is None where neither
    Azure DevOps nor GitHub is named, `environment_checks` where no Azure DevOps is; `announces`
    says that `sender` also publishes findings. `channels` tell people, `summaries` is None where no
    language model is named. `workspaces` are those of other stages by name,
    `models_of` what writes to the versions of each, `traffic_of` what moves its traffic.
    `request_sources` are the places the workspace counts requests by, each alone. `connections`
    close what is open.
    """

    archive: Archive
    ledger: Ledger
    evidence: Evidence
    profiles: Profiles
    reports: Reports
    policies: Policies
    anchors: Anchors
    workspace: Workspace
    logged_rows: LoggedRows
    models: Models
    traffic: Traffic
    jobs: Jobs
    profiling_jobs: ProfilingJobs
    pipelines: Pipelines | None
    environment_checks: EnvironmentChecks | None
    sender: Sender
    receiver: Receiver
    dead_letters: DeadLetters
    notes: Notes
    dead_events: DeadEvents
    telemetry: Telemetry
    queue: Broker | None = None
    workspaces: Mapping[str, Workspace] = field(default_factory=dict)
    models_of: Mapping[str, Models] = field(default_factory=dict)
    traffic_of: Mapping[str, Traffic] = field(default_factory=dict)
    announces: bool = False
    channels: Mapping[ChannelKind, Channel] = field(default_factory=dict)
    summaries: Summaries | None = None
    request_sources: Mapping[str, RequestSource] = field(default_factory=dict)
    connections: Sequence[Callable[[], None]] = ()

    def close(self) -> None:
        """Close every connection; what was opened last goes first."""
        for close in reversed(self.connections):
            close()
