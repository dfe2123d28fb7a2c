"""What an endpoint's metrics say of its answers, minute by minute, added up over a span."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from math import ceil, floor
from typing import TYPE_CHECKING

from shared.adapters.azure.answers import number
from shared.domain.blame import ERRORS, Blame, blame
from shared.domain.world import Served

if TYPE_CHECKING:
    from azure.monitor.querymetrics import MetricsQueryResult, TimeSeriesElement

REQUESTS = "RequestsPerMinute"
MEAN_LATENCY = "RequestLatency"
LATENCIES = {
    "RequestLatency_P50": 50,
    "RequestLatency_P90": 90,
    "RequestLatency_P95": 95,
    "RequestLatency_P99": 99,
}
Minutes = dict[datetime, float]


def dimension(series: "TimeSeriesElement", name: str) -> str:
    """The value of a dimension, whose name comes back in whatever case; empty without it."""
    wanted = name.casefold()
    return next((v or "" for k, v in series.metadata_values.items() if k.casefold() == wanted), "")


def averages(series: "TimeSeriesElement") -> Minutes:
    """The values of the minutes that have one."""
    return {p.timestamp: p.average for p in series.data if p.average is not None}


def served_of(
    requests: "MetricsQueryResult", latencies: "MetricsQueryResult", slow_ms: float | None
) -> dict[str, Served]:
    """Answers by deployment; empty when not one minute has a value.

    Status codes tell whose fault an answer was. How many were slow is only bounded: percentiles of
    a minute say between which shares of it the limit lies.
    """
    levels = levels_of(latencies)
    return {
        name: _served(whose, _percentiles(levels.get(name, {})), slow_ms)
        for name, whose in rates_of(requests).items()
    }


def rates_of(requests: "MetricsQueryResult") -> dict[str, dict[Blame, Minutes]]:
    """Requests a minute by deployment and by whose fault their answers were."""
    rates: dict[str, dict[Blame, Minutes]] = {}
    for metric in requests.metrics:
        for series in metric.timeseries:
            deployment, minutes = dimension(series, "deployment"), averages(series)
            if deployment and minutes:
                whose = blame(
                    _code(dimension(series, "statusCode")),
                    _code(dimension(series, "modelStatusCode")),
                )
                add(rates.setdefault(deployment, {}).setdefault(whose, {}), minutes)
    return rates


def levels_of(latencies: "MetricsQueryResult") -> dict[str, dict[str, Minutes]]:
    """Milliseconds by deployment and metric, minute by minute."""
    levels: dict[str, dict[str, Minutes]] = {}
    for metric in latencies.metrics:
        for series in metric.timeseries:
            by_metric = levels.setdefault(dimension(series, "deployment"), {})
            by_metric[metric.name] = averages(series)
    return levels


def _percentiles(levels: Mapping[str, Minutes]) -> dict[int, Minutes]:
    return {LATENCIES[name]: minutes for name, minutes in levels.items()}


def _code(value: str) -> int | None:
    read = number(value)
    return None if read is None else int(read)


def add(total: Minutes, minutes: Mapping[datetime, float]) -> None:
    """Add minutes to those that are there already."""
    for time, value in minutes.items():
        total[time] = total.get(time, 0.0) + value


def _served(
    rates: Mapping[Blame, Minutes], levels: Mapping[int, Minutes], slow_ms: float | None
) -> Served:
    counts = {whose: round(sum(minutes.values())) for whose, minutes in rates.items()}
    failed = [time for whose in ERRORS for time, rate in rates.get(whose, {}).items() if rate > 0]
    by_minute: Minutes = {}
    for minutes in rates.values():
        add(by_minute, minutes)
    requests = sum(counts.values())
    return Served(
        requests=requests,
        errors=sum(counts.get(whose, 0) for whose in ERRORS),
        by_model=counts.get(Blame.MODEL, 0),
        timed_out=counts.get(Blame.TIME, 0),
        throttled=counts.get(Blame.LOAD, 0),
        refused=counts.get(Blame.CALLER, 0),
        latency={
            percentile: average
            for percentile, minutes in sorted(levels.items())
            if (average := weighted(minutes, by_minute)) is not None
        },
        exact=False,
        slow_bounds=None if slow_ms is None else _slow(levels, by_minute, slow_ms, requests),
        first_error=min(failed, default=None),
        last_error=max(failed, default=None),
    )


def weighted(levels: Minutes, requests: Minutes) -> float | None:
    """The mean of a level over minutes, by the requests in each; None without any."""
    weighed = [(requests.get(time, 0.0), level) for time, level in levels.items()]
    total = sum(weight for weight, _ in weighed)
    return sum(weight * level for weight, level in weighed) / total if total else None


def _slow(
    levels: Mapping[int, Minutes], by_minute: Minutes, limit: float, requests: int
) -> tuple[int, int]:
    """The fewest and the most answers that can have been later than the limit."""
    least, most = 0.0, 0.0
    for time, rate in by_minute.items():
        known = {p: minutes[time] for p, minutes in levels.items() if time in minutes}
        low, high = slower(known.items(), limit)
        least, most = least + rate * low, most + rate * high
    return min(floor(least + 1e-9), requests), min(ceil(most - 1e-9), requests)


def slower(percentiles: Iterable[tuple[int, float]], limit: float) -> tuple[float, float]:
    """Between which shares of its answers a minute's percentiles let be later than the limit.

    >>> slower([(50, 40.0), (90, 80.0), (95, 120.0), (99, 300.0)], 100.0)
    (0.05, 0.1)
    >>> slower([], 100.0)
    (0.0, 1.0)
    """
    low, high = 0.0, 1.0
    for percentile, level in percentiles:
        beyond = (100 - percentile) / 100
        if level > limit:
            low = max(low, beyond)
        else:
            high = min(high, beyond)
    return low, high
