"""What an endpoint's metrics say of its answers, bucket by bucket: minutes added up."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.adapters.azure.metric_answers import (
    LATENCIES,
    MEAN_LATENCY,
    Minutes,
    add,
    levels_of,
    rates_of,
    weighted,
)
from shared.domain.blame import ERRORS, Blame
from shared.domain.world import AnswerBucket

if TYPE_CHECKING:
    from azure.monitor.querymetrics import MetricsQueryResult


def buckets_of(
    requests: "MetricsQueryResult",
    latencies: "MetricsQueryResult",
    starts: Sequence[datetime],
    every: timedelta,
    deployments: Iterable[str],
) -> dict[str, Sequence[AnswerBucket]] | None:
    """Buckets by deployment; None when not one minute of the endpoint has a value.

    Percentiles are averages of those of each minute, by its requests. Slow answers are not counted.
    """
    rates, levels = rates_of(requests), levels_of(latencies)
    if not rates:
        return None
    return {
        name: [
            _bucket(start, start + every, rates.get(name, {}), levels.get(name, {}))
            for start in starts
        ]
        for name in deployments
    }


def _bucket(
    start: datetime,
    end: datetime,
    rates: Mapping[Blame, Minutes],
    levels: Mapping[str, Minutes],
) -> AnswerBucket:
    all_of_it: Minutes = {}
    failed = 0.0
    for whose, minutes in rates.items():
        inside = _between(minutes, start, end)
        add(all_of_it, inside)
        failed += sum(inside.values()) if whose in ERRORS else 0.0
    requests = round(sum(all_of_it.values()))
    mean = _between(levels.get(MEAN_LATENCY, {}), start, end)
    percentiles = {
        percentile: level
        for metric, percentile in LATENCIES.items()
        if (level := weighted(_between(levels.get(metric, {}), start, end), all_of_it)) is not None
    }
    return AnswerBucket(
        time=start,
        requests=requests,
        errors=min(round(failed), requests),
        timed=round(sum(all_of_it.get(time, 0.0) for time in mean)),
        mean=weighted(mean, all_of_it),
        latency=percentiles,
    )


def _between(minutes: Minutes, start: datetime, end: datetime) -> Minutes:
    return {time: value for time, value in minutes.items() if start <= time < end}
