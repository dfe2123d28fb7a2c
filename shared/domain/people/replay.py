"""What is said of replays: that one is asked for, has come further, is stopped, or goes on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.canonical import content_hash, format_time, parse_time, to_plain
from shared.domain.event import Event, EventType
from shared.domain.people.signed import signed
from shared.domain.replay import By, Of, Selection
from shared.errors import InvalidData

SOURCE = "driftgate/replay"
SUBJECT = "replay/"
SLOWEST, USUAL, FASTEST = 1, 60, 6000
"""Events a minute."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_LISTS = ("types", "sources", "vias", "events", "verdicts")
_TEXTS = ("model", "endpoint", "subject", "correlation", "where")


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """What one step did: events told, skipped since they are decided, refused since unreadable."""

    told: int = 0
    skipped: int = 0
    refused: int = 0
    cursor: str | None = None
    done: bool = False


def replay_asked(
    name: str,
    selection: Selection,
    *,
    again: bool,
    rate: float,
    expected: int | None,
    author: str,
    reason: str,
    now: datetime,
) -> Event:
    """The event of asking for it; a name is asked for once. Raises InvalidData."""
    if not _NAME.fullmatch(name):
        raise InvalidData(
            f"name is {name[:80]!r}; give up to 60 of a-z, 0-9 and -, as lost-events-of-may."
        )
    if selection.of is not Of.ARCHIVE:
        raise InvalidData(
            "Only what came in can be told again; leave out --of chains. Looks of timers come by "
            "themselves."
        )
    if not SLOWEST <= rate <= FASTEST:
        raise InvalidData(f"rate is {rate:g} events a minute; give {SLOWEST} to {FASTEST}.")
    author, reason = signed(author=author, reason=reason)
    asked = {
        "replay": name,
        "selection": to_plain(selection),
        "again": again,
        "rate": rate,
        "expected": expected,
        "author": author,
        "reason": reason,
    }
    return _event(EventType.REPLAY_ASKED, name, f"asked-{name}", asked, now)


def replay_advanced(name: str, step: int, advance: Advance, now: datetime) -> Event:
    """The event of having taken a step; however often it is taken, it is one."""
    told = to_plain(advance)
    data = {"step": step, **(told if isinstance(told, dict) else {})}
    return _event(EventType.REPLAY_ADVANCED, name, f"advanced-{name}-{step}", data, now)


def replay_failed(name: str, step: int, sentence: str, now: datetime) -> Event:
    """The event of a step that cannot be taken."""
    failed = {"step": step, "failed": sentence[:1000]}
    return _event(EventType.REPLAY_STOPPED, name, f"failed-{name}-{step}", failed, now)


def replay_stopped(name: str, *, author: str, reason: str, now: datetime) -> Event:
    """The event of stopping it. Raises InvalidData."""
    return _said(EventType.REPLAY_STOPPED, name, author, reason, now)


def replay_resumed(name: str, *, author: str, reason: str, now: datetime) -> Event:
    """The event of letting it go on. Raises InvalidData."""
    return _said(EventType.REPLAY_RESUMED, name, author, reason, now)


def selection_from(plain: Mapping[str, Any]) -> Selection:
    """Read back what `replay_asked` wrote. Raises KeyError and ValueError."""
    fields: dict[str, Any] = {name: plain[name] for name in _TEXTS}
    for name in ("since", "until"):
        fields[name] = None if plain[name] is None else parse_time(plain[name])
    for name in _LISTS:
        fields[name] = tuple(str(one) for one in plain[name])
    return Selection(of=Of(plain["of"]), by=By(plain["by"]), **fields)


def _said(kind: EventType, name: str, author: str, reason: str, now: datetime) -> Event:
    author, reason = signed(author=author, reason=reason)
    identity = content_hash([kind.value, name, author, reason, format_time(now)])[:12]
    data = {"author": author, "reason": reason}
    return _event(kind, name, f"said-{identity}", data, now)


def _event(
    kind: EventType, name: str, identity: str, data: Mapping[str, Any], now: datetime
) -> Event:
    return Event(
        id=identity,
        source=SOURCE,
        type=kind,
        subject=f"{SUBJECT}{name}",
        time=now,
        data=data,
        correlation_id=name,
    )
