"""Azure Monitor's metrics of a region: `metrics:getBatch`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.integration.loopback.server import Answer, Request, Router, refusal

ENDPOINTS = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints"
DEPLOYMENTS = f"{ENDPOINTS}/deployments"
PERCENTILES = [f"RequestLatency_P{n}" for n in (50, 90, 95, 99)]
DIMENSIONS = {
    ENDPOINTS: {
        "RequestsPerMinute": {"deployment", "statusCode", "statusCodeClass", "modelStatusCode"},
        **{name: {"deployment"} for name in ["RequestLatency", *PERCENTILES]},
    },
    DEPLOYMENTS: {
        "CpuUtilizationPercentage": {"instanceId"},
        "CpuMemoryUtilizationPercentage": {"instanceId"},
        "DiskUtilization": {"instanceId", "disk"},
        "GpuUtilizationPercentage": {"instanceId"},
        "DeploymentCapacity": {"instanceId", "State"},
    },
}
SUMMED = {"RequestsPerMinute", "DeploymentCapacity"}
MOST_RESOURCES = 50
UNASKED_SERIES = 10
Minutes = Mapping[datetime, float]


@dataclass
class MetricSeries:
    """What is measured: by resource id in lower case and metric, series with their dimensions.

    `requests` is a short way for answers that were all good, by resource and deployment.
    """

    requests: dict[str, dict[str, dict[datetime, float]]] = field(default_factory=dict)
    measured: dict[tuple[str, str], list[tuple[dict[str, str], Minutes]]] = field(
        default_factory=dict
    )

    def put(self, resource: str, metric: str, minutes: Minutes, **dimensions: str) -> None:
        """One more series."""
        self.measured.setdefault((resource.lower(), metric), []).append((dimensions, minutes))

    def of(self, resource: str, metric: str) -> list[tuple[dict[str, str], Minutes]]:
        """Every series of a metric."""
        good = {"statusCode": "200", "modelStatusCode": "200"}
        short = self.requests.get(resource.lower(), {}) if metric == "RequestsPerMinute" else {}
        return [
            *(({"deployment": name, **good}, minutes) for name, minutes in short.items()),
            *self.measured.get((resource.lower(), metric), []),
        ]


def serve_metrics(router: Router) -> MetricSeries:
    """Metrics as they are defined; a filter names dimensions that each metric has."""
    series = MetricSeries()

    def batch(request: Request) -> Answer:
        query = request.query
        if query.get("api-version") != "2024-02-01":
            return refusal(400, "BadRequest", f"No api-version {query.get('api-version')}.")
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return refusal(401, "Unauthorized", "No token.")
        known = DIMENSIONS.get(query["metricnamespace"], {})
        names = query["metricnames"].split(",")
        split = re.findall(r"(\w+) eq '\*'", query.get("filter", ""))
        for name in names:
            if name not in known:
                return refusal(400, "BadRequest", f"Failed to find metric {name}.")
            if not set(split) <= known[name]:
                return refusal(400, "BadRequest", f"{name} has not all of {split}.")
        if query["interval"] != "PT1M":
            return refusal(400, "BadRequest", "The metrics are of minutes.")
        resources = request.json()["resourceids"]
        if len(resources) > MOST_RESOURCES:
            return refusal(400, "BadRequest", "At most 50 resources.")
        values = [_of_resource(series, resource, names, split, query) for resource in resources]
        return Answer(body={"values": values[::-1]})

    router.add("POST", "/subscriptions/{subscription}/metrics:getBatch", batch)
    return series


def _of_resource(
    series: MetricSeries,
    resource: str,
    names: list[str],
    split: list[str],
    query: Mapping[str, str],
) -> dict[str, Any]:
    return {
        "starttime": query["starttime"],
        "endtime": query["endtime"],
        "interval": "PT1M",
        "namespace": query["metricnamespace"],
        "resourceregion": "westeurope",
        "resourceid": resource,
        "value": [
            {
                "id": f"{resource}/providers/Microsoft.Insights/metrics/{name}",
                "type": "Microsoft.Insights/metrics",
                "name": {"value": name, "localizedValue": name},
                "unit": "Count",
                "timeseries": _timeseries(series.of(resource, name), name, split, query),
            }
            for name in names
        ],
    }


def _timeseries(
    measured: list[tuple[dict[str, str], Minutes]],
    name: str,
    split: list[str],
    query: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Rolled up to the dimensions that are split by; their names come back in lower case."""
    start, end = (datetime.fromisoformat(query[key]) for key in ("starttime", "endtime"))
    groups: dict[tuple[str, ...], dict[datetime, list[float]]] = {}
    for dimensions, minutes in measured:
        group = groups.setdefault(tuple(dimensions.get(d, "") for d in split), {})
        for time, value in minutes.items():
            if start <= time < end:
                group.setdefault(time, []).append(value)
    top = int(query.get("top", UNASKED_SERIES)) if split else 1
    return [
        {
            "metadatavalues": [
                {"name": {"value": dimension.lower()}, "value": value}
                for dimension, value in zip(split, key, strict=True)
            ],
            "data": _minutes(group, name, query["aggregation"].lower().split(","), start, end),
        }
        for key, group in list(groups.items())[:top]
    ]


def _minutes(
    group: Mapping[datetime, list[float]],
    name: str,
    aggregations: list[str],
    start: datetime,
    end: datetime,
) -> list[dict[str, Any]]:
    """An empty minute has no value, not a zero."""
    minutes = []
    at = start
    while at < end:
        point: dict[str, Any] = {"timeStamp": at.isoformat()}
        values = group.get(at)
        if values:
            total = sum(values)
            mean = total if name in SUMMED else total / len(values)
            known = {"average": mean, "maximum": max(values)}
            point |= {kind: known[kind] for kind in aggregations}
        minutes.append(point)
        at += timedelta(minutes=1)
    return minutes
