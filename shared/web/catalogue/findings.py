"""Findings and reports over HTTP, and single events and decisions."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Query

from shared.domain.canonical import format_time, to_plain
from shared.domain.finding import Rule
from shared.domain.roles import Role, allows
from shared.domain.verdict import Verdict
from shared.policies.moments import parse_past
from shared.service.catalogue.events import EventTold, decision_of, event_of
from shared.service.catalogue.findings import FindingRow, Wanted, findings
from shared.service.catalogue.reports import ReportRow, reports
from shared.web.catalogue.spans import Moment
from shared.web.http.admission import Here, Who, requires, routes
from shared.web.http.answers import Shown, answers
from shared.web.http.finite import JSONResponse
from shared.web.http.limits import USUAL_ROWS, Kind
from shared.web.http.paging import Cursor, Limit, Page, page

router = routes("findings")
Name = Annotated[str | None, Query(max_length=300, description="Of this one alone.")]


class Findings(Page):
    """Findings, newest first; `notes` say how far back was looked."""

    findings: list[FindingRow]
    notes: list[str]


class ReportsTold(Page):
    """Reports, the last to change first."""

    reports: list[ReportRow]


class DryRunLink(Shown):
    """How to ask what would be decided of an event today: by this request, which does nothing."""

    method: str
    href: str
    body: dict[str, Any]


class OneEvent(Shown):
    """One event, with how to have it decided again without effect."""

    event: EventTold
    dry_run: DryRunLink


class OneDecision(Shown):
    """One decision as it was committed."""

    decision: dict[str, Any]


@router.get(
    "/findings",
    operation_id="list_findings",
    summary="Findings",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(Findings),
)
def listed(
    here: Here,
    model: Name = None,
    endpoint: Name = None,
    rule: Annotated[Rule | None, Query(description="Of this rule alone.")] = None,
    verdict: Annotated[Verdict | None, Query(description="With this verdict alone.")] = None,
    since: Moment = None,
    limit: Limit = USUAL_ROWS,
    cursor: Cursor = None,
) -> JSONResponse:
    """Those of the newest thousand decisions of a model, of an endpoint, of both or of all."""
    wanted = Wanted(
        model=model,
        endpoint=endpoint,
        rule=rule,
        verdict=verdict,
        since=None if since is None else parse_past(since, here.clock(), "since"),
    )
    found, notes = findings(here.ledger, wanted)
    rows: Any = [to_plain(row) for row in found]
    return JSONResponse({**page("findings", rows, limit, cursor), "notes": list(notes)})


@router.get(
    "/reports",
    operation_id="list_reports",
    summary="Reports",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(ReportsTold),
)
def told(here: Here, limit: Limit = USUAL_ROWS, cursor: Cursor = None) -> JSONResponse:
    """What can be read at length: each promotion, and each model's drift and KPIs."""
    rows: Any = [to_plain(row) for row in reports(here.ledger)]
    return JSONResponse(page("reports", rows, limit, cursor))


@router.get(
    "/events/{key}",
    operation_id="get_event",
    summary="One event",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(OneEvent, 404),
)
def event(here: Here, who: Who, key: str) -> JSONResponse:
    """As it was kept, what was decided of it and sent; its payload is shown to operators alone."""
    shows = allows(who.roles, Role.OPERATOR)
    found = event_of(here.archive, here.ledger, key, shows_payload=shows)
    body = {
        "events": [found.key],
        "since": format_time(found.received),
        "until": format_time(found.received + timedelta(seconds=1)),
    }
    link = {"method": "POST", "href": "/api/v1/replays/dry-run", "body": body}
    return JSONResponse({"event": to_plain(found), "dry_run": link})


@router.get(
    "/decisions/{decision}",
    operation_id="get_decision",
    summary="One decision",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(OneDecision, 404),
)
def one_decision(
    here: Here,
    decision: str,
    subject: Annotated[str, Query(max_length=1000, description="The subject it is of.")],
) -> JSONResponse:
    """By its hash, among the newest of its subject."""
    return JSONResponse({"decision": decision_of(here.ledger, subject, decision)})
