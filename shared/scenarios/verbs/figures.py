"""What the business measures: approvals, conversions, revenue."""

from datetime import timedelta

from shared.scenarios.figures import Figure, Kind
from shared.scenarios.phrases import Found
from shared.scenarios.stage import Stage
from shared.scenarios.verbs.verb import Undo, Vocabulary

verbs = Vocabulary()
_BEFORE = "for DURATION before"
_HISTORY = timedelta(days=35)


@verbs.add("kpi KPI of NAME is NUMBER % of COUNT an hour", clauses=(_BEFORE,), lasts=True)
def share(stage: Stage, found: Found) -> Undo:
    """A share of so many cases an hour, until the next sentence about it."""
    figure = Figure(
        kind=Kind.SHARE, value=found.number("number") / 100.0, of=float(found.text("count"))
    )
    return _set(stage, found, figure)


@verbs.add("kpi KPI of NAME is NUMBER an hour", clauses=(_BEFORE,), lasts=True)
def count(stage: Stage, found: Found) -> Undo:
    """So many an hour."""
    return _set(stage, found, Figure(kind=Kind.COUNT, value=found.number("number")))


@verbs.add(
    "kpi KPI of NAME is NUMBER on average over COUNT an hour", clauses=(_BEFORE,), lasts=True
)
def mean(stage: Stage, found: Found) -> Undo:
    """A mean over so many cases an hour, each a fifth of it off."""
    figure = Figure(kind=Kind.MEAN, value=found.number("number"), of=float(found.text("count")))
    return _set(stage, found, figure)


@verbs.add("kpi KPI of NAME is not measured", lasts=True)
def not_measured(stage: Stage, found: Found) -> Undo:
    """Its source is silent."""
    return _set(stage, found, None)


def _set(stage: Stage, found: Found, figure: Figure | None) -> Undo:
    model, kpi = found.text("name"), found.text("kpi")
    before = stage.figures.figure(model, kpi)
    history = found.clause(_BEFORE)
    since = stage.start - (_HISTORY if history is None else history.duration("duration"))
    stage.figures.set(model, kpi, figure, since)
    return lambda: stage.figures.set(model, kpi, before, since)
