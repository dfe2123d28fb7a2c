"""Retrainings over HTTP: listed with GET, resumed with POST."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.retraining import RetrainingCause
from shared.domain.roles import Role
from shared.service import retrainings as service
from shared.web.http.admission import Here, Who, requires, routes
from shared.web.http.answers import EXACT, Shown, accepts, answers, located
from shared.web.http.bodies import Said, signed
from shared.web.http.finite import JSONResponse
from shared.web.http.limits import USUAL_ROWS
from shared.web.http.paging import Cursor, Limit, Page, page

router = routes("retrainings")


@dataclass(frozen=True, kw_only=True)
class OneRetraining:
    """A retraining: why it was asked for, what trains it, what came of it."""

    __pydantic_config__ = EXACT

    retraining: str
    phase: str
    open: bool
    causes: list[RetrainingCause]
    cost: float
    asked: datetime
    since: datetime
    ended: datetime | None
    because: str | None
    job: str | None
    pipeline: str | None
    run: str | None
    address: str | None
    version: str | None


class RetrainingsOfModel(Shown):
    """Where a model stands: what waits and why, and its retrainings, newest first."""

    model: str
    standing: str
    stopped: datetime | None
    resumed: datetime | None
    resumed_by: str | None
    why: list[str]
    waiting: list[RetrainingCause]
    retrainings: list[OneRetraining]


class Retrainings(Page):
    """A row a model, by name."""

    retrainings: list[RetrainingsOfModel]


class OneModel(Shown):
    """The row of one model."""

    retraining: RetrainingsOfModel


class Resumption(Shown):
    """Who let a model be trained again, and since when it was not."""

    id: str
    model: str
    author: str
    reason: str
    stopped: datetime


class Resumed(Shown):
    """What was said."""

    resumed: Resumption


@router.get(
    "/retrainings",
    operation_id="list_retrainings",
    summary="Retrainings of every model",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Retrainings),
)
def listed(here: Here, limit: Limit = USUAL_ROWS, cursor: Cursor = None) -> JSONResponse:
    """A row a model: where it stands, what waits and why, its retrainings."""
    rows = service.retrainings(here.ledger)
    return JSONResponse(page("retrainings", rows, limit, cursor, lambda row: str(row["model"])))


@router.get(
    "/retrainings/{model}",
    operation_id="get_retrainings_of_model",
    summary="Retrainings of one model",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(OneModel, 404),
)
def of_model(here: Here, model: str) -> JSONResponse:
    """The row of one model."""
    return JSONResponse({"retraining": service.retrainings_of(here.ledger, model)})


@router.post(
    "/retrainings/{model}/resume",
    operation_id="resume_retraining",
    summary="Let a model be trained again",
    dependencies=[requires(Role.OPERATOR)],
    status_code=202,
    responses=accepts(Resumed, 404, located=True),
)
def resume(here: Here, who: Who, model: str, said: Said) -> JSONResponse:
    """After retrainings that came to nothing were stopped."""
    resumed = service.resume(
        here.service,
        here.ledger,
        model,
        **signed(here, who, said),
    )
    where = located("retrainings", resumed["model"])
    return JSONResponse({"resumed": resumed}, status_code=202, headers=where)
