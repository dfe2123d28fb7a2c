"""`/console/explain/THING`: a receiver, gate, silence, retraining, event or notice explained."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Query
from fastapi.responses import RedirectResponse, Response

from shared.domain.roles import Role
from shared.service.explaining import explain
from shared.service.explaining.explanation import ThingKind
from shared.web.console.alerts.alert import MOST_STEPS, Whole
from shared.web.console.alerts.course import by_whom, course, last_numbers
from shared.web.console.frame import Framed
from shared.web.console.navigation import Place
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import Kind

router = pages()
_PLACES = {
    ThingKind.EVENT: Place.EVENTS,
    ThingKind.GATE: Place.PROMOTIONS,
    ThingKind.RETRAINING: Place.PROMOTIONS,
    ThingKind.SILENCE: Place.SAYINGS,
}


@router.get("/explain/{thing:path}", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def explained(
    here: Here,
    frame: Framed,
    thing: str,
    course_: Annotated[Whole, Query(alias="course")] = "whole",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    """How it stands and what was decided of it; an alert has a page of its own."""
    story = explain(
        thing,
        ledger=here.ledger,
        archive=here.archive,
        policies=here.policies,
        now=frame.now,
    )
    if story.thing.kind is ThingKind.ALERT:
        return RedirectResponse(f"/console/alerts/{quote(story.thing.name, safe='')}", 303)
    steps = course(story.moments, whole=course_ == "whole")
    return frame.page(
        "alerts/explanation.html.j2",
        _PLACES.get(story.thing.kind, Place.ALERTS),
        story=story,
        steps=steps[(page - 1) * MOST_STEPS : page * MOST_STEPS],
        page=page,
        pages=max(1, -(-len(steps) // MOST_STEPS)),
        found=len(steps),
        by_whom=by_whom,
        numbers=last_numbers(story.moments),
    )
