"""When the timers fire: the schedule expressions of Azure Functions, and their defaults.

`{second} {minute} {hour} {day} {month} {day of week}`, in UTC, all six of which have to match.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from shared.environment import PREFIX, InvalidSetting

SCHEDULES = {
    "DRIFT": "0 5 * * * *",
    "KPI": "0 10 * * * *",
    "COLLECTION": "0 35 * * * *",
    "ROUTING": "0 */10 * * * *",
    "HEALTH": "0 4-59/10 * * * *",
    "BATCH": "0 25 * * * *",
    "PROMOTION": "0 1-59/5 * * * *",
    "ALERTS": "0 3-59/5 * * * *",
    "RETRAINING": "0 6-59/10 * * * *",
    "PROFILING": "0 8-59/10 * * * *",
    "RECONCILE": "0 */15 * * * *",
    "SWEEP": "30 * * * * *",
    "HEARTBEAT": "0 2-59/15 * * * *",
    "RETENTION": "0 20 2 * * *",
}
"""What `DRIFTGATE_<name>_SCHEDULE` is where nobody set it."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[str, int, int, Mapping[str, int]], ...] = (
    ("second", 0, 59, {}),
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, start=1)}),
    ("day of week", 0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_FARTHEST = 8 * 366
"""Days until the next 29th of February at most, with a century that has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The seconds, minutes and so on at which a timer fires, each ascending."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an expression such as `0 */10 * * * *`. Raises InvalidSetting naming its part."""
        parts = text.split()
        if len(parts) != len(_FIELDS):
            raise InvalidSetting(
                f"The schedule {text[:80]!r} has {len(parts)} parts; write six: second, minute, "
                "hour, day, month, day of week."
            )
        values = [
            _values(part.casefold(), name, first, last, words)
            for part, (name, first, last, words) in zip(parts, _FIELDS, strict=True)
        ]
        return cls(
            **dict(
                zip(
                    ("seconds", "minutes", "hours", "days", "months", "weekdays"),
                    values,
                    strict=True,
                )
            )
        )

    def after(self, moment: datetime) -> datetime:
        """The first time later than `moment`.

        >>> Schedule.parse("0 */10 * * * *").after(datetime(2026, 2, 3, 0, 10, tzinfo=UTC))
        datetime.datetime(2026, 2, 3, 0, 20, tzinfo=datetime.timezone.utc)

        Raises InvalidSetting when no such day ever comes.
        """
        earliest = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        day, begins = earliest.date(), earliest.time()
        for _ in range(_FARTHEST):
            found = self._from(begins) if self._on(day) else None
            if found is not None:
                return datetime.combine(day, found, UTC)
            day, begins = day + timedelta(days=1), time()
        raise InvalidSetting("The schedule names a day that never comes, such as 30 February.")

    def _on(self, day: date) -> bool:
        return (
            day.month in self.months
            and day.day in self.days
            and day.isoweekday() % 7 in self.weekdays
        )

    def _from(self, begins: time) -> time | None:
        at = (begins.hour, begins.minute, begins.second)
        for hour in self.hours:
            if hour < at[0]:
                continue
            for minute in self.minutes:
                if (hour, minute) < at[:2]:
                    continue
                for second in self.seconds:
                    if (hour, minute, second) >= at:
                        return time(hour, minute, second)
        return None


def schedules(environment: Mapping[str, str]) -> dict[str, Schedule]:
    """Every timer's schedule by its name. Raises InvalidSetting naming the variable."""
    read = {}
    for name, default in SCHEDULES.items():
        variable = f"{PREFIX}{name}_SCHEDULE"
        try:
            read[name] = Schedule.parse(environment.get(variable) or default)
        except InvalidSetting as problem:
            raise InvalidSetting(f"{variable}: {problem}") from problem
    return read


def period(schedule: Schedule, moment: datetime) -> timedelta:
    """How long it is from one time to the next, as it goes about then."""
    first = schedule.after(moment)
    return schedule.after(first) - first


def _values(
    part: str, name: str, first: int, last: int, words: Mapping[str, int]
) -> tuple[int, ...]:
    found: set[int] = set()
    for item in part.split(","):
        span, slash, step = item.partition("/")
        low, dash, high = span.partition("-")
        try:
            if span == "*":
                begin, end = first, last
            else:
                begin = _number(low, words)
                end = _number(high, words) if dash else (last if slash else begin)
            width = int(step) if slash else 1
        except ValueError as problem:
            raise InvalidSetting(f"The {name} {part[:40]!r} cannot be read.") from problem
        if not first <= begin <= end <= last or width < 1:
            raise InvalidSetting(
                f"The {name} {part[:40]!r} is out of range; it goes from {first} to {last}."
            )
        found.update(range(begin, end + 1, width))
    return tuple(sorted(found))


def _number(text: str, words: Mapping[str, int]) -> int:
    return words[text[:3]] if text[:3] in words else int(text)
