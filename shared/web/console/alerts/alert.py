"""`/console/alerts/FINGERPRINT`: where messages lead; what it is, who knows of it, what to do."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal
from urllib.parse import quote, urlencode

from fastapi import Query
from fastapi.responses import Response

from shared.domain.notices.matching import spell_matchers
from shared.domain.notices.scope import scope_of
from shared.domain.notices.silence import Matcher
from shared.domain.policy import SilenceRules
from shared.domain.roles import Role
from shared.domain.wording import one_line, spell_duration
from shared.errors import InvalidData, InvalidPolicy, NotFound
from shared.service import queries
from shared.service.explaining import explain
from shared.service.explaining.explanation import AlertFacts
from shared.service.people import acknowledgements as service
from shared.web.console.alerts.course import by_whom, course, last_numbers, raised_by
from shared.web.console.alerts.filtering import Row, alike, known_by, model_of, served_by
from shared.web.console.forms import Form
from shared.web.console.frame import Frame, Framed, back_to
from shared.web.console.navigation import Place
from shared.web.console.speaking import NO_SLIP, Slip, ending, signed
from shared.web.console.templating import shown
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import Kind

router = pages()
MOST_STEPS = 60
_LONGEST_LINE, _LONGEST_TEXT = 1500, 6000
Whole = Annotated[
    Literal["", "whole"], Query(description="Of its course, all, or what matters alone.")
]


@router.get("/alerts/{fingerprint}", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def alert(
    here: Here,
    frame: Framed,
    fingerprint: str,
    course: Whole = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    """One alert whole."""
    return alert_page(here, frame, fingerprint, whole=course == "whole", page=page)


@router.get("/alerts/{fingerprint}/alike", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def alike_ones(here: Here, frame: Framed, fingerprint: str) -> Response:
    """A part of its page, loaded when somebody comes to it: it reads every alert."""
    rows = queries.alerts(here.ledger, frame.now)
    row = next((one for one in rows if one["fingerprint"] == fingerprint), None)
    if row is None:
        raise NotFound(f"No alert {one_line(fingerprint, 40)} is remembered.")
    return shown(
        "alerts/alike.html.j2", rows=alike(rows, row), known_by=known_by, frame=frame, row=row
    )


@router.post("/alerts/{fingerprint}/acknowledge", dependencies=[requires(Role.OPERATOR)])
def acknowledge(here: Here, frame: Framed, fingerprint: str, form: Form) -> Response:
    """Somebody takes it on, for a while."""
    try:
        service.acknowledge(
            here.service,
            here.ledger,
            here.policies,
            fingerprint,
            **ending(form.text("until")),
            **signed(frame, form),
        )
    except (InvalidData, NotFound) as fault:
        return alert_page(here, frame, fingerprint, Slip.made(frame, form, fault))
    return back_to(_path(fingerprint), "acknowledged")


@router.post("/alerts/{fingerprint}/release", dependencies=[requires(Role.OPERATOR)])
def release(here: Here, frame: Framed, fingerprint: str, form: Form) -> Response:
    """They give it back."""
    try:
        service.release(here.service, here.ledger, fingerprint, **signed(frame, form))
    except (InvalidData, NotFound) as fault:
        return alert_page(here, frame, fingerprint, Slip.made(frame, form, fault))
    return back_to(_path(fingerprint), "released")


def _path(fingerprint: str) -> str:
    return f"/console/alerts/{quote(fingerprint, safe='')}"


def alert_page(
    here: Here,
    frame: Frame,
    fingerprint: str,
    slips: Slip = NO_SLIP,
    *,
    whole: bool = False,
    page: int = 1,
) -> Response:
    """The page of one alert, with what is wrong in one of its forms.

    Raises NotFound where nothing is known of it.
    """
    story = explain(
        f"alert {fingerprint}",
        ledger=here.ledger,
        archive=here.archive,
        policies=here.policies,
        now=frame.now,
    )
    facts, served = story.alert, served_by(here.policies)
    subject = story.thing.subject
    scope = scope_of(subject, model_of(subject, {}, served) or None)
    rows = queries.alerts(here.ledger, frame.now, subjects=[subject], scopes=[scope])
    row = next((one for one in rows if one["fingerprint"] == story.thing.name), None)
    steps = course(story.moments, whole=whole)
    return frame.page(
        "alerts/alert.html.j2",
        Place.ALERTS,
        live=slips.wrong is None,
        code=200 if slips.wrong is None else 400,
        story=story,
        alert=facts,
        row=row,
        lines=[] if facts is None else lines_of(facts.text),
        receivers=receivers_of(row),
        steps=steps[(page - 1) * MOST_STEPS : page * MOST_STEPS],
        whole=whole,
        page=page,
        pages=max(1, -(-len(steps) // MOST_STEPS)),
        found=len(steps),
        moments=len(story.moments),
        by_whom=by_whom,
        numbers=last_numbers(story.moments),
        raised=raised_by(story.moments),
        silencing=[] if facts is None or facts.ended is not None else silencing(facts, served),
        lasts=_usual(here),
        slips=slips,
    )


def lines_of(text: str) -> list[str]:
    """Somebody's text line by line, without what cannot be printed."""
    lines = (one_line(part, _LONGEST_LINE) for part in text[:_LONGEST_TEXT].splitlines())
    return [line for line in lines if line]


def receivers_of(row: Row | None) -> list[str]:
    """Everybody who was told of it, or is not."""
    return [] if row is None else sorted({*row["told"], *row["held"]})


def silencing(alert: AlertFacts, served: Mapping[str, str]) -> list[tuple[str, str]]:
    """What somebody may want to silence, in words, and the address of the form filled in so."""
    kind, model = alert.kind.replace("_", " "), model_of(alert.subject, {}, served)
    of = Matcher(
        field="model" if model else "subject",
        pattern=model or alert.subject,
    )
    of_kind = Matcher(field="kind", pattern=alert.kind)
    this = Matcher(field="fingerprint", pattern=alert.fingerprint)
    return [
        ("Exactly this alert", _new((this,))),
        (f"Every alert of the kind {kind} of {one_line(of.pattern, 80)}", _new((of_kind, of))),
    ]


def _new(matchers: Sequence[Matcher]) -> str:
    asked = urlencode({"matchers": spell_matchers(matchers)})
    return f"/console/said/silences/new?{asked}"


def _usual(here: Here) -> str:
    """How long an alert is in hand where nobody says so."""
    try:
        fleet = here.policies.fleet()
    except InvalidPolicy:
        fleet = None
    rules = SilenceRules() if fleet is None else fleet.silences
    return spell_duration(rules.acknowledged_for)
