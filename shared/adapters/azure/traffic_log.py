"""What is asked of the traffic log of online endpoints, and how its rows are read."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.adapters.azure.answers import number
from shared.domain.world import AnswerBucket, Served

REQUESTS = """AmlOnlineEndpointTrafficLog
| where TimeGenerated >= todatetime(parameters.since)
| where TimeGenerated < todatetime(parameters.end)
| where EndpointName =~ tostring(parameters.endpoint)
| summarize requests = countif(TimeGenerated >= todatetime(parameters.start)) by DeploymentName
"""
_BLAMED = """AmlOnlineEndpointTrafficLog
| where TimeGenerated >= todatetime(parameters.start)
| where TimeGenerated < todatetime(parameters.end)
| where EndpointName =~ tostring(parameters.endpoint)
| extend answered = toint(ResponseCode), own = toint(ModelStatusCode)
| extend blame = case(
    answered == 429 or (answered == 424 and own == 429), "load",
    own >= 500, "model",
    answered == 408 or answered == 504, "time",
    answered == 424 and (isnull(own) or own == 0), "platform",
    answered == 424 and own >= 400, "caller",
    answered == 424 or answered == 502, "model",
    answered >= 500, "platform",
    answered >= 400, "caller",
    "nobody")
| extend failed = blame == "model" or blame == "time" or blame == "platform"
"""
"""Every answer, and whose fault it was, as `shared.domain.blame` says it."""
SERVED = (
    _BLAMED
    + """| summarize
    requests = count(),
    errors = countif(failed),
    by_model = countif(blame == "model"),
    timed_out = countif(blame == "time"),
    throttled = countif(blame == "load"),
    refused = countif(blame == "caller"),
    slow = countif(TotalDurationMs > todouble(parameters.slow_ms)),
    p50 = percentile(TotalDurationMs, 50),
    p90 = percentile(TotalDurationMs, 90),
    p95 = percentile(TotalDurationMs, 95),
    p99 = percentile(TotalDurationMs, 99),
    first_error = min(iff(failed, TimeGenerated, datetime(null))),
    last_error = max(iff(failed, TimeGenerated, datetime(null)))
    by DeploymentName
"""
)
ANSWERS = (
    _BLAMED
    + """| extend second = datetime_diff("second", TimeGenerated, todatetime(parameters.start))
| summarize
    requests = count(),
    errors = countif(failed),
    timed = countif(isnotnull(TotalDurationMs)),
    slow = countif(TotalDurationMs > todouble(parameters.slow_ms)),
    mean = avg(TotalDurationMs),
    p50 = percentile(TotalDurationMs, 50),
    p90 = percentile(TotalDurationMs, 90),
    p95 = percentile(TotalDurationMs, 95),
    p99 = percentile(TotalDurationMs, 99)
    by DeploymentName, bucket = second / toint(parameters.every)
"""
)
_PERCENTILES = (50, 90, 95, 99)


def served_of(row: Mapping[str, Any], *, counts_slow: bool) -> Served:
    """A row of `SERVED`."""
    return Served(
        requests=int(row["requests"]),
        errors=int(row["errors"]),
        by_model=int(row["by_model"]),
        timed_out=int(row["timed_out"]),
        throttled=int(row["throttled"]),
        refused=int(row["refused"]),
        slow=int(row["slow"]) if counts_slow else None,
        latency=_latency(row),
        first_error=row["first_error"],
        last_error=row["last_error"],
    )


def buckets_of(
    rows: Iterable[Mapping[str, Any]], start: datetime, every: timedelta, *, counts_slow: bool
) -> dict[tuple[str, datetime], AnswerBucket]:
    """Rows of `ANSWERS` by deployment and time; a bucket without an answer has no row."""
    found = {}
    for row in rows:
        time, timed = start + int(row["bucket"]) * every, int(row["timed"])
        found[str(row["DeploymentName"]), time] = AnswerBucket(
            time=time,
            requests=int(row["requests"]),
            errors=int(row["errors"]),
            timed=timed,
            mean=number(row["mean"]),
            latency=_latency(row),
            slow=int(row["slow"]) if counts_slow and timed else None,
        )
    return found


def _latency(row: Mapping[str, Any]) -> dict[int, float]:
    levels = {percentile: number(row[f"p{percentile}"]) for percentile in _PERCENTILES}
    return {percentile: level for percentile, level in levels.items() if level is not None}
