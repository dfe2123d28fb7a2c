"""Models over HTTP: all of them, one of them, and what became of it over time."""

from typing import Annotated

from fastapi import Query

from shared.domain.canonical import to_plain
from shared.domain.roles import Role
from shared.errors import InvalidData
from shared.service import history, queries
from shared.service.catalogue.models import ModelRow, ModelTold, model_of, models, require_model
from shared.web.catalogue.spans import Asked
from shared.web.http.admission import Here, requires, routes
from shared.web.http.answers import Shown, answers
from shared.web.http.finite import JSONResponse
from shared.web.http.limits import USUAL_ROWS, Kind
from shared.web.http.paging import Cursor, Limit, Page, page
from shared.web.known.known import AlertRow

router = routes("models")
One = Annotated[str | None, Query(max_length=200, description="Of this one alone.")]
Kinds = Annotated[
    str | None, Query(max_length=300, description="Kinds of entries, with commas between them.")
]


class Models(Page):
    """Models by name, with the policies that cannot be read."""

    models: list[ModelRow]
    policy_problems: list[str]


class OneModel(Shown):
    """One model, with the alerts that fire of it and of its endpoints."""

    model: ModelTold
    alerts: list[AlertRow]


class OneTimeline(Shown):
    """What happened to a model, newest first."""

    timeline: history.Timeline


class OneDrift(Shown):
    """A model's drift over time."""

    drift: history.DriftHistory


class OneKpis(Shown):
    """A model's KPIs over time."""

    kpis: history.KpiHistory


class SomeTraffic(Shown):
    """The traffic of each endpoint of a model over time, that of its last stage first."""

    traffic: list[history.TrafficHistory]


@router.get(
    "/models",
    operation_id="list_models",
    summary="Models",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Models),
)
def listed(here: Here, limit: Limit = USUAL_ROWS, cursor: Cursor = None) -> JSONResponse:
    """Every model that a policy names or something was decided of."""
    rows = [to_plain(row) for row in models(here.ledger, here.policies)]
    answer = page("models", rows, limit, cursor, lambda row: str(row["model"]))  # type: ignore[arg-type]
    return JSONResponse({**answer, "policy_problems": list(here.policies.problems())})


@router.get(
    "/models/{model}",
    operation_id="get_model",
    summary="One model",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(OneModel, 404),
)
def one(here: Here, model: str) -> JSONResponse:
    """Its policy, versions, deployments, promotions, last looks, and the alerts that fire."""
    told = model_of(here.ledger, here.policies, model)
    subjects = [f"model/{model}", *(f"endpoint/{name}" for name in told.endpoints)]
    alerts = queries.alerts_of(here.ledger, subjects, here.clock())
    return JSONResponse({"model": to_plain(told), "alerts": alerts})


@router.get(
    "/models/{model}/timeline",
    operation_id="get_timeline_of_model",
    summary="What happened to a model",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(OneTimeline, 404),
)
def timeline(here: Here, span: Asked, model: str, kinds: Kinds = None) -> JSONResponse:
    """Its versions, deployments, traffic, promotions, alerts and changed verdicts, newest first."""
    require_model(here.ledger, here.policies, model)
    wanted = frozenset(_kind(name.strip()) for name in kinds.split(",")) if kinds else frozenset()
    found = history.timeline(here.ledger, here.policies, model, span, kinds=wanted)
    return JSONResponse({"timeline": to_plain(found)})


@router.get(
    "/models/{model}/drift",
    operation_id="get_drift_of_model",
    summary="A model's drift over time",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(OneDrift, 404),
)
def drift(here: Here, span: Asked, model: str, feature: One = None) -> JSONResponse:
    """Each feature's looks with interval and limit, the alarms, and what happened meanwhile."""
    require_model(here.ledger, here.policies, model)
    features = () if feature is None else (feature,)
    found = history.drift_history(here.ledger, here.policies, model, span, features=features)
    return JSONResponse({"drift": to_plain(found)})


@router.get(
    "/models/{model}/kpis",
    operation_id="get_kpis_of_model",
    summary="A model's KPIs over time",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(OneKpis, 404),
)
def kpis(here: Here, span: Asked, model: str, kpi: One = None) -> JSONResponse:
    """The windows, the watch and the sides of each KPI, and what happened meanwhile."""
    require_model(here.ledger, here.policies, model)
    names = () if kpi is None else (kpi,)
    found = history.kpi_history(here.ledger, here.policies, model, span, kpis=names)
    return JSONResponse({"kpis": to_plain(found)})


@router.get(
    "/models/{model}/traffic",
    operation_id="get_traffic_of_model",
    summary="The traffic of a model's endpoints over time",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(SomeTraffic, 404),
)
def traffic(here: Here, span: Asked, model: str) -> JSONResponse:
    """What each endpoint declared and what was observed there."""
    require_model(here.ledger, here.policies, model)
    found = [
        history.traffic_history(here.ledger, here.policies, endpoint, span)
        for endpoint in history.endpoints_of(here.policies, model)
    ]
    return JSONResponse({"traffic": to_plain(found)})


def _kind(name: str) -> history.MarkKind:
    try:
        return history.MarkKind(name)
    except ValueError as problem:
        known = ", ".join(history.MarkKind)
        raise InvalidData(f"kinds has {name[:40]!r}; known are: {known}.") from problem
