"""One adapter for each port."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.ports.messages import Broker, DeadLetters, Receiver, Sender
from shared.ports.platforms import Jobs, Models, Pipelines, RequestSource, Traffic, Workspace
from shared.ports.stores import Archive, Evidence, Ledger, Policies, Profiles, Reports
from shared.ports.telling import Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """One adapter for each port: all of them embedded, or all of them Azure's.

    `queue` is the embedded broker, None where Service Bus is it; `pipelines` is None where no
    Azure DevOps is named; `announces` says that `sender` also publishes findings.
    `traffic_of` moves the traffic of each other workspace that the settings name.
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
    traffic: Traffic
    jobs: Jobs
    pipelines: Pipelines | None
    sender: Sender
    receiver: Receiver
    dead_letters: DeadLetters
    telemetry: Telemetry
    queue: Broker | None = None
    traffic_of: Mapping[str, Traffic] = field(default_factory=dict)
    announces: bool = False
    request_sources: Mapping[str, RequestSource] = field(default_factory=dict)
    connections: Sequence[Callable[[], None]] = ()

    def close(self) -> None:
        """Close every connection; what was opened last goes first."""
        for close in reversed(self.connections):
            close()
