"""What somebody says is meant to be: a zero on purpose, or a change of traffic to come."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.domain.canonical import content_hash, format_time, parse_time
from shared.domain.event import Event, EventType
from shared.domain.wording import spell_time
from shared.errors import InvalidData

SOURCE = "driftgate/intent"
LONGEST = timedelta(days=90)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,254}")
_MOST_TEXT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Said by `author` for a `reason`, and true from `since` until `until`: it always ends.

    It names either a `deployment` that waits without traffic, or the `traffic` (per cent by
    deployment) that the endpoint is to have.
    """

    id: str
    author: str
    reason: str
    since: datetime
    until: datetime
    deployment: str | None = None
    traffic: dict[str, float] | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is in force."""
        return self.since <= at < self.until

    def told(self) -> str:
        """As a clause of a sentence: who, why, until when."""
        return f"{self.author} says until {spell_time(self.until)}: {self.reason}"


def intent_declared(
    endpoint: str,
    *,
    author: str,
    reason: str,
    since: datetime,
    until: datetime,
    now: datetime,
    deployment: str | None = None,
    traffic: dict[str, float] | None = None,
) -> Event:
    """The event of saying so; the same words at the same time are the same event.

    Raises InvalidData naming what cannot be meant.
    """
    _check_name("endpoint", endpoint)
    _check_text("author", author)
    _check_text("reason", reason)
    if not since < until:
        raise InvalidData("until is not after since; name a later end.")
    if until - since > LONGEST:
        raise InvalidData(f"until is more than {LONGEST.days} days away; say it again then.")
    if until <= now:
        raise InvalidData("until is over already; name a later end.")
    if (deployment is None) == (traffic is None):
        raise InvalidData("Name either a deployment that stands by or the traffic to come.")
    if deployment is not None:
        _check_name("deployment", deployment)
    if traffic is not None:
        _check_shares(traffic)
    said: dict[str, Any] = {
        "endpoint": endpoint,
        "author": author,
        "reason": reason,
        "since": format_time(since),
        "until": format_time(until),
        "deployment": deployment,
        "traffic": traffic,
    }
    identity = content_hash([said, format_time(now)])[:12]
    return Event(
        id=f"declared-{identity}",
        source=SOURCE,
        type=EventType.INTENT_DECLARED,
        subject=f"endpoint/{endpoint}",
        time=now,
        data={"intent": identity, **said},
    )


def intent_withdrawn(
    endpoint: str, intent: str, *, author: str, reason: str, now: datetime
) -> Event:
    """The event of taking it back. Raises InvalidData naming what is missing."""
    _check_name("endpoint", endpoint)
    _check_name("intent", intent)
    _check_text("author", author)
    _check_text("reason", reason)
    return Event(
        id=f"withdrawn-{intent}",
        source=SOURCE,
        type=EventType.INTENT_WITHDRAWN,
        subject=f"endpoint/{endpoint}",
        time=now,
        data={"intent": intent, "author": author, "reason": reason},
    )


def intent_of(event: Event) -> Intent:
    """The intent an event declared."""
    data = event.data
    return Intent(
        id=str(data["intent"]),
        author=str(data["author"]),
        reason=str(data["reason"]),
        since=parse_time(data["since"]),
        until=parse_time(data["until"]),
        deployment=data.get("deployment"),
        traffic=data.get("traffic"),
    )


def _check_name(field: str, value: str) -> None:
    if not _NAME.fullmatch(value):
        raise InvalidData(
            f"{field} is {value[:80]!r}; write letters, digits, hyphens and underscores."
        )


def _check_text(field: str, value: str) -> None:
    if not value.strip():
        raise InvalidData(f"{field} is empty; a person who reads it later will want to know.")
    if len(value) > _MOST_TEXT:
        raise InvalidData(f"{field} has {len(value)} characters; {_MOST_TEXT} is the most.")


def _check_shares(traffic: dict[str, float]) -> None:
    for name, share in traffic.items():
        _check_name("deployment", name)
        if not 0 <= share <= 100:
            raise InvalidData(f"traffic of {name} is {share:g}; give per cent from 0 to 100.")
    total = sum(traffic.values())
    if not traffic or min(abs(total), abs(total - 100.0)) > 0.01:
        raise InvalidData(f"traffic sums to {total:g} %; Azure takes 0 or 100.")
