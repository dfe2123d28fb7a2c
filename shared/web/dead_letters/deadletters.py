"""Dead letters over HTTP: listed without bodies, shown, sent again, thrown away."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from shared.bootstrap import Application
from shared.domain.roles import Role
from shared.errors import InvalidData
from shared.service.dead_letters.letters import MOST, SOURCES, Found, Letter, find, named
from shared.service.dead_letters.removing import purge as throw_away
from shared.service.dead_letters.resending import plan, resend
from shared.service.dead_letters.selecting import Wanted, parse_wanted, select
from shared.service.dead_letters.showing import listed as in_short
from shared.service.dead_letters.showing import shown
from shared.web.http.admission import Here, Who, requires, routes
from shared.web.http.answers import EXACT, Shown, accepts, answers
from shared.web.http.bodies import Said, Text, said_as, signed
from shared.web.http.finite import JSONResponse
from shared.web.http.limits import USUAL_ROWS, Kind
from shared.web.http.paging import Cursor, Limit, Page, page

router = routes("dead letters")
_MOST_AT_ONCE = 100
Pattern = Annotated[str | None, Query(max_length=400)]


@dataclass(frozen=True, kw_only=True)
class DeadLetterRow:
    """What was put aside and why, without its body."""

    __pydantic_config__ = EXACT

    id: str
    queue: str
    number: int
    at: datetime
    reason: str
    sentence: str
    tries: int
    message_id: str
    subject: str | None
    type: str | None
    session: str
    correlation_id: str | None
    properties: dict[str, str]
    headers: dict[str, str]
    lives: float | None
    bytes: int
    place: str
    edited: bool


class DeadLetters(Page):
    """Dead letters, oldest first; `problems` names the places that could not be looked into."""

    dead_letters: list[DeadLetterRow]
    problems: list[str]
    more: Annotated[list[str], Field(description="Queues that hold more than were read.")]


@dataclass(frozen=True, kw_only=True)
class WholeLetter(DeadLetterRow):
    """One with its body; bytes that are no JSON object come as base64 in `original` too."""

    __pydantic_config__ = EXACT

    message: dict[str, Any]
    original: str | None = None
    diff: str | None = None
    edited_message: dict[str, Any] | None = None


class OneDeadLetter(Shown):
    """One of them."""

    dead_letter: WholeLetter


class Filter(BaseModel):
    """Which are meant, as with the command; `where` is JMESPath over `{letter, message}`."""

    model_config = said_as(queue="checks", reason="Unavailable")

    queue: Text | None = None
    reason: Text | None = None
    since: Text | None = None
    until: Text | None = None
    subject: Text | None = None
    type: Text | None = None
    where: Text | None = None


class Meant(Said):
    """Which letters, by `ids` or by `filter`: one of the two, and at most `limit` of them."""

    model_config = said_as(filter={"reason": "Malformed*"}, reason="nobody needs it any more")

    ids: Annotated[list[Text], Field(min_length=1, max_length=_MOST_AT_ONCE)] | None = None
    filter: Filter | None = None
    limit: Annotated[int, Field(ge=1, le=_MOST_AT_ONCE)] = _MOST_AT_ONCE


class ToResend(Meant):
    """Without `apply` it is only said what would be sent."""

    model_config = said_as(filter={"reason": "NotFound"}, reason="the pipeline is there again")

    apply: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one letter, or would: `sent`, `would be sent`, or `refused` with why."""

    __pydantic_config__ = EXACT

    id: str
    queue: str
    message_id: str
    outcome: str
    sent_as: str | None
    sentence: str
    edited: bool


class Resubmitted(Shown):
    """What became of each."""

    applied: bool
    dead_letters: list[Outcome]


class Purged(Shown):
    """The ids of those that are gone."""

    purged: list[str]


@router.get(
    "/deadletters",
    operation_id="list_dead_letters",
    summary="Dead letters",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(DeadLetters, 400),
)
def listed(
    here: Here,
    queue: Pattern = None,
    reason: Pattern = None,
    since: Pattern = None,
    until: Pattern = None,
    subject: Pattern = None,
    type: Pattern = None,  # noqa: A002  the name it has in the address
    limit: Limit = USUAL_ROWS,
    cursor: Cursor = None,
) -> JSONResponse:
    """What could not be handled, wherever it lies, and why."""
    wanted = parse_wanted(
        now=here.clock(),
        queue=queue,
        reason=reason,
        since=since,
        until=until,
        subject=subject,
        type=type,
    )
    found, letters = _meant(here, wanted)
    rows = page("dead_letters", [in_short(letter) for letter in letters], limit, cursor)
    return JSONResponse({**rows, "problems": list(found.problems), "more": list(found.more)})


@router.get(
    "/deadletters/{letter}",
    operation_id="get_dead_letter",
    summary="One dead letter",
    dependencies=[requires(Role.OPERATOR)],
    responses=answers(OneDeadLetter, 400, 404),
)
def one(here: Here, letter: str) -> JSONResponse:
    """One whole, by its id or how that begins; of one that holds a token, what is none of it."""
    [found] = named(find(here.adapters), [letter])
    return JSONResponse({"dead_letter": shown(found)})


@router.post(
    "/deadletters/resubmit",
    operation_id="resubmit_dead_letters",
    summary="Send dead letters again",
    dependencies=[requires(Role.OPERATOR)],
    status_code=202,
    responses=accepts(Resubmitted, 404),
)
def resubmit(here: Here, who: Who, said: ToResend) -> JSONResponse:
    """Each to its queue once more, as it was or as it was edited."""
    letters = _of(here, said)
    done = (
        resend(
            letters,
            service=here.service,
            adapters=here.adapters,
            **signed(here, who, said),
        )
        if said.apply
        else plan(letters, here.clock(), here.ledger)
    )
    outcomes = [one.to_json() for one in done]
    return JSONResponse({"applied": said.apply, "dead_letters": outcomes}, status_code=202)


@router.post(
    "/deadletters/purge",
    operation_id="purge_dead_letters",
    summary="Throw dead letters away",
    dependencies=[requires(Role.ADMINISTRATOR)],
    status_code=202,
    responses=accepts(Purged, 404),
)
def purge(here: Here, who: Who, said: Meant) -> JSONResponse:
    """For good; who did it and why is recorded before."""
    letters = _of(here, said)
    throw_away(
        letters,
        service=here.service,
        adapters=here.adapters,
        **signed(here, who, said),
    )
    return JSONResponse({"purged": [letter.id for letter in letters]}, status_code=202)


def _of(here: Application, said: Meant) -> list[Letter]:
    """The letters that are meant. Raises InvalidData where nothing or both is said."""
    fields = {} if said.filter is None else said.filter.model_dump(exclude_none=True)
    if bool(said.ids) is bool(fields):
        raise InvalidData("Say which letters are meant, by ids or by a filter: one of the two.")
    if said.ids:
        return named(find(here.adapters, SOURCES, MOST), said.ids)
    return _meant(here, parse_wanted(now=here.clock(), **fields))[1][: said.limit]


def _meant(here: Application, wanted: Wanted) -> tuple[Found, list[Letter]]:
    found = find(here.adapters, wanted.sources, MOST)
    return found, select(found.letters, wanted)
