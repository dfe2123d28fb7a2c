"""What is known, over HTTP: health, status, alerts, events, decisions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from shared.domain.roles import Role
from shared.service import queries
from shared.service.backlog import MOST_UNSENT, backlog_of
from shared.service.dead_letters.counting import count_aside
from shared.service.status import status_of
from shared.web.http.admission import Here, requires, routes
from shared.web.http.answers import EXACT, Shown, answers
from shared.web.http.finite import JSONResponse
from shared.web.http.limits import USUAL_ROWS, Kind
from shared.web.http.paging import Cursor, Limit, Page, page
from shared.web.http.walking import decisions_page, events_page

router = routes("known")


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """A queue in which something waits: how many messages, and for how long the oldest."""

    __pydantic_config__ = EXACT

    queue: str
    messages: int
    seconds: float


class Health(Shown):
    """Whether Driftgate answers, what waits and how long, and which policies cannot be read."""

    status: str
    outbox: Annotated[int, Field(ge=0, le=MOST_UNSENT, description="Counted up to 1000.")]
    outbox_seconds: Annotated[float, Field(ge=0, description="How long the oldest waits.")]
    queues: Annotated[
        list[QueueRow] | None,
        Field(description="Those in which something waits; null on Service Bus, which counts."),
    ]
    dead_letters: Annotated[
        int,
        Field(ge=0, description="Without those that Service Bus holds, which it counts itself."),
    ]
    policy_problems: list[str]


@dataclass(frozen=True, kw_only=True)
class SubjectRow:
    """A model, an endpoint or Driftgate itself: its last verdict, and how many alerts fire."""

    __pydantic_config__ = EXACT

    subject: str
    verdict: str | None
    event: str | None
    decided: datetime | None
    firing: int


class Overview(Page):
    """Every subject."""

    subjects: list[SubjectRow]


class Status(Shown):
    """All that is known of one name: a model and an endpoint may both have it."""

    name: str
    subjects: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class AlertRow:
    """An alert, who has it in hand, whom it was told and what holds it."""

    __pydantic_config__ = EXACT

    fingerprint: str
    subject: str
    status: str
    kind: str
    severity: str
    title: str
    text: str
    first_step: str
    labels: dict[str, str]
    since: datetime
    posted: datetime
    resolved: datetime | None
    reason: str | None
    owner: str | None
    owned_until: datetime | None
    silenced_by: list[str]
    told: dict[str, Any]
    held: dict[str, str]
    next_notice: datetime | None
    flapping: bool


class Alerts(Page):
    """Alerts of the last month, those that fire first."""

    alerts: list[AlertRow]


@dataclass(frozen=True, kw_only=True)
class EventRow:
    """What came in, and why it was refused where it was."""

    __pydantic_config__ = EXACT

    key: str
    received: datetime
    via: str
    id: str | None
    type: str | None
    subject: str | None
    time: str | None
    refusal: str | None


class Events(Page):
    """What came in, newest first."""

    events: list[EventRow]


class Decisions(Page):
    """Decisions as they were committed, newest first."""

    decisions: list[dict[str, Any]]


@router.get(
    "/health",
    operation_id="get_health",
    summary="Whether Driftgate answers",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Health),
)
def health(here: Here) -> JSONResponse:
    """That it answers, what waits and for how long, and the policies that are wrong."""
    backlog = backlog_of(here.ledger, here.adapters.queue, here.clock())
    queues = [
        {
            "queue": one.queue,
            "messages": one.messages,
            "seconds": backlog.age(one.since).total_seconds(),
        }
        for one in backlog.queues or ()
    ]
    return JSONResponse(
        {
            "status": "up",
            "outbox": backlog.outbox,
            "outbox_seconds": backlog.age(backlog.outbox_since).total_seconds(),
            "queues": None if backlog.queues is None else queues,
            "dead_letters": count_aside(here.adapters),
            "policy_problems": list(here.policies.problems()),
        }
    )


@router.get(
    "/status",
    operation_id="list_status",
    summary="Every subject",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Overview),
)
def overview(here: Here, limit: Limit = USUAL_ROWS, cursor: Cursor = None) -> JSONResponse:
    """A row a subject: its last verdict, when, and how many alerts fire."""
    rows = queries.overview(here.ledger)
    return JSONResponse(page("subjects", rows, limit, cursor, lambda row: str(row["subject"])))


@router.get(
    "/status/{name:path}",
    operation_id="get_status",
    summary="One model or endpoint",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(Status, 404),
)
def status(here: Here, name: str) -> JSONResponse:
    """By its name, or by its subject such as `model/loan-default`."""
    found = status_of(here.ledger, here.evidence, here.policies, name, here.clock())
    return JSONResponse(found)


@router.get(
    "/alerts",
    operation_id="list_alerts",
    summary="Alerts",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Alerts),
)
def alerts(here: Here, limit: Limit = USUAL_ROWS, cursor: Cursor = None) -> JSONResponse:
    """Those of the last month, with who is told of them."""
    rows = queries.alerts(here.ledger, here.clock())
    return JSONResponse(page("alerts", rows, limit, cursor, lambda row: str(row["fingerprint"])))


@router.get(
    "/events",
    operation_id="list_events",
    summary="Events",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Events),
)
def events(here: Here, limit: Limit = USUAL_ROWS, cursor: Cursor = None) -> JSONResponse:
    """What came in, refused or not, back to the first that is kept."""
    return JSONResponse(events_page(here.archive, limit, cursor))


@router.get(
    "/decisions",
    operation_id="list_decisions",
    summary="Decisions",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Decisions),
)
def decisions(
    here: Here,
    subject: Annotated[
        str | None, Query(max_length=1000, description="Of this subject alone, all of them.")
    ] = None,
    limit: Limit = USUAL_ROWS,
    cursor: Cursor = None,
) -> JSONResponse:
    """The newest thousand of all subjects, or every one of a subject."""
    return JSONResponse(decisions_page(here.ledger, subject, limit, cursor))
