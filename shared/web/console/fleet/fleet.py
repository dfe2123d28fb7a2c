"""`/console`: what needs somebody now, then every model and endpoint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from shared.domain.glance import Glance
from shared.domain.roles import Role
from shared.service import queries
from shared.service.overview.attention import Need, Urgency, needs_of
from shared.service.overview.watched import (
    ENDPOINT,
    MODEL,
    Watched,
    watched_endpoints,
    watched_models,
)
from shared.service.promotion_story import promotions_of
from shared.web.console.fleet.service_needs import service_needs
from shared.web.console.frame import Framed
from shared.web.console.navigation import Place
from shared.web.console.numbering import numbered, on_page
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import Kind

router = pages("")
MOST_NEEDS = 12
_NOT_YET = ("Nothing was looked at yet.", "")
_LINKS = {
    "alert": "/console/alerts/{name}",
    "promotion": "/console/promotions/{name}",
    "service": "/console/service",
}


@router.get("/console", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def fleet(
    here: Here,
    frame: Framed,
    find: Annotated[str | None, Query(max_length=200)] = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Whether anything is wrong, what to do, and what is watched."""
    glances = here.ledger.glances()
    firing = [subject for subject, glance in glances.items() if glance.fires]
    needs = needs_of(
        queries.alerts(here.ledger, frame.now, subjects=firing, glances=glances),
        promotions_of(here.ledger, is_open=True, glances=glances),
        service_needs(here, frame.now),
    )
    last = max((one.decided for one in glances.values() if one.decided), default=None)
    models = watched_models(here.ledger, here.policies, glances)
    endpoints = watched_endpoints(here.ledger, here.policies, glances)
    found = rows_of(models, endpoints, glances, find or "")
    return frame.page(
        "fleet.html.j2",
        Place.FLEET,
        needs=needs[:MOST_NEEDS],
        more=len(needs) - MOST_NEEDS,
        link=_link,
        counts={"models": len(models), "endpoints": len(endpoints)},
        headline=headline(needs) if needs or last else _NOT_YET,
        rows=on_page(found, page),
        watched=len(models) + len(endpoints),
        find=find or "",
        **numbered(len(found), page),
        last=last,
    )


def headline(needs: Sequence[Need]) -> tuple[str, str]:
    """Whether anything is wrong, in a sentence, and its tone.

    >>> headline([])
    ('Nothing is wrong.', 'good')
    """
    counted = {urgency: sum(need.urgency is urgency for need in needs) for urgency in Urgency}
    now, soon = counted[Urgency.NOW], counted[Urgency.SOON]
    if now:
        behind = f", and {soon} soon" if soon else ""
        return f"{_things(now)} somebody now{behind}.", "bad"
    if soon:
        return f"{_things(soon)} somebody soon; nothing is urgent.", "unsure"
    if counted[Urgency.WAITING]:
        return f"Nothing is wrong; {counted[Urgency.WAITING]} waiting for somebody.", "good"
    if counted[Urgency.IN_HAND]:
        return "Nothing new is wrong; what fires is in hand or silenced.", "good"
    return "Nothing is wrong.", "good"


def _things(count: int) -> str:
    return "1 thing needs" if count == 1 else f"{count} things need"


def _link(need: Need) -> str:
    return _LINKS[need.kind].format(name=need.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Something that is watched: how many alerts about it fire, and its last decision."""

    subject: str
    firing: int
    decided: datetime | None
    verdict: str | None


def rows_of(
    models: Sequence[Watched],
    endpoints: Sequence[Watched],
    glances: Mapping[str, Glance],
    find: str,
) -> list[Row]:
    """Those that hold the text; what fires first, then by name.

    An alert of an endpoint counts at the models that it serves too, as it does at their own pages.
    """
    wanted = find.casefold().strip()
    names = [
        *((f"{MODEL}{one.name}", one.firing) for one in models),
        *((f"{ENDPOINT}{one.name}", one.firing) for one in endpoints),
    ]
    rows = [
        Row(
            subject=subject,
            firing=firing,
            decided=glances[subject].decided if subject in glances else None,
            verdict=glances[subject].verdict if subject in glances else None,
        )
        for subject, firing in names
        if wanted in subject.casefold()
    ]
    return sorted(rows, key=lambda row: (-row.firing, row.subject))
