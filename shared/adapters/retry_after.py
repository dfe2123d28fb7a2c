"""How long a service asks to wait, in whichever of two ways it says so."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 3600.0
_BUSY = frozenset({429, 503})
_MILLISECONDS = ("retry-after-ms", "x-ms-retry-after-ms")
_SECONDS = re.compile(r"\d{1,12}(\.\d{1,6})?")


def seconds_of(value: str | None, now: datetime) -> float | None:
    """The seconds that a `Retry-After` asks for, at most an hour; None where it makes no sense.

    A longer wait is asked for again when the hour is over.

    >>> now = datetime(2026, 2, 3, 12, tzinfo=UTC)
    >>> seconds_of("30", now), seconds_of("Tue, 03 Feb 2026 12:01:00 GMT", now)
    (30.0, 60.0)
    >>> seconds_of("-1", now), seconds_of("soon", now), seconds_of("999999999", now)
    (None, None, 3600.0)
    """
    text = (value or "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), LONGEST)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), LONGEST)


def wait_of(status: int, headers: Mapping[str, str]) -> float | None:
    """How many seconds a busy host asks to be left alone, None where it does not.

    >>> wait_of(429, {"retry-after": "30"}), wait_of(503, {"x-ms-retry-after-ms": "1500"})
    (30.0, 1.5)
    >>> wait_of(429, {}), wait_of(200, {"retry-after": "30"})
    (None, None)
    """
    if status not in _BUSY:
        return None
    told = {name.lower(): value for name, value in headers.items()}
    now = datetime.now(UTC)
    for name in _MILLISECONDS:
        milliseconds = seconds_of(told.get(name), now)
        if milliseconds is not None:
            return milliseconds / 1000
    return seconds_of(told.get("retry-after"), now)
