"""Durations as owners write them: 30m, 24h, 7d, or ISO 8601."""

import re
from datetime import timedelta

_SHORT = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d|w)")
_ISO = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_ISO_UNITS = ("weeks", "days", "hours", "minutes", "seconds")


def parse_duration(text: str) -> timedelta:
    """Read a duration.

    >>> parse_duration("30m"), parse_duration("7d"), parse_duration("PT1H30M")
    (datetime.timedelta(seconds=1800), datetime.timedelta(days=7), datetime.timedelta(seconds=5400))

    Raises ValueError for anything else, and for zero.
    """
    short = _SHORT.fullmatch(text.strip())
    if short is not None:
        duration = timedelta(**{_UNITS[short[2]]: float(short[1])})
    else:
        iso = _ISO.fullmatch(text.strip())
        if iso is None:
            raise ValueError(f"{text!r} is no duration; write 30m, 24h, 7d or PT30M")
        parts = zip(_ISO_UNITS, iso.groups(), strict=True)
        duration = timedelta(**{unit: int(count) for unit, count in parts if count})
    if duration <= timedelta():
        raise ValueError(f"{text!r} is no time at all; give a duration above zero")
    return duration


def write_duration(span: timedelta) -> str:
    """A duration as owners write it.

    >>> write_duration(timedelta(minutes=90)), write_duration(timedelta(days=14))
    ('90m', '14d')
    """
    seconds = int(span.total_seconds())
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
