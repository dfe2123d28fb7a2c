"""Endpoints over HTTP: all of them, one of them with its routing truth, and its traffic."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.canonical import to_plain
from shared.domain.roles import Role
from shared.service import history, queries
from shared.service.catalogue.endpoints import (
    EndpointRow,
    EndpointTold,
    endpoint_of,
    endpoints,
    require_endpoint,
    routing_of,
)
from shared.service.people import intents
from shared.web.catalogue.spans import Asked
from shared.web.http.admission import Here, requires, routes
from shared.web.http.answers import EXACT, Shown, answers
from shared.web.http.finite import JSONResponse
from shared.web.http.limits import USUAL_ROWS, Kind
from shared.web.http.paging import Cursor, Limit, Page, page
from shared.web.known.known import AlertRow
from shared.web.people.intents import IntentListed

router = routes("endpoints")


class Endpoints(Page):
    """Endpoints by name."""

    endpoints: list[EndpointRow]


@dataclass(frozen=True, kw_only=True)
class IntendedRow:
    """What somebody means a deployment to have."""

    __pydantic_config__ = EXACT

    id: str
    share: float
    author: str
    reason: str
    since: datetime
    until: datetime
    standing: str


@dataclass(frozen=True, kw_only=True)
class DeploymentRow:
    """A deployment as the last look saw it: declared, mirrored, observed and intended."""

    __pydantic_config__ = EXACT

    deployment: str
    state: str | None
    model: str | None
    declared: float
    mirrored: float
    observed: int | None
    intended: list[IntendedRow]
    verdict: str
    reasons: list[str]
    sentences: list[str]


class RoutingTruth(Shown):
    """What the last look at an endpoint saw and concluded."""

    seen: datetime
    problem: str | None
    state: str | None = None
    observed_since: datetime | None = None
    deployments: list[DeploymentRow]


class OneEndpoint(Shown):
    """One endpoint; `routing` is null where nothing is kept of the last look at it."""

    endpoint: EndpointTold
    routing: RoutingTruth | None
    intents: list[IntentListed]
    alerts: list[AlertRow]


class OneTraffic(Shown):
    """An endpoint's traffic over time."""

    traffic: history.TrafficHistory


@router.get(
    "/endpoints",
    operation_id="list_endpoints",
    summary="Endpoints",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Endpoints),
)
def listed(here: Here, limit: Limit = USUAL_ROWS, cursor: Cursor = None) -> JSONResponse:
    """Every endpoint that a policy names or something was decided of."""
    rows = [to_plain(row) for row in endpoints(here.ledger, here.policies)]
    answer = page("endpoints", rows, limit, cursor, lambda row: str(row["endpoint"]))  # type: ignore[arg-type]
    return JSONResponse(answer)


@router.get(
    "/endpoints/{endpoint}",
    operation_id="get_endpoint",
    summary="One endpoint",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(OneEndpoint, 404),
)
def one(here: Here, endpoint: str) -> JSONResponse:
    """Its routing truth, deployments, health, intents, last looks, and the alerts that fire."""
    now = here.clock()
    told = endpoint_of(here.ledger, here.policies, endpoint)
    return JSONResponse(
        {
            "endpoint": to_plain(told),
            "routing": routing_of(here.ledger, here.evidence, here.policies, endpoint, now),
            "intents": intents.intents(here.ledger, here.policies, now, endpoint),
            "alerts": queries.alerts_of(here.ledger, [f"endpoint/{endpoint}"], now),
        }
    )


@router.get(
    "/endpoints/{endpoint}/traffic",
    operation_id="get_traffic_of_endpoint",
    summary="An endpoint's traffic over time",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(OneTraffic, 404),
)
def traffic(here: Here, span: Asked, endpoint: str) -> JSONResponse:
    """What was declared, step by step, what was observed, and what happened meanwhile."""
    require_endpoint(here.ledger, here.policies, endpoint)
    found = history.traffic_history(here.ledger, here.policies, endpoint, span)
    return JSONResponse({"traffic": to_plain(found)})
