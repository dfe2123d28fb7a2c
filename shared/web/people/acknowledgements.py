"""Acknowledgements over HTTP: said with POST, listed with GET, given back with DELETE."""

from datetime import datetime
from typing import Any

from pydantic import Field

from shared.domain.roles import Role
from shared.service.people import acknowledgements as service
from shared.web.http.admission import Here, Who, requires, routes
from shared.web.http.answers import Shown, accepts, answers
from shared.web.http.bodies import Said, Text, said_as, signed
from shared.web.http.finite import JSONResponse
from shared.web.http.limits import USUAL_ROWS
from shared.web.http.paging import Cursor, Limit, Page, page
from shared.web.people.silences import AlertInShort

router = routes("acknowledgements")


class AlertTaken(Said):
    """Which alert somebody takes on, and `for` how long or until when."""

    model_config = said_as(**{"fingerprint": "3a040243cb4550d5", "for": "4h", "reason": "on it"})

    fingerprint: Text
    lasts: Text | None = Field(None, alias="for")
    until: Text | None = None


class AcknowledgementListed(Shown):
    """An alert, and who has it in hand."""

    id: str
    alert: AlertInShort
    author: str
    reason: str
    since: datetime
    until: datetime
    standing: str
    withdrawn: datetime | None


class Acknowledgements(Page):
    """Acknowledgements, the latest end first."""

    acknowledgements: list[AcknowledgementListed]


class OneAcknowledgement(Shown):
    """The alert that was taken on or given back."""

    acknowledgement: AcknowledgementListed


@router.get(
    "/acknowledgements",
    operation_id="list_acknowledgements",
    summary="Alerts that somebody has in hand",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Acknowledgements),
)
def listed(here: Here, limit: Limit = USUAL_ROWS, cursor: Cursor = None) -> JSONResponse:
    """Who has which alert in hand, why and until when."""
    return JSONResponse(_page(here, None, limit, cursor))


@router.get(
    "/acknowledgements/{fingerprint}",
    operation_id="list_acknowledgements_of_alert",
    summary="Who has one alert in hand",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Acknowledgements),
)
def listed_of(
    here: Here, fingerprint: str, limit: Limit = USUAL_ROWS, cursor: Cursor = None
) -> JSONResponse:
    """The same of one alert; none where nobody has it."""
    return JSONResponse(_page(here, fingerprint, limit, cursor))


@router.post(
    "/acknowledgements",
    operation_id="acknowledge_alert",
    summary="Take an alert on",
    dependencies=[requires(Role.OPERATOR)],
    status_code=202,
    responses=accepts(OneAcknowledgement, 404, located=True),
)
def declare(here: Here, who: Who, said: AlertTaken) -> JSONResponse:
    """For as long as is said, or as the fleet's file says where no end is named."""
    one = service.acknowledge(
        here.service,
        here.ledger,
        here.policies,
        said.fingerprint,
        lasts=said.lasts,
        until=said.until,
        **signed(here, who, said),
    )
    where = {"Location": f"/api/v1/acknowledgements/{one['id']}"}
    return JSONResponse({"acknowledgement": one}, status_code=202, headers=where)


@router.delete(
    "/acknowledgements/{acknowledgement}",
    operation_id="release_alert",
    summary="Give an alert back",
    dependencies=[requires(Role.OPERATOR)],
    status_code=202,
    responses=accepts(OneAcknowledgement, 404),
)
def release(here: Here, who: Who, acknowledgement: str, said: Said) -> JSONResponse:
    """People are told of it again while it fires."""
    one = service.release(
        here.service,
        here.ledger,
        acknowledgement,
        **signed(here, who, said),
    )
    return JSONResponse({"acknowledgement": one}, status_code=202)


def _page(here: Here, fingerprint: str | None, limit: int, cursor: str | None) -> dict[str, Any]:
    rows = service.acknowledgements(here.ledger, here.clock(), fingerprint)
    return page("acknowledgements", rows, limit, cursor)
