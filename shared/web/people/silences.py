"""Silences over HTTP: said with POST, listed with GET, taken back with DELETE."""

from dataclasses import dataclass, field
from datetime import datetime

from pydantic import Field

from shared.domain.notices import Silence
from shared.domain.roles import Role
from shared.service.people import silences as service
from shared.web.http.admission import Here, Who, requires, routes
from shared.web.http.answers import EXACT, Shown, accepts, answers
from shared.web.http.bodies import Said, Text, said_as, signed
from shared.web.http.finite import JSONResponse
from shared.web.http.limits import USUAL_ROWS
from shared.web.http.paging import Cursor, Limit, Page, page

router = routes("silences")


class SilenceSaid(Said):
    """Which alerts nobody is to be told of, and `for` how long or until when."""

    model_config = said_as(
        **{"matchers": "kind=errors", "for": "2h", "reason": "known, mended tonight"}
    )

    matchers: Text
    lasts: Text | None = Field(None, alias="for")
    until: Text | None = None
    starts: Text | None = None
    until_resolved: bool | None = None


class AlertInShort(Shown):
    """An alert in few words."""

    fingerprint: str
    scope: str
    kind: str
    severity: str
    subject: str
    title: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class SilenceListed(Silence):
    """A silence as it is written, and whether it is in force."""

    __pydantic_config__ = EXACT

    text: str
    end: datetime = field()
    standing: str


@dataclass(frozen=True, kw_only=True)
class SilenceDeclared(SilenceListed):
    """A silence with the alerts that fire now and that it mutes."""

    mutes: list[AlertInShort]


class Silences(Page):
    """Silences, those in force first."""

    silences: list[SilenceListed]


class OneSilence(Shown):
    """The silence that was taken back."""

    silence: SilenceListed


class NewSilence(Shown):
    """The silence that was said."""

    silence: SilenceDeclared


@router.get(
    "/silences",
    operation_id="list_silences",
    summary="Silences",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Silences),
)
def listed(here: Here, limit: Limit = USUAL_ROWS, cursor: Cursor = None) -> JSONResponse:
    """Who silences what, why and until when; those in force first."""
    rows = service.silences(here.ledger, here.clock())
    return JSONResponse(page("silences", rows, limit, cursor))


@router.get(
    "/silences/{silence}",
    operation_id="get_silence",
    summary="One silence",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Silences, 404),
)
def listed_one(here: Here, silence: str) -> JSONResponse:
    """One by its id, or how that begins."""
    return JSONResponse({"silences": service.silences(here.ledger, here.clock(), silence)})


@router.post(
    "/silences",
    operation_id="declare_silence",
    summary="Silence alerts",
    dependencies=[requires(Role.OPERATOR)],
    status_code=202,
    responses=accepts(NewSilence, located=True),
)
def declare(here: Here, who: Who, said: SilenceSaid) -> JSONResponse:
    """It answers with the firing alerts that it mutes now."""
    one = service.declare(
        here.service,
        here.ledger,
        here.policies,
        said.matchers,
        lasts=said.lasts,
        until=said.until,
        starts=said.starts,
        until_resolved=said.until_resolved or False,
        **signed(here, who, said),
    )
    where = {"Location": f"/api/v1/silences/{one['id']}"}
    return JSONResponse({"silence": one}, status_code=202, headers=where)


@router.delete(
    "/silences/{silence}",
    operation_id="withdraw_silence",
    summary="Take a silence back",
    dependencies=[requires(Role.OPERATOR)],
    status_code=202,
    responses=accepts(OneSilence, 404),
)
def withdraw(here: Here, who: Who, silence: str, said: Said) -> JSONResponse:
    """What fires still is told again."""
    one = service.withdraw(
        here.service,
        here.ledger,
        silence,
        **signed(here, who, said),
    )
    return JSONResponse({"silence": one}, status_code=202)
