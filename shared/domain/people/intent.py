"""What somebody says is meant to be: a zero on purpose, or a change of traffic to come."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.canonical import content_hash, format_time, parse_time
from shared.domain.event import Event, EventType
from shared.domain.people.signed import signed
from shared.domain.wording import spell_time
from shared.errors import InvalidData

SOURCE = "driftgate/intent"
LONGEST = timedelta(days=90)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,254}")
_MOST_SHARES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Said by `author` for a `reason`, and true from `since` until `until`: it always ends.

    It names either a `deployment` that waits without traffic, or the `traffic` (per cent by
    deployment, empty for none at all) that the endpoint is to have. Once `withdrawn` it holds no
    more, and stays known for a while with who took it back and why.
    """

    id: str
    author: str
    reason: str
    since: datetime
    until: datetime
    deployment: str | None = None
    traffic: dict[str, float] | None = None
    withdrawn: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_because: str | None = None

    @property
    def end(self) -> datetime:
        """When it ceases to hold: as was said, or earlier when it was taken back."""
        return self.until if self.withdrawn is None else min(self.until, self.withdrawn)

    def holds(self, at: datetime) -> bool:
        """Whether it is in force."""
        return self.since <= at < self.end

    def held_between(self, start: datetime, end: datetime) -> bool:
        """Whether it was in force at some moment of [start, end]."""
        return self.since <= end and start < self.end

    def share_of(self, deployment: str) -> float | None:
        """The per cent it means a deployment to have; None when it does not speak of it."""
        if self.deployment is not None:
            return 0.0 if self.deployment == deployment else None
        if self.traffic is None or (self.traffic and any(self.traffic.values())):
            return (self.traffic or {}).get(deployment)
        return 0.0

    def told(self) -> str:
        """As a clause of a sentence: who, why, until when."""
        reason = self.reason.rstrip(".") or self.reason
        return f"{self.author} says until {spell_time(self.until)}: {reason}"


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
    author, reason = signed(author=author, reason=reason)
    if not since < until:
        raise InvalidData("until is not after since; name a later end.")
    if until - min(since, now) > LONGEST:
        raise InvalidData(f"until is more than {LONGEST.days} days away; say it again then.")
    if until <= now:
        raise InvalidData("until is over already; name a later end.")
    if (deployment is None) == (traffic is None):
        raise InvalidData("Name either a deployment that stands by or the traffic to come.")
    if deployment is not None:
        _check_name("deployment", deployment)
    if traffic is not None:
        traffic = _shares(traffic)
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
    author, reason = signed(author=author, reason=reason)
    said = {"intent": intent, "author": author, "reason": reason}
    return Event(
        id=f"withdrawn-{intent}",
        source=SOURCE,
        type=EventType.INTENT_WITHDRAWN,
        subject=f"endpoint/{endpoint}",
        time=now,
        data=said,
    )


def intent_from_outside(event: Event) -> Event:
    """An event of either kind that somebody else made, made again by the rules of those made here.

    Its id, source and time stay; the intent's own id is never taken from outside, so that nobody
    replaces what another said. Raises InvalidData naming what cannot be meant.
    """
    kind, _, endpoint = event.subject.partition("/")
    if kind != "endpoint":
        raise InvalidData(f"subject is {event.subject[:80]!r}; write endpoint/ and its name.")
    data = event.data
    author, reason = _told(data, "author"), _told(data, "reason")
    if event.type is EventType.INTENT_WITHDRAWN:
        made = intent_withdrawn(
            endpoint, _told(data, "intent"), author=author, reason=reason, now=event.time
        )
    else:
        deployment, traffic = data.get("deployment"), data.get("traffic")
        made = intent_declared(
            endpoint,
            author=author,
            reason=reason,
            since=_time(data, "since") if data.get("since") is not None else event.time,
            until=_time(data, "until"),
            deployment=None if deployment is None else _told(data, "deployment"),
            traffic=None if traffic is None else _told_shares(traffic),
            now=event.time,
        )
    return replace(event, data=made.data)


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


def _told(data: Mapping[str, Any], field: str) -> str:
    value = data.get(field)
    if not isinstance(value, str):
        raise InvalidData(f"{field} is {str(value)[:80]!r}; write it as text.")
    return value


def _time(data: Mapping[str, Any], field: str) -> datetime:
    try:
        return parse_time(_told(data, field))
    except (ValueError, OverflowError) as problem:
        raise InvalidData(
            f"{field} is {str(data[field])[:80]!r}; write an ISO 8601 time such as "
            "2026-02-06T18:00Z."
        ) from problem


def _told_shares(traffic: object) -> dict[str, float]:
    if not isinstance(traffic, Mapping):
        raise InvalidData(f"traffic is {str(traffic)[:80]!r}; write an object of numbers.")
    for name, share in traffic.items():
        if isinstance(share, bool) or not isinstance(share, int | float):
            raise InvalidData(f"traffic of {name[:80]} is {str(share)[:80]!r}; give per cent.")
    return dict(traffic)


def _check_name(field: str, value: str) -> None:
    if not _NAME.fullmatch(value):
        raise InvalidData(
            f"{field} is {value[:80]!r}; write letters, digits, hyphens and underscores."
        )


def _shares(traffic: Mapping[str, float]) -> dict[str, float]:
    if len(traffic) > _MOST_SHARES:
        raise InvalidData(f"traffic names more than {_MOST_SHARES} deployments; name fewer.")
    for name, share in traffic.items():
        _check_name("deployment", name)
        if not 0 <= share <= 100:
            told = str(share)[:40]
            raise InvalidData(f"traffic of {name} is {told}; give per cent from 0 to 100.")
    total = sum(traffic.values())
    if min(abs(total), abs(total - 100.0)) > 0.01:
        raise InvalidData(f"traffic sums to {total:g} %; Azure takes 0 or 100.")
    return {name: float(share) for name, share in traffic.items()}
