"""Events handed in over HTTP by whoever may: any payload that Driftgate reads, as it is sent."""

from typing import Annotated, Any

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import ConfigDict, Field, RootModel
from starlette.concurrency import run_in_threadpool

from shared.domain.people.intent import SOURCE
from shared.domain.roles import Role
from shared.errors import InvalidData
from shared.service.intake import parse
from shared.service.intake.own import INTENTS
from shared.service.taking_in import take_in
from shared.web.http.admission import Here, requires, routes
from shared.web.http.answers import Shown, accepts

router = routes("events")
_MOST = 200
_EXAMPLE: dict[str, Any] = {
    "specversion": "1.0",
    "id": "831e1650",
    "source": "/subscriptions/0000/resourceGroups/ml/providers/Microsoft.MachineLearningServices",
    "type": "Microsoft.MachineLearningServices.ModelRegistered",
    "subject": "models/churn:7",
    "time": "2026-02-03T12:00:00Z",
    "data": {"modelName": "churn", "modelVersion": "7"},
}


class Payload(RootModel[dict[str, Any] | Annotated[list[dict[str, Any]], Field(max_length=_MOST)]]):
    """An event of Event Grid, a CloudEvent, a hook of Azure DevOps, an alert; or an array of them.

    What fits none of these is kept with the sentence that refuses it.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})


class EventTaken(Shown):
    """An event that is kept and queued."""

    key: str
    id: str
    type: str
    subject: str


class EventRefused(Shown):
    """An envelope that is kept and not handled, and why."""

    key: str
    sentence: str


class TakenIn(Shown):
    """What became of each envelope; `already_decided` are decisions of events sent before."""

    events: list[EventTaken]
    already_decided: list[dict[str, Any]]
    refused: list[EventRefused]


@router.post(
    "/events",
    operation_id="send_events",
    summary="Hand events in",
    dependencies=[requires(Role.OPERATOR)],
    status_code=202,
    responses=accepts(TakenIn),
)
async def send(here: Here, payload: Payload, request: Request) -> JSONResponse:
    """They take the way of those that Azure sends, and are believed no more than these."""
    del payload
    content = await request.body()
    return JSONResponse(await run_in_threadpool(_taken, here, content), status_code=202)


def _taken(here: Here, content: bytes) -> dict[str, Any]:
    _refuse_other_names(content)
    return take_in(content, here.service, here.ledger, via="api")


def _refuse_other_names(content: bytes) -> None:
    """An intent names who means it, and here that is whoever is signed in."""
    for parsed in parse(content):
        event = parsed.event
        if event is not None and event.type in INTENTS:
            raise InvalidData(
                f"An event of {SOURCE} says something in somebody's name; say it in your own with "
                "POST /api/v1/intents."
            )
