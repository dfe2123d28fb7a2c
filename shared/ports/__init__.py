"""What the service needs from the world, as small Protocols declared by the consumer.

Every adapter of a port passes the contract tests of that port, in `tests/contracts/`.
"""

from shared.ports.adapters import Adapters
from shared.ports.channels import Channel, Sending, Summaries, Summary
from shared.ports.messages import (
    Broker,
    DeadLetter,
    DeadLetters,
    Delivery,
    Message,
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
    Archive,
    ArchivedEvent,
    Evidence,
    KeptRow,
    Ledger,
    LedgerState,
    Logged,
    Policies,
    Profiles,
    Reports,
)
from shared.ports.telling import Clock, Telemetry

__all__ = [
    "Adapters",
    "Archive",
    "ArchivedEvent",
    "Broker",
    "Channel",
    "Clock",
    "DeadLetter",
    "DeadLetters",
    "Delivery",
    "EnvironmentChecks",
    "Evidence",
    "Jobs",
    "KeptRow",
    "Ledger",
    "LedgerState",
    "Logged",
    "Message",
    "Models",
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
]
