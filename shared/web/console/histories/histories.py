"""`/console/histories/...`: charts and timelines, a page each, which other pages take in."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, Query
from fastapi.responses import Response

from shared.bootstrap import Application
from shared.domain.policy import KpiPolicy
from shared.domain.roles import Role
from shared.domain.wording import spell_time
from shared.errors import InvalidPolicy
from shared.service.history import (
    DriftHistory,
    Mark,
    drift_history,
    endpoints_of,
    kpi_history,
    models_at,
    timeline,
    traffic_history,
)
from shared.service.history.endpoint_timeline import endpoint_timeline
from shared.service.promotion_story import promotions_of
from shared.web.console.charts import drift as drift_charts
from shared.web.console.charts import kpi as kpi_charts
from shared.web.console.charts import traffic as traffic_charts
from shared.web.console.charts.drawing import drawn
from shared.web.console.charts.marking import numbered
from shared.web.console.frame import Framed
from shared.web.console.histories.figures import Figure, drift_figure, kpi_figure, traffic_figure
from shared.web.console.histories.kinds import Narrowed, tone_of, word_of
from shared.web.console.histories.links import link_of, promotion_paths
from shared.web.console.histories.spans import Back, looked_back, reach_of
from shared.web.console.navigation import Place
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import Kind


def _another_address(token: Annotated[str, Query(max_length=40)] = "") -> None:
    """Takes what makes the address of a part another one when there is something new in it."""


router = pages("/console/histories")
READ = [requires(Role.VIEWER, Kind.PAGE), Depends(_another_address)]
MOST_POINTS = 100
AT_ONCE = 3
MOST_ENTRIES = 30
Name = Annotated[str, Query(min_length=1, max_length=300)]


@router.get("/traffic", dependencies=READ)
def traffic(here: Here, frame: Framed, endpoint: Name, back: Back = Back.MONTH) -> Response:
    """Declared and observed shares of an endpoint, with what happened meanwhile."""
    looked = looked_back(here.ledger, [f"endpoint/{endpoint}"], back, frame.now)
    history = traffic_history(here.ledger, here.policies, endpoint, looked.span, most=MOST_POINTS)
    times = [*(step.at for step in history.declared), *(look.at for look in history.observed)]
    reach = reach_of(looked.span, times)
    marks, left_out = numbered(history.marks, reach)
    chart = traffic_charts.traffic_chart(history, reach, marks)
    told = traffic_charts.told_of(history, reach)
    figure = traffic_figure(history, told, None if chart is None else drawn(chart, told))
    return _page(
        frame,
        Place.ENDPOINTS,
        heading=f"Traffic of {endpoint}",
        figures=[figure] if history.looks or history.declared else [],
        marks=marks,
        left_out=left_out,
        notes=history.notes,
        promotions=_promotions(here, models_at(here.policies, endpoint)),
        back=looked.back,
        empty="No look at this endpoint in this span told how its traffic is split.",
    )


@router.get("/drift", dependencies=READ)
def drift(
    here: Here,
    frame: Framed,
    model: Name,
    back: Back = Back.MONTH,
    others: bool = False,
) -> Response:
    """The features of a model, those that alarm first; `others` are those behind the first few."""
    looked = looked_back(here.ledger, [f"model/{model}"], back, frame.now)
    history = drift_history(here.ledger, here.policies, model, looked.span, most=MOST_POINTS)
    reach = reach_of(looked.span, (point.at for one in history.features for point in one.points))
    marks, left_out = numbered(history.marks, reach)
    ordered = drift_charts.ordered(history, AT_ONCE)
    figures = []
    for feature in ordered.others if others else ordered.first:
        told = drift_charts.told_of(feature)
        chart = drift_charts.drift_chart(feature, reach, alarms=history.alarms, marks=marks)
        figures.append(drift_figure(feature, told, None if chart is None else drawn(chart, told)))
    return _page(
        frame,
        Place.MODELS,
        heading=f"Drift of {model}",
        figures=figures,
        marks=marks,
        left_out=left_out,
        notes=(*unread(history), *history.notes),
        promotions=_promotions(here, [model]),
        back=looked.back,
        more=[] if others else [feature.name for feature in ordered.others],
        more_path=f"/console/histories/drift?others=true&back={looked.back}",
        model=model,
        empty="No look at drift in this span told a number.",
    )


@router.get("/kpis", dependencies=READ)
def kpis(here: Here, frame: Framed, model: Name, back: Back = Back.MONTH) -> Response:
    """Each business figure of a model beside what was expected of it."""
    looked = looked_back(here.ledger, [f"model/{model}"], back, frame.now)
    history = kpi_history(here.ledger, here.policies, model, looked.span, most=MOST_POINTS)
    reach = reach_of(looked.span, (point.at for one in history.kpis for point in one.window))
    marks, left_out = numbered(history.marks, reach)
    asked = _kpi_policies(here, model)
    figures = []
    for series in history.kpis:
        told = kpi_charts.told_of(series, asked.get(series.name))
        chart = kpi_charts.kpi_chart(series, asked.get(series.name), reach, marks=marks)
        figures.append(kpi_figure(series, told, None if chart is None else drawn(chart, told)))
    return _page(
        frame,
        Place.MODELS,
        heading=f"Business figures of {model}",
        figures=figures,
        marks=marks,
        left_out=left_out,
        notes=history.notes,
        promotions=_promotions(here, [model]),
        back=looked.back,
        empty="No look at a business figure in this span.",
    )


@router.get("/timeline", dependencies=READ)
def events(
    here: Here,
    frame: Framed,
    model: Annotated[str | None, Query(max_length=300)] = None,
    endpoint: Annotated[str | None, Query(max_length=300)] = None,
    back: Back = Back.MONTH,
    kind: Narrowed = Narrowed.ALL,
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    """What happened to a model or to an endpoint and was decided of it, newest first."""
    name = model or endpoint or ""
    subject = f"model/{name}" if model else f"endpoint/{name}"
    subjects = [subject, *_around(here, name, is_model=bool(model))]
    looked = looked_back(here.ledger, subjects, back, frame.now)
    entries: Sequence[Mark]
    notes: Sequence[str]
    if model:
        found = timeline(here.ledger, here.policies, name, looked.span, kinds=kind.kinds)
        entries, notes = found.entries, found.notes
        models: Sequence[str] = [name]
    else:
        entries, notes = endpoint_timeline(
            here.ledger, here.policies, name, looked.span, kinds=kind.kinds
        )
        models = models_at(here.policies, name)
    paths = promotion_paths(_promotions(here, models))
    shown = entries[(page - 1) * MOST_ENTRIES : page * MOST_ENTRIES]
    return frame.page(
        "histories/timeline.html.j2",
        Place.MODELS if model else Place.ENDPOINTS,
        live=False,
        name=name,
        subject=subject,
        entries=[(one, link_of(one, paths), tone_of(one.kind), word_of(one.kind)) for one in shown],
        kind=kind,
        kinds=tuple(one for one in Narrowed if model or one is not Narrowed.RETRAININGS),
        back=looked.back,
        page=page,
        pages=max(1, -(-len(entries) // MOST_ENTRIES)),
        found=len(entries),
        notes=notes,
        home=f"/console/{'models' if model else 'endpoints'}/",
    )


def _around(here: Application, name: str, *, is_model: bool) -> list[str]:
    if not is_model:
        return []
    return [f"endpoint/{one}" for one in endpoints_of(here.policies, name)]


def _promotions(here: Application, models: Sequence[str]) -> list[dict[str, Any]]:
    return [row for model in models for row in promotions_of(here.ledger, model)]


def unread(history: DriftHistory) -> tuple[str, ...]:
    """The newest look that could not be made, unless a later one told numbers."""
    told = [point.at for feature in history.features for point in feature.points]
    return tuple(
        f"{spell_time(one.at)}: {one.sentence}"
        for one in history.problems[-1:]
        if one.at >= max(told, default=one.at)
    )


def _kpi_policies(here: Application, model: str) -> dict[str, KpiPolicy]:
    try:
        policy = here.policies.for_model(model)
    except InvalidPolicy:
        return {}
    return {} if policy is None else {one.name: one for one in policy.kpis}


def _page(
    frame: Framed,
    place: Place,
    *,
    figures: Sequence[Figure],
    marks: Sequence[Any],
    promotions: Sequence[Any],
    **values: Any,
) -> Response:
    paths = promotion_paths(promotions)
    return frame.page(
        "histories/charts.html.j2",
        place,
        live=False,
        figures=figures,
        marks=marks,
        link=lambda mark: link_of(mark, paths),
        word=word_of,
        **{"more": [], "more_path": "", "model": "", **values},
    )
