"""`/console/whatif`: a changed policy on what has happened, before it is in force."""

from datetime import timedelta
from threading import Lock
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import Response

from shared.bootstrap import Application
from shared.domain.roles import Role
from shared.errors import DriftgateError, Refused
from shared.policies.moments import parse_past
from shared.service.whatif.asking import changed_by_text, newest, what_if, within
from shared.service.whatif.comparing import Span
from shared.web.console.forms import Fields, Form
from shared.web.console.frame import Frame, Framed
from shared.web.console.navigation import Place
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import SECONDS, Kind
from shared.web.http.problems import Problem
from shared.web.reports.whatif import told_of

router = pages()
_SPANS = {"7d": "7 days", "30d": "30 days", "90d": "90 days"}
_RUNNING = Lock()
"""One at a time: a simulation takes a core for as long as it lasts."""
MOST_SECONDS = SECONDS - 15
"""Then it is given up, while there is still somebody to be told so."""


@router.get("/whatif", dependencies=[requires(Role.VIEWER)])
def ask(
    here: Here, frame: Framed, model: Annotated[str | None, Query(max_length=400)] = None
) -> Response:
    """The form, with the policy of a model as it is now."""
    text = None if model is None else here.policies.text_of(model)
    return _form(frame, model=model, text=text or "", since="30d")


@router.post("/whatif", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def told(here: Here, frame: Framed, form: Form) -> Response:
    """What would have been different; a policy that cannot be read is shown with its mistake."""
    try:
        report = _simulated(here, form)
    except (DriftgateError, Problem) as mistake:
        return _form(
            frame,
            model=form.text("model"),
            text=form.text("policy") or "",
            since=form.text("since") or "30d",
            mistake=str(mistake),
            code=mistake.code if isinstance(mistake, Problem) else 400,
        )
    return frame.page("whatif_report.html.j2", Place.WHAT_IF, live=False, **told_of(report))


def _simulated(here: Application, form: Fields) -> Any:
    changed = changed_by_text(form.needed("policy", "The policy"))
    last = newest(here.adapters)
    if last is None:
        raise Refused("Nothing has been decided yet, so there is nothing to decide again.")
    end = last + timedelta.resolution
    span = Span(since=parse_past(form.text("since") or "30d", end, "The span"), until=end)
    if not _RUNNING.acquire(blocking=False):
        raise Problem(429, "Another what-if is under way; try again in a minute.")
    try:
        return what_if(here.adapters, here.settings, changed, span, within(MOST_SECONDS))
    finally:
        _RUNNING.release()


def _form(frame: Frame, *, mistake: str | None = None, code: int = 200, **values: Any) -> Response:
    page = frame.page(
        "whatif_form.html.j2",
        Place.WHAT_IF,
        live=False,
        models=[policy.model for policy in frame.here.policies.all()],
        spans=_SPANS,
        seconds=MOST_SECONDS,
        mistake=mistake,
        **values,
    )
    page.status_code = code
    return page
