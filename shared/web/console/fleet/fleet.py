"""`/console`: what needs somebody now, then every model and endpoint."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from shared.domain.glance import Glance
from shared.domain.roles import Role
from shared.service import queries
from shared.service.attention import Need, Urgency, needs_of
from shared.service.promotion_story import promotions_of
from shared.web.console.fleet.service_needs import service_needs
from shared.web.console.frame import Framed
from shared.web.console.navigation import Place
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import Kind

router = pages("")
MOST_NEEDS = 12
MOST_ROWS = 50
_WATCHED = ("model/", "endpoint/")
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
    watched = {name: glance for name, glance in glances.items() if name.startswith(_WATCHED)}
    found = _ordered(watched, find)
    return frame.page(
        "fleet.html.j2",
        Place.FLEET,
        needs=needs[:MOST_NEEDS],
        more=len(needs) - MOST_NEEDS,
        link=_link,
        counts=_counts(needs, watched),
        headline=headline(needs),
        rows=[
            queries.overview_row(subject, watched[subject])
            for subject in found[(page - 1) * MOST_ROWS : page * MOST_ROWS]
        ],
        found=len(found),
        watched=len(watched),
        find=find or "",
        page=page,
        pages=max(1, -(-len(found) // MOST_ROWS)),
        last=max((one.decided for one in watched.values() if one.decided), default=None),
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


def _counts(needs: Sequence[Need], watched: Iterable[str]) -> dict[str, int]:
    return {
        "models": sum(subject.startswith("model/") for subject in watched),
        "endpoints": sum(subject.startswith("endpoint/") for subject in watched),
        "firing": sum(1 + need.more for need in needs if need.kind == "alert"),
        "waiting": sum(need.kind == "promotion" for need in needs),
    }


def _ordered(watched: Mapping[str, Glance], find: str | None) -> list[str]:
    """Those that hold the text; what fires first, then by name."""
    wanted = (find or "").casefold().strip()
    return sorted(
        (subject for subject in watched if wanted in subject.casefold()),
        key=lambda subject: (-watched[subject].fires, subject),
    )
