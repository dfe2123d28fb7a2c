"""Azure Monitor's metrics of a region: `metrics:getBatch`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.integration.loopback.server import Answer, Request, Router, refusal


@dataclass
class MetricSeries:
    """Requests a minute by resource id in lower case, deployment and minute."""

    requests: dict[str, dict[str, dict[datetime, float]]] = field(default_factory=dict)


def serve_metrics(router: Router) -> MetricSeries:
    """One metric, `RequestsPerMinute` by deployment; an empty minute has no value."""
    series = MetricSeries()

    def batch(request: Request) -> Answer:
        query = request.query
        if query.get("api-version") != "2024-02-01":
            return refusal(400, "BadRequest", f"No api-version {query.get('api-version')}.")
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return refusal(401, "Unauthorized", "No token.")
        if query["metricnames"] != "RequestsPerMinute" or query["interval"] != "PT1M":
            return refusal(400, "BadRequest", "The stub knows requests a minute only.")
        if query.get("filter") != "deployment eq '*'":
            return refusal(400, "BadRequest", "Without the filter there are no dimensions.")
        start, end = (datetime.fromisoformat(query[name]) for name in ("starttime", "endtime"))
        values = [
            _values(series, resource, start, end) for resource in request.json()["resourceids"]
        ]
        return Answer(body={"values": values})

    router.add("POST", "/subscriptions/{subscription}/metrics:getBatch", batch)
    return series


def _values(series: MetricSeries, resource: str, start: datetime, end: datetime) -> dict[str, Any]:
    found = series.requests.get(resource.lower(), {})
    return {
        "starttime": start.isoformat(),
        "endtime": end.isoformat(),
        "interval": "PT1M",
        "namespace": "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
        "resourceregion": "westeurope",
        "resourceid": resource,
        "value": [
            {
                "id": f"{resource}/providers/Microsoft.Insights/metrics/RequestsPerMinute",
                "type": "Microsoft.Insights/metrics",
                "name": {"value": "RequestsPerMinute", "localizedValue": "Requests"},
                "unit": "Count",
                "timeseries": [
                    {
                        "metadatavalues": [{"name": {"value": "deployment"}, "value": deployment}],
                        "data": _minutes(rates, start, end),
                    }
                    for deployment, rates in found.items()
                ],
            }
        ],
    }


def _minutes(rates: dict[datetime, float], start: datetime, end: datetime) -> list[dict[str, Any]]:
    minutes = []
    at = start
    while at < end:
        point: dict[str, Any] = {"timeStamp": at.isoformat()}
        if at in rates:
            point["average"] = rates[at]
        minutes.append(point)
        at += timedelta(minutes=1)
    return minutes
