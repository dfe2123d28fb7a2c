"""A message as the broker keeps it, and what it has to know of it to decide."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tests.integration.service_bus.broker.sql_filter import Facts


class State(StrEnum):
    """Where a message stands."""

    ACTIVE = "active"
    DEFERRED = "deferred"
    SCHEDULED = "scheduled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message as it was sent: what the broker reads, and the bytes it hands on untouched.

    `sections` are the encoded AMQP sections after header and annotations, by descriptor code.
    """

    id: str | None
    session: str | None
    sections: tuple[tuple[int, bytes], ...] = ()
    properties: Mapping[str, Any] = field(default_factory=dict)
    system: Mapping[str, Any] = field(default_factory=dict)
    annotations: Mapping[str, Any] = field(default_factory=dict)
    scheduled: datetime | None = None
    time_to_live: timedelta | None = None

    def facts(self) -> Facts:
        """What the filters of subscriptions may look at."""
        own = {"messageid": self.id, "sessionid": self.session}
        return Facts(properties=self.properties, system={**self.system, **own})


@dataclass(slots=True, kw_only=True)
class Stored:
    """A message in a queue; `failures` counts deliveries that were abandoned or ran out."""

    number: int
    envelope: Envelope
    enqueued: datetime
    state: State = State.ACTIVE
    failures: int = 0
    token: uuid.UUID | None = None
    locked_until: datetime | None = None
    expires: datetime | None = None
    buried: Mapping[str, str] = field(default_factory=dict)
