"""What people let pass, over HTTP: said with POST, listed with GET, taken back with DELETE."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from shared.domain.promotion import Override
from shared.domain.roles import Role
from shared.service.people import overrides as service
from shared.web.http.admission import Here, Who, requires, routes
from shared.web.http.answers import EXACT, Shown, accepts, answers, located
from shared.web.http.bodies import Said, Text, said_as, signed
from shared.web.http.finite import JSONResponse
from shared.web.http.limits import USUAL_ROWS
from shared.web.http.paging import Cursor, Limit, Page, page

router = routes("overrides")


class OverrideSaid(Said):
    """Which gates of a version are to pass although they do not, and until when."""

    model_config = said_as(
        model="churn", version="7", gates=["metric/auc"], until="2d", reason="hotfix"
    )

    model: Text
    version: Text
    gates: Annotated[list[str], Field(max_length=100)]
    until: Text


@dataclass(frozen=True, kw_only=True)
class OverrideListed(Override):
    """An override of a model, and whether it is in force."""

    __pydantic_config__ = EXACT

    model: str
    standing: str


class Overrides(Page):
    """Overrides."""

    overrides: list[OverrideListed]


class OneOverride(Shown):
    """The override that was given or taken back."""

    override: OverrideListed


@router.get(
    "/overrides",
    operation_id="list_overrides",
    summary="Overrides of every model",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Overrides),
)
def listed(here: Here, limit: Limit = USUAL_ROWS, cursor: Cursor = None) -> JSONResponse:
    """Who lets which gates pass, why and until when."""
    return JSONResponse(_page(here, None, limit, cursor))


@router.get(
    "/overrides/{model}",
    operation_id="list_overrides_of_model",
    summary="Overrides of one model",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Overrides),
)
def listed_of(
    here: Here, model: str, limit: Limit = USUAL_ROWS, cursor: Cursor = None
) -> JSONResponse:
    """The same of one model; none where nothing is known of it."""
    return JSONResponse(_page(here, model, limit, cursor))


@router.post(
    "/overrides",
    operation_id="give_override",
    summary="Let gates of a version pass",
    dependencies=[requires(Role.APPROVER)],
    status_code=202,
    responses=accepts(OneOverride, 404, located=True),
)
def declare(here: Here, who: Who, said: OverrideSaid) -> JSONResponse:
    """Only gates that a policy lets be passed over, and never for longer than it says."""
    one = service.declare(
        here.service,
        here.ledger,
        said.model,
        said.version,
        gates=said.gates,
        until=said.until,
        **signed(here, who, said),
    )
    where = located("overrides", one["model"])
    return JSONResponse({"override": one}, status_code=202, headers=where)


@router.delete(
    "/overrides/{model}/{override}",
    operation_id="withdraw_override",
    summary="Take an override back",
    dependencies=[requires(Role.APPROVER)],
    status_code=202,
    responses=accepts(OneOverride, 404),
)
def withdraw(here: Here, who: Who, model: str, override: str, said: Said) -> JSONResponse:
    """The gates are judged as they are again."""
    one = service.withdraw(
        here.service,
        here.ledger,
        model,
        override,
        **signed(here, who, said),
    )
    return JSONResponse({"override": one}, status_code=202)


def _page(here: Here, model: str | None, limit: int, cursor: str | None) -> dict[str, Any]:
    return page("overrides", service.overrides(here.ledger, here.clock(), model), limit, cursor)
