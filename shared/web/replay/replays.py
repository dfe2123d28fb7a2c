"""Replays over HTTP: a dry run, events told again, and how far each replay has come."""

from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any

from pydantic import BaseModel, Field

from shared.bootstrap import Application
from shared.domain.people.replay import FASTEST, SLOWEST, USUAL
from shared.domain.replay import By, Of, ReplayWatch, Selection
from shared.domain.roles import Role
from shared.errors import InvalidData
from shared.policies.moments import parse_past
from shared.service.replaying import asking as service
from shared.service.replaying.cursor import Cursor
from shared.service.replaying.difference import Difference
from shared.web.http.admission import Here, Who, requires, routes
from shared.web.http.answers import EXACT, Shown, accepts, answers
from shared.web.http.bodies import Said, Text, said_as, signed
from shared.web.http.callers import Caller
from shared.web.http.finite import JSONResponse
from shared.web.http.limits import MOST_ROWS, USUAL_ROWS, Kind
from shared.web.http.paging import Cursor as PageCursor
from shared.web.http.paging import Limit, Page, page

router = routes("replays")
MOST_ARCHIVED = 100_000
"""So many events may have come in at the time that one dry run asks about."""
Texts = Annotated[list[Text] | None, Field(max_length=50)]


class Selecting(BaseModel):
    """Which events are meant: all that fit every field; of several values one has to."""

    model_config = said_as(since="30d", model="churn")

    by: Annotated[By, Field(strict=False)] = By.RECEIVED
    since: Text | None = None
    until: Text | None = None
    types: Texts = None
    sources: Texts = None
    vias: Texts = None
    model: Text | None = None
    endpoint: Text | None = None
    subject: Text | None = None
    correlation: Text | None = None
    events: Texts = None
    verdicts: Texts = None
    where: Text | None = None


class DryRunAsked(Selecting):
    """What a dry run looks at, and where it goes on."""

    of: Annotated[Of, Field(strict=False)] = Of.ARCHIVE
    after: Text | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = USUAL_ROWS


class ReplayAsked(Said):
    """Events to be told again, under a name."""

    model_config = said_as(
        name="lost-in-may", selection={"since": "30d"}, reason="the queue lost them"
    )

    name: Text
    selection: Selecting
    again: bool = False
    rate: Annotated[float, Field(ge=SLOWEST, le=FASTEST)] = USUAL


class EventTold(Shown):
    """What is concluded of one event, beside what was recorded."""

    came: str
    subject: str | None
    type: str | None
    event: str | None
    time: str | None
    correlation: str | None
    key: str | None
    at: str
    version: int | None
    recorded: str | None
    now: str | None
    differences: list[Difference]
    sentence: str | None
    cursor: str


class DryRunTold(Shown):
    """A page of a dry run; `next` is the `after` of the next page, while there may be more."""

    events: list[EventTold]
    next: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReplayListed(ReplayWatch):
    """A replay that tells events again, and how far it has come."""

    __pydantic_config__ = EXACT

    replay: str
    text: str


class Replays(Page):
    """Replays, those that run first."""

    replays: list[ReplayListed]


class OneReplay(Shown):
    """One replay."""

    replay: ReplayListed


class Begun(Shown):
    """What was asked for, and how many events it is thought to tell."""

    replay: str
    selection: Selection
    again: bool
    rate: float
    expected: int | None
    author: str
    reason: str


class NewReplay(Shown):
    """The replay that was asked for."""

    replay: Begun


@router.get(
    "/replays",
    operation_id="list_replays",
    summary="Replays",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Replays, 400),
)
def listed(here: Here, limit: Limit = USUAL_ROWS, cursor: PageCursor = None) -> JSONResponse:
    """Every replay that told events again: how far it has come, who wanted it and why."""
    rows = service.replays(here.ledger)
    return JSONResponse(page("replays", rows, limit, cursor, lambda row: str(row["replay"])))


@router.get(
    "/replays/{name}",
    operation_id="get_replay",
    summary="One replay",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(OneReplay, 404),
)
def one(here: Here, name: str) -> JSONResponse:
    """How far it has come."""
    return JSONResponse({"replay": service.replay_of(here.ledger, name)})


@router.post(
    "/replays/dry-run",
    operation_id="dry_run_of_replay",
    summary="What would be decided of old events",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(DryRunTold, 400, 415),
)
def dry_run(here: Here, asked: DryRunAsked) -> JSONResponse:
    """From recorded evidence; nothing is done. Of chains, one subject at a time."""
    if asked.of is Of.CHAINS and asked.subject is None:
        raise InvalidData("subject is missing; of chains a dry run asks about one at a time.")
    after = None if asked.after is None else Cursor.read(asked.after)
    run = here.dry_run(_selection(here, asked, of=asked.of), most=MOST_ARCHIVED)
    told = [one.to_json() for one in islice(run.told(after), asked.limit)]
    answer: dict[str, Any] = {"events": told}
    if len(told) == asked.limit:
        answer["next"] = told[-1]["cursor"]
    return JSONResponse(answer)


@router.post(
    "/replays",
    operation_id="begin_replay",
    summary="Tell events again",
    dependencies=[requires(Role.OPERATOR)],
    status_code=202,
    responses=accepts(NewReplay, located=True),
)
def begin(here: Here, who: Who, said: ReplayAsked) -> JSONResponse:
    """They are handled for real: those that have no decision yet, or `again` all of them."""
    begun = service.ask(
        here.service,
        here.archive,
        here.ledger,
        said.name,
        _selection(here, said.selection),
        again=said.again,
        rate=said.rate,
        **signed(here, who, said),
    )
    where = {"Location": f"/api/v1/replays/{begun['replay']}"}
    return JSONResponse({"replay": begun}, status_code=202, headers=where)


@router.post(
    "/replays/{name}/stop",
    operation_id="stop_replay",
    summary="Stop a replay",
    dependencies=[requires(Role.OPERATOR)],
    status_code=202,
    responses=accepts(OneReplay, 404),
)
def stop(here: Here, who: Who, name: str, said: Said) -> JSONResponse:
    """It takes no more step; what it has told is handled."""
    return _said(service.stop, here, who, name, said)


@router.post(
    "/replays/{name}/resume",
    operation_id="resume_replay",
    summary="Let a replay go on",
    dependencies=[requires(Role.OPERATOR)],
    status_code=202,
    responses=accepts(OneReplay, 404),
)
def resume(here: Here, who: Who, name: str, said: Said) -> JSONResponse:
    """One that was stopped, that failed, or that hangs goes on where it stands."""
    return _said(service.resume, here, who, name, said)


def _said(what: Any, here: Application, who: Caller, name: str, said: Said) -> JSONResponse:
    row = what(here.service, here.ledger, name, **signed(here, who, said))
    return JSONResponse({"replay": row}, status_code=202)


def _selection(here: Application, asked: Selecting, of: Of = Of.ARCHIVE) -> Selection:
    now = here.clock()
    return Selection(
        of=of,
        by=asked.by,
        since=None if asked.since is None else parse_past(asked.since, now, "since"),
        until=None if asked.until is None else parse_past(asked.until, now, "until"),
        types=tuple(asked.types or ()),
        sources=tuple(asked.sources or ()),
        vias=tuple(asked.vias or ()),
        model=asked.model,
        endpoint=asked.endpoint,
        subject=asked.subject,
        correlation=asked.correlation,
        events=tuple(asked.events or ()),
        verdicts=tuple(asked.verdicts or ()),
        where=asked.where,
    )
