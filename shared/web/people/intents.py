"""What people mean to be, over HTTP: said with POST, listed with GET, taken back with DELETE."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from shared.domain.people.intent import Intent
from shared.domain.roles import Role
from shared.service.people import intents as service
from shared.web.http.admission import Here, Who, requires, routes
from shared.web.http.answers import EXACT, Shown, accepts, answers, located
from shared.web.http.bodies import Said, Text, said_as, signed
from shared.web.http.finite import JSONResponse
from shared.web.http.limits import USUAL_ROWS
from shared.web.http.paging import Cursor, Limit, Page, page

router = routes("intents")
Share = Annotated[float, Field(allow_inf_nan=False)]


class IntentSaid(Said):
    """That a deployment stands by, or how the traffic is to be split, and until when."""

    model_config = said_as(
        endpoint="loan-endpoint", deployment="green", until="2d", reason="waits for the auditors"
    )

    endpoint: Text
    deployment: Text | None = None
    traffic: dict[str, Share] | None = None
    since: Text | None = None
    until: Text


@dataclass(frozen=True, kw_only=True)
class IntentListed(Intent):
    """An intent of an endpoint, and whether it is in force."""

    __pydantic_config__ = EXACT

    endpoint: str
    end: datetime = field()
    standing: str


class Intents(Page):
    """Intents, the latest end first."""

    intents: list[IntentListed]


class OneIntent(Shown):
    """The intent that was said or taken back."""

    intent: IntentListed


@router.get(
    "/intents",
    operation_id="list_intents",
    summary="Intents of every endpoint",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Intents),
)
def listed(here: Here, limit: Limit = USUAL_ROWS, cursor: Cursor = None) -> JSONResponse:
    """Who means what to be, why and until when."""
    return JSONResponse(_page(here, None, limit, cursor))


@router.get(
    "/intents/{endpoint}",
    operation_id="list_intents_of_endpoint",
    summary="Intents of one endpoint",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Intents),
)
def listed_of(
    here: Here, endpoint: str, limit: Limit = USUAL_ROWS, cursor: Cursor = None
) -> JSONResponse:
    """The same of one endpoint; none where nothing is known of it."""
    return JSONResponse(_page(here, endpoint, limit, cursor))


@router.post(
    "/intents",
    operation_id="declare_intent",
    summary="Say what is meant to be",
    dependencies=[requires(Role.OPERATOR)],
    status_code=202,
    responses=accepts(OneIntent, located=True),
)
def declare(here: Here, who: Who, said: IntentSaid) -> JSONResponse:
    """Either `deployment` or `traffic`; it counts once its event is decided."""
    one = service.declare(
        here.service,
        said.endpoint,
        until=said.until,
        since=said.since,
        deployment=said.deployment,
        traffic=said.traffic,
        **signed(here, who, said),
    )
    where = located("intents", said.endpoint)
    return JSONResponse({"intent": one}, status_code=202, headers=where)


@router.delete(
    "/intents/{endpoint}/{intent}",
    operation_id="withdraw_intent",
    summary="Take an intent back",
    dependencies=[requires(Role.OPERATOR)],
    status_code=202,
    responses=accepts(OneIntent, 404),
)
def withdraw(here: Here, who: Who, endpoint: str, intent: str, said: Said) -> JSONResponse:
    """It stays listed for a while, with who took it back and why."""
    one = service.withdraw(
        here.service,
        here.ledger,
        endpoint,
        intent,
        **signed(here, who, said),
    )
    return JSONResponse({"intent": one}, status_code=202)


def _page(here: Here, endpoint: str | None, limit: int, cursor: str | None) -> dict[str, Any]:
    rows = service.intents(here.ledger, here.policies, here.clock(), endpoint)
    return page("intents", rows, limit, cursor)
