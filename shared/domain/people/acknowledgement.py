"""Acknowledgements as people say them: an alert is in hand until then, or no longer."""

import re
from datetime import datetime, timedelta
from typing import Any

from shared.domain.canonical import content_hash, format_time
from shared.domain.event import Event, EventType
from shared.domain.people.signed import signed
from shared.domain.wording import spell_duration
from shared.errors import InvalidData

SOURCE = "driftgate/acknowledgement"
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


def alert_acknowledged(
    scope: str,
    fingerprint: str,
    *,
    author: str,
    reason: str,
    until: datetime,
    longest: timedelta,
    now: datetime,
) -> Event:
    """The event of taking an alert of `alerts/<scope>` on. Raises InvalidData."""
    author, reason = signed(author=author, reason=reason)
    if until <= now:
        raise InvalidData("until is over already; name a later end.")
    if until - now > longest:
        raise InvalidData(f"until is more than {spell_duration(longest)} away; say it again then.")
    said = {"author": author, "reason": reason, "until": format_time(until)}
    return _event(EventType.ALERT_ACKNOWLEDGED, scope, fingerprint, said, now)


def acknowledgement_withdrawn(
    scope: str, fingerprint: str, *, author: str, reason: str, now: datetime
) -> Event:
    """The event of giving it back. Raises InvalidData."""
    author, reason = signed(author=author, reason=reason)
    said = {"author": author, "reason": reason}
    return _event(EventType.ACKNOWLEDGEMENT_WITHDRAWN, scope, fingerprint, said, now)


def _event(
    kind: EventType, scope: str, fingerprint: str, said: dict[str, Any], now: datetime
) -> Event:
    if not _FINGERPRINT.fullmatch(fingerprint):
        raise InvalidData(f"fingerprint is {fingerprint[:80]!r}; it has 16 of 0-9 and a-f.")
    data = {"fingerprint": fingerprint, **said}
    return Event(
        id=f"acknowledgement-{content_hash([kind, scope, data, format_time(now)])[:12]}",
        source=SOURCE,
        type=kind,
        subject=f"alerts/{scope}",
        time=now,
        data=data,
    )
