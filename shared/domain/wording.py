"""Numbers and durations as people read them."""

from datetime import datetime, timedelta, tzinfo

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def spell_duration(duration: timedelta) -> str:
    """A duration in its largest fitting units.

    >>> spell_duration(timedelta(minutes=30)), spell_duration(timedelta(hours=49))
    ('30 min', '2 d 1 h')
    """
    minutes = round(duration.total_seconds() / 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    spelled = [f"{count} {unit}" for count, unit in parts if count]
    return " ".join(spelled[:2]) or "less than a minute"


def spell_number(value: float | None) -> str:
    """A number with four significant digits and no needless zeros.

    >>> spell_number(0.912345), spell_number(50000.0), spell_number(None)
    ('0.9123', '50 000', 'unknown')
    """
    if value is None:
        return "unknown"
    if abs(value) < 10_000 or abs(value) >= 1e15:
        return f"{value:.4g}"
    return f"{value:,.0f}".replace(",", " ")


def spell_bytes(size: float) -> str:
    """Bytes in the largest unit of a thousand that leaves one or more.

    >>> spell_bytes(0), spell_bytes(1_234_567), spell_bytes(3.2e12)
    ('0 bytes', '1.2 MB', '3.2 TB')
    """
    units = ("bytes", "KB", "MB", "GB", "TB", "PB")
    place = 0
    while size >= 1000 and place < len(units) - 1:
        size, place = size / 1000, place + 1
    return f"{size:.0f} bytes" if place == 0 else f"{size:.1f} {units[place]}"


def spell_seconds(seconds: float) -> str:
    """A time that may be short: below two minutes in seconds.

    >>> spell_seconds(0.2), spell_seconds(90), spell_seconds(7200)
    ('1 s', '90 s', '2 h')
    """
    if seconds < 120:
        return f"{max(1, round(seconds))} s"
    return spell_duration(timedelta(seconds=seconds))


def spell_count(count: int, thing: str) -> str:
    """A number with its noun.

    >>> spell_count(1, "event"), spell_count(2, "event"), spell_count(0, "event")
    ('1 event', '2 events', '0 events')
    """
    return f"{count} {thing}{'' if count == 1 else 's'}"


def spell_time(time: datetime) -> str:
    """A time to the minute, with its zone.

    >>> from datetime import UTC
    >>> spell_time(datetime(2026, 2, 3, 10, 15, 30, tzinfo=UTC))
    '2026-02-03 10:15 UTC'
    """
    return time.strftime("%Y-%m-%d %H:%M UTC")


def spell_moment(time: datetime) -> str:
    """A time as people speak of it, with its day of the week.

    >>> from datetime import UTC
    >>> spell_moment(datetime(2026, 2, 3, 14, 0, tzinfo=UTC))
    'Tuesday 2026-02-03 14:00 UTC'
    """
    return f"{_DAYS[time.weekday()]} {spell_time(time)}"


def spell_there(time: datetime, zone: tzinfo, name: str) -> str:
    """A time as the clocks of another zone show it.

    >>> from datetime import UTC
    >>> from zoneinfo import ZoneInfo
    >>> spell_there(datetime(2026, 2, 3, 14, 0, tzinfo=UTC), ZoneInfo("Asia/Tokyo"), "Asia/Tokyo")
    'Tuesday 2026-02-03 23:00 Asia/Tokyo'
    """
    there = time.astimezone(zone)
    return f"{_DAYS[there.weekday()]} {there:%Y-%m-%d %H:%M} {name}"


def spell_list(items: list[str], most: int = 5) -> str:
    """Names in a row, cut after `most` with how many more there are.

    >>> spell_list(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most} more"
    return ", ".join(items)


def one_line(text: str, most: int) -> str:
    r"""Somebody else's text as one line: blanks joined, what cannot be printed left out, cut.

    >>> one_line("waits\n for\u202e the\x07 auditors ", 80), one_line("abcdef", 4)
    ('waits for the auditors', 'abc…')
    """
    line = " ".join(text.split())
    if not line.isprintable():
        line = "".join(letter for letter in line if letter.isprintable())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def begin(text: str) -> str:
    """As a sentence begins: with a capital, unless it begins with a name, which stays as it is.

    >>> begin("every gate passed"), begin("churn:7 is gone"), begin("ben@example.org said no")
    ('Every gate passed', 'churn:7 is gone', 'ben@example.org said no')
    """
    first = text.partition(" ")[0]
    return text if set("@:/") & set(first.rstrip(":")) else text[:1].upper() + text[1:]
