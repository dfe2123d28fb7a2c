"""What the service needs from the world, as small Protocols declared by the consumer.

Every adapter of a port passes the contract tests of that port, in `tests/contracts/`.
"""

from shared.ports.adapters import Adapters
from shared.ports.channels import Channel, Sending, Summaries, Summary
from shared.ports.messages import (
    Broker,
    DeadEvent,
    DeadEvents,
    DeadLetter,
    DeadLetters,
    Delivery,
    Message,
    Note,
    Notes,
    Receiver,
    Sender,
)
from shared.ports.platforms import (
    EnvironmentChecks,
    Jobs,
    Models,
    Pipelines,
    RequestSource,
    Traffic,
    Workspace,
)
from shared.ports.stores import (
    PUT_AGAIN_WITHIN,
    Anchors,
    Archive,
    ArchivedEvent,
    Evidence,
    KeptEvidence,
    KeptRow,
    Ledger,
    LedgerState,
    Logged,
    Policies,
    Profiles,
    Reports,
    no_evidence,
)
from shared.ports.telling import Clock, Telemetry

__all__ = [
    "PUT_AGAIN_WITHIN",
    "Adapters",
    "Anchors",
    "Archive",
    "ArchivedEvent",
    "Broker",
    "Channel",
    "Clock",
    "DeadEvent",
    "DeadEvents",
    "DeadLetter",
    "DeadLetters",
    "Delivery",
    "EnvironmentChecks",
    "Evidence",
    "Jobs",
    "KeptEvidence",
    "KeptRow",
    "Ledger",
    "LedgerState",
    "Logged",
    "Message",
    "Models",
    "Note",
    "Notes",
    "Pipelines",
    "Policies",
    "Profiles",
    "Receiver",
    "Reports",
    "RequestSource",
    "Sender",
    "Sending",
    "Summaries",
    "Summary",
    "Telemetry",
    "Traffic",
    "Workspace",
    "no_evidence",
]
