"""What a queue, a subscription and a namespace may be set to, and the refusals they give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from tests.integration.service_bus.broker.sql_filter import Filter, everything


class BrokerFault(Exception):
    """A refusal with the AMQP condition that Service Bus would give."""

    def __init__(self, condition: str, sentence: str) -> None:
        super().__init__(sentence)
        self.condition = condition
        self.sentence = sentence


MESSAGE_LOCK_LOST = "com.microsoft:message-lock-lost"
SESSION_LOCK_LOST = "com.microsoft:session-lock-lost"
SESSION_CANNOT_BE_LOCKED = "com.microsoft:session-cannot-be-locked"
MESSAGE_NOT_FOUND = "com.microsoft:message-not-found"
SERVER_BUSY = "com.microsoft:server-busy"
TIMEOUT = "com.microsoft:timeout"
NOT_FOUND = "amqp:not-found"
NOT_ALLOWED = "amqp:not-allowed"
TOO_LARGE = "amqp:link:message-size-exceeded"
UNAUTHORIZED = "amqp:unauthorized-access"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """The properties of a queue or subscription; without a window no repeat is dropped."""

    sessions: bool = False
    duplicate_window: timedelta | None = None
    lock: timedelta = timedelta(minutes=1)
    most_deliveries: int = 10
    dead_letter_expired: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription's queue and its rules; a message that matches any of them is copied to it."""

    queue: QueueSettings = QueueSettings()
    rules: Mapping[str, Filter] = field(default_factory=lambda: {"$Default": everything})


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSettings:
    """The subscriptions of a topic by name."""

    subscriptions: Mapping[str, Subscription]
    duplicate_window: timedelta | None = None


Definitions = Mapping[str, QueueSettings | TopicSettings]
