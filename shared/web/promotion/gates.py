"""A version's gate over HTTP: what an environment's check is told, for whoever holds a role."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import JSONResponse
from pydantic import Field

from shared.domain.roles import Role
from shared.service import queries
from shared.web.http.admission import Here, requires, routes
from shared.web.http.answers import Shown, answers
from shared.web.http.limits import Kind

router = routes("gates")
Stage = Annotated[
    str | None, Query(max_length=200, description="Which, where a policy has several stages.")
]


class GateStanding(Shown):
    """How a version stands: only `successful` lets a pipeline go on."""

    status: Annotated[str, Field(description="`successful`, `blocked` or `unknown`.")]
    stage: str | None
    phase: str | None
    verdict: str | None
    decision: Annotated[str | None, Field(description="The hash of the decision that judged it.")]
    findings: list[str]


@router.get(
    "/gate/{model}/{version}",
    operation_id="get_gate",
    summary="How a version stands at its gate",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(GateStanding),
)
def standing(here: Here, model: str, version: str, stage: Stage = None) -> JSONResponse:
    """From the last look; nothing is judged anew. `unknown` where it was never judged."""
    found = queries.gate(here.ledger, here.policies, model, version, stage, now=here.clock())
    return JSONResponse(found)
