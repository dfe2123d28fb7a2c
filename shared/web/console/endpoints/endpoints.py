"""`/console/endpoints`: every endpoint, and of one what is declared, observed, meant and wrong."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from fastapi.responses import Response

from shared.domain.roles import Role
from shared.errors import NotFound
from shared.service.overview.last_health import last_health
from shared.service.overview.model_picture import endpoint_alerts
from shared.service.overview.watched import (
    ABOUT_ZERO,
    endpoint_row,
    models_by_endpoint,
    watched_endpoints,
)
from shared.service.people.intents import intents as intents_at
from shared.service.status import routing_table
from shared.web.console.endpoints.headline import headline
from shared.web.console.endpoints.tiles import tiles_of
from shared.web.console.frame import Framed
from shared.web.console.histories.kinds import Narrowed
from shared.web.console.histories.spans import Back, looked_back
from shared.web.console.navigation import Place
from shared.web.console.numbering import numbered, on_page
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import Kind

router = pages("/console/endpoints")
MOST_ALERTS = 20
MOST_TILES = 40


@router.get("", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def endpoints(
    here: Here,
    frame: Framed,
    find: Annotated[str | None, Query(max_length=200)] = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Every endpoint with its shares, those of 0 % included, and what fires."""
    wanted = (find or "").casefold().strip()
    known = watched_endpoints(here.ledger, here.policies)
    serves = models_by_endpoint(here.policies)
    found = [one for one in known if wanted in one.name.casefold()]
    rows = [
        (one, endpoint_row(here.ledger, one.name, serves.get(one.name, ())))
        for one in on_page(found, page)
    ]
    return frame.page(
        "endpoints/endpoints.html.j2",
        Place.ENDPOINTS,
        rows=rows,
        about_zero=ABOUT_ZERO,
        known=len(known),
        firing=sum(one.firing > 0 for one in known),
        find=find or "",
        **numbered(len(found), page),
    )


@router.get("/{name:path}", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def endpoint(
    here: Here,
    frame: Framed,
    name: str,
    back: Back = Back.MONTH,
    kind: Narrowed = Narrowed.ALL,
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    """Who is to get the traffic, who gets it, how each answers, and what happened."""
    subject = f"endpoint/{name}"
    models = models_by_endpoint(here.policies).get(name, ())
    row = endpoint_row(here.ledger, name, models)
    if not here.ledger.state(subject).version and not models:
        raise NotFound(
            f"Nothing is known of the endpoint {name[:80]}: no policy names it, and nothing "
            "was decided about it."
        )
    routing = routing_table(here.ledger, here.evidence, here.policies, subject, frame.now)
    alerts = endpoint_alerts(here.ledger, here.policies, name, frame.now)
    intents = intents_at(here.ledger, here.policies, frame.now, name)
    firing = [alert for alert in alerts if alert["status"] == "firing"]
    health = last_health(here.ledger, name)
    tiles = tiles_of(routing, health, firing)
    told = {alert["fingerprint"] for tile in tiles[:MOST_TILES] for alert in tile.alerts}
    others = [alert for alert in firing if alert["fingerprint"] not in told]
    looked = looked_back(here.ledger, [subject], back, frame.now)
    return frame.page(
        "endpoints/endpoint.html.j2",
        Place.ENDPOINTS,
        name=name,
        row=row,
        routing=routing,
        health=health,
        headline=headline(row, firing),
        firing=others[:MOST_ALERTS],
        more_firing=len(others) - MOST_ALERTS,
        tiles=tiles[:MOST_TILES],
        more_tiles=len(tiles) - MOST_TILES,
        intents=intents,
        looked=looked,
        backs=tuple(Back),
        kept=urlencode({} if kind is Narrowed.ALL else {"kind": kind.value}),
        timeline=urlencode(
            {"endpoint": name, "back": back.value, "kind": kind.value, "page": str(page)}
        ),
        asked=urlencode({"endpoint": name, "back": back.value}),
    )
