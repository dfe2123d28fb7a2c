"""`/console/events`: what came in, newest first, and one event whole."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from shared.domain.roles import Role
from shared.errors import InvalidData
from shared.ports import ArchivedEvent
from shared.service.replaying import asking
from shared.web.console.events.dry_run import dry_run_of, selection_of
from shared.web.console.events.one import kept, view_of
from shared.web.console.forms import Form
from shared.web.console.frame import Frame, Framed, back_to
from shared.web.console.navigation import Place
from shared.web.console.speaking import NO_SLIP, Slip, signed
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import Kind
from shared.web.http.paging import Cursor
from shared.web.http.walking import events_page

router = pages()
_ROWS = 50


@router.get("/events", dependencies=[requires(Role.VIEWER)])
def listed(here: Here, frame: Framed, cursor: Cursor = None) -> Response:
    """What came in, refused or not, newest first."""
    found = events_page(here.archive, _ROWS, cursor)
    return frame.page(
        "events.html.j2",
        Place.EVENTS,
        live=cursor is None,
        events=found["events"],
        more=found.get("next"),
        newest=cursor is None,
    )


@router.get("/events/{key}", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def one(here: Here, frame: Framed, key: str) -> Response:
    """What it says, what was decided of it, what was sent, and the way to decide it once more."""
    return _shown(frame, kept(here, key), NO_SLIP)


@router.get("/events/{key}/again", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def again(
    here: Here,
    frame: Framed,
    key: str,
    evidence: Annotated[str, Query(pattern="^(recorded|now)$")] = "recorded",
) -> Response:
    """What would be decided of it: from what was recorded, or upon the world as it is now."""
    archived = kept(here, key)
    return frame.page(
        "again.html.j2",
        Place.EVENTS,
        live=False,
        event=view_of(here, archived),
        evidence=evidence,
        run=dry_run_of(here, archived, now=evidence == "now"),
    )


@router.post("/events/{key}/replay", dependencies=[requires(Role.OPERATOR)])
def replay(here: Here, frame: Framed, key: str, form: Form) -> Response:
    """Tell it again for real."""
    archived = kept(here, key)
    try:
        asking.ask(
            here.service,
            here.archive,
            here.ledger,
            f"event-{key[:12]}-{frame.now:%Y%m%d-%H%M%S}",
            selection_of(archived),
            again=form.checked("again"),
            **signed(frame, form),
        )
    except InvalidData as fault:
        return _shown(frame, archived, Slip.made(frame, form, fault))
    return back_to("/console/service", "replayed")


def _shown(frame: Frame, archived: ArchivedEvent, slips: Slip) -> Response:
    return frame.page(
        "event.html.j2",
        Place.EVENTS,
        live=slips.wrong is None,
        code=200 if slips.wrong is None else 400,
        event=view_of(frame.here, archived),
        slips=slips,
    )
