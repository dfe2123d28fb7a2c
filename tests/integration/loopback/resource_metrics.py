"""Azure Monitor's metrics of any resource, aggregated as the service does, beside their regions."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any
from urllib.parse import unquote

from tests.integration.loopback.server import Answer, Request, Router, refusal

GRAINS = {
    "PT1M": timedelta(minutes=1),
    "PT5M": timedelta(minutes=5),
    "PT15M": timedelta(minutes=15),
    "PT30M": timedelta(minutes=30),
    "PT1H": timedelta(hours=1),
    "PT6H": timedelta(hours=6),
    "PT12H": timedelta(hours=12),
    "P1D": timedelta(days=1),
}
MADE = {"total": sum, "average": fmean, "count": len, "minimum": min, "maximum": max}
KEPT = timedelta(days=93)
_TERM = re.compile(r"(?P<name>[^']+?) eq '(?P<value>(?:[^']|'')*)'(?: and )?")
_Sample = tuple[datetime, float, dict[str, str]]


@dataclass
class ResourceMetricsService:
    """Samples by resource id, in lower case, and metric; `regions` by the same id.

    `now` bounds what is kept.
    """

    now: datetime
    samples: dict[str, dict[str, list[_Sample]]] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)
    namespaces: dict[str, str] = field(default_factory=dict)

    def resource(self, identity: str, region: str, namespace: str | None = None) -> None:
        """A resource there is."""
        self.regions[identity.lower()] = region
        self.samples.setdefault(identity.lower(), {})
        if namespace is not None:
            self.namespaces[identity.lower()] = namespace

    def report(
        self, identity: str, metric: str, time: datetime, value: float, **dimensions: str
    ) -> None:
        """One sample."""
        kept = self.samples.setdefault(identity.lower(), {}).setdefault(metric, [])
        kept.append((time, value, dimensions))


def serve_resource_metrics(
    router: Router, now: datetime, at: str = "/{region}/subscriptions/{subscription}"
) -> ResourceMetricsService:
    """Every resource's region by Azure Resource Manager, its metrics at the region's address."""
    service = ResourceMetricsService(now=now)

    def resources(request: Request) -> Answer:
        if request.query.get("api-version") != "2021-04-01":
            return refusal(400, "InvalidApiVersionParameter", "No such api-version.")
        terms = dict(_terms(request.query.get("$filter", "")))
        group = request.path.rpartition("/")[0].lower()
        wanted = f"{group}/providers/{terms['resourcetype']}/{terms['name']}".lower()
        found = [
            {"id": identity, "name": terms["name"], "location": region}
            for identity, region in service.regions.items()
            if identity == wanted
        ]
        return Answer(body={"value": found})

    def batch(request: Request) -> Answer:
        query = request.query
        if query.get("api-version") != "2024-02-01":
            return refusal(400, "BadRequest", f"No api-version {query.get('api-version')}.")
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return refusal(401, "Unauthorized", "No token.")
        if query.get("interval") not in GRAINS:
            return refusal(400, "BadRequest", f"Unsupported grain {query.get('interval')}.")
        start, end = (datetime.fromisoformat(query[name]) for name in ("starttime", "endtime"))
        if start < service.now - KEPT:
            return refusal(400, "BadRequest", f"{start} is out of the retention of 93 days.")
        if "top" in query and "filter" not in query:
            return refusal(400, "BadRequest", "top is only valid with a filter.")
        values = []
        for identity in request.json()["resourceids"]:
            region = service.regions.get(_root(identity))
            asked = request.parts.get("region", "")
            if region is None or asked not in {"", region.replace(" ", "").lower()}:
                return refusal(400, "BadRequest", f"{identity} is not in this region.")
            space = service.namespaces.get(identity.lower(), _type(identity))
            known = service.samples.get(identity.lower(), {})
            metric = query["metricnames"]
            if query["metricnamespace"].lower() != space.lower() or metric not in known:
                return refusal(
                    400,
                    "BadRequest",
                    f"Failed to find metric configuration for {space}, metric: {metric}.",
                )
            values.append(_values(known[metric], identity, metric, query, (start, end)))
        return Answer(body={"values": values})

    group = "/subscriptions/{subscription}/resourceGroups/{group}/resources"
    router.add("GET", group, resources)
    router.add("POST", f"{at}/metrics:getBatch", batch)
    return service


def _root(identity: str) -> str:
    return "/".join(identity.lower().split("/")[:9])


def _type(identity: str) -> str:
    parts = identity.split("/")[6:]
    return "/".join([parts[0], *parts[1::2]])


def _terms(text: str) -> list[tuple[str, str]]:
    """`a eq 'x' and b eq '*'` in pairs; quotes are doubled, brackets encoded twice."""
    terms, at = [], 0
    while at < len(text):
        term = _TERM.match(text, at)
        if term is None:
            raise ValueError(f"no filter: {text[at:]}")
        value = unquote(unquote(term["value"].replace("''", "'")))
        terms.append((unquote(unquote(term["name"])).lower(), value))
        at = term.end()
    return terms


def _values(
    samples: list[_Sample],
    identity: str,
    metric: str,
    query: Any,
    span: tuple[datetime, datetime],
) -> dict[str, Any]:
    grain, aggregation = GRAINS[query["interval"]], query["aggregation"].lower()
    terms = _terms(query.get("filter", ""))
    series: dict[tuple[str, ...], dict[datetime, list[float]]] = {}
    for time, value, dimensions in samples:
        plain = {name.lower(): told for name, told in dimensions.items()}
        if all(wanted in {"*", plain.get(name, "")} for name, wanted in terms):
            key = tuple(plain.get(name, "") for name, _ in terms)
            bucket = span[0] + grain * ((time - span[0]) // grain)
            series.setdefault(key, {}).setdefault(bucket, []).append(value)
    if not terms:
        series.setdefault((), {})
    return {
        "starttime": span[0].isoformat(),
        "endtime": span[1].isoformat(),
        "interval": query["interval"],
        "namespace": query["metricnamespace"],
        "resourceregion": "westeurope",
        "resourceid": identity,
        "value": [
            {
                "id": f"{identity}/providers/Microsoft.Insights/metrics/{metric}",
                "type": "Microsoft.Insights/metrics",
                "name": {"value": metric, "localizedValue": metric},
                "unit": "Count",
                "timeseries": [
                    {
                        "metadatavalues": [
                            {"name": {"value": name, "localizedValue": name}, "value": value}
                            for (name, _), value in zip(terms, key, strict=True)
                        ],
                        "data": _data(buckets, aggregation, grain, span),
                    }
                    for key, buckets in list(series.items())[: int(query.get("top", 10))]
                ],
            }
        ],
    }


def _data(
    buckets: dict[datetime, list[float]],
    aggregation: str,
    grain: timedelta,
    span: tuple[datetime, datetime],
) -> list[dict[str, Any]]:
    """A point a bucket; one without samples has no key for the aggregation."""
    data, at = [], span[0]
    while at < span[1]:
        point: dict[str, Any] = {"timeStamp": at.isoformat()}
        if at in buckets:
            point[aggregation] = MADE[aggregation](buckets[at])
        data.append(point)
        at += grain
    return data
