"""A decision of the chain in the vocabulary again, as far as deciding once more needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.event import Event
from shared.ports import Logged


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One link of a chain; `state` is empty where an older release did not record it.

    `plain` is the whole of it, as it was committed.
    """

    version: int
    event: Event
    evidence_hash: str
    policy_hash: str | None
    decided: datetime
    verdict: str
    hash: str
    state: str
    plain: Mapping[str, Any]

    @classmethod
    def of(cls, logged: Logged) -> "Recorded":
        """Read a link. Raises KeyError and ValueError for what is no decision."""
        plain = logged.decision
        return cls(
            version=logged.version,
            event=Event.from_cloud_event(plain["event"]),
            evidence_hash=plain["evidence"],
            policy_hash=plain["policy"],
            decided=parse_time(plain["decided"]),
            verdict=plain["verdict"],
            hash=plain["hash"],
            state=plain.get("state", ""),
            plain=plain,
        )
