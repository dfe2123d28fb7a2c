"""What the types of gates cannot say: shares, durations of use, and calendars there can be."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from shared.domain.opening_hours import read_days, read_hours, read_zone
from shared.domain.policy import CalendarGate, Freeze, Gates, Hours
from shared.policies.recorded_checks import recorded_problems

_LEAST = timedelta(minutes=1)
MOST_LIMITS = 300
_LONGEST_FREEZE = timedelta(days=366)


def gate_problems(gates: Gates, at: str) -> Iterator[str]:
    """Each fault of the gates below the key `at`, as a sentence without its full stop."""
    yield from recorded_problems(gates, at)
    yield from _count_problems(gates, at)
    yield from _confidence_problems(gates, at)
    yield from _duration_problems(gates, at)
    yield from _limit_problems(gates, at)
    yield from _calendar_problems(gates.calendar, f"{at}.calendar")


def _count_problems(gates: Gates, at: str) -> Iterator[str]:
    """Each limit is a finding of its own, and a decision is one row of the ledger."""
    of_slices = len(gates.slices.bounds) + len(gates.slices.max_gap)
    count = len(gates.bounds()) + len(gates.champion.metrics) + of_slices
    if count > MOST_LIMITS:
        yield (
            f"{at} has {count} limits on metrics in `metrics`, `champion` and `slices`; keep the "
            f"{MOST_LIMITS} that matter most"
        )


def _confidence_problems(gates: Gates, at: str) -> Iterator[str]:
    confidences = {
        "latency": gates.latency.confidence,
        "errors": gates.errors.confidence,
        "canary": gates.canary.confidence,
    }
    for name, confidence in confidences.items():
        if not 0.0 < confidence < 1.0:
            yield (
                f"{at}.{name}.confidence is {confidence:g}; give a number between 0 and 1, "
                "such as 0.95"
            )


def _duration_problems(gates: Gates, at: str) -> Iterator[str]:
    """A duration is above zero as it is read; some make no sense below a minute."""
    spans = {
        "interval": gates.interval,
        "patience": gates.patience,
        "latency.window": gates.latency.window,
        "errors.window": gates.errors.window,
        "drift.window": gates.drift.window,
        "canary.window": gates.canary.window,
        "canary.every": gates.canary.every,
    }
    for name, span in spans.items():
        if span < _LEAST:
            yield f"{at}.{name} is below a minute; give 1m, 1h or the like"
    if gates.canary.window < gates.canary.every:
        yield f"{at}.canary.window is shorter than a bucket; give as long as `every` or longer"


def _limit_problems(gates: Gates, at: str) -> Iterator[str]:
    above_zero = {
        "latency.max_ms": gates.latency.max_ms,
        "drift.limit": gates.drift.limit,
        "canary.latency": gates.canary.latency,
    }
    for name, limit in above_zero.items():
        if limit is not None and not limit > 0.0:
            yield f"{at}.{name} is {limit:g}; give a number above 0"
    shares = {"errors.max_rate": gates.errors.max_rate, "canary.errors": gates.canary.errors}
    for name, share in shares.items():
        if share is not None and not 0.0 < share < 1.0:
            yield f"{at}.{name} is {share:g}; give a share between 0 and 1, such as 0.01"
    if not 0.0 < gates.latency.percentile < 100.0:
        yield (
            f"{at}.latency.percentile is {gates.latency.percentile:g}; give per cent between 0 "
            "and 100"
        )
    counts = {
        "routing.min_requests": (gates.routing.min_requests, 0),
        "canary.looks": (gates.canary.looks, 1),
        "budget.most_open": (gates.budget.most_open, 1),
    }
    for name, (count, least) in counts.items():
        if count < least:
            yield f"{at}.{name} is {count}; give {least} or more"


def _calendar_problems(calendar: CalendarGate, at: str) -> Iterator[str]:
    yield from hours_problems(calendar, at)
    yield from freeze_problems(calendar.freezes, f"{at}.freezes")


def hours_problems(hours: CalendarGate | Hours, at: str) -> Iterator[str]:
    """Days, hours and a zone that cannot be read, below the key `at`."""
    readings: list[tuple[str, Callable[[], object]]] = [
        ("days", lambda: read_days(hours.days)),
        ("hours", lambda: read_hours(hours.hours)),
        ("zone", lambda: read_zone(hours.zone)),
    ]
    for name, read in readings:
        try:
            read()
        except ValueError as problem:
            yield f"{at}.{name} is {problem}"


def freeze_problems(freezes: Sequence[Freeze], at: str) -> Iterator[str]:
    """Each span that can be none, below the key `at`."""
    for number, freeze in enumerate(freezes):
        if not freeze.start < freeze.end:
            yield f"{at}[{number}].end is not after start; name a later end"
        elif freeze.end - freeze.start > _LONGEST_FREEZE:
            yield f"{at}[{number}] is longer than a year; name an earlier end"
        if not freeze.reason.strip():
            yield f"{at}[{number}].reason is empty; whoever waits will want to know"
