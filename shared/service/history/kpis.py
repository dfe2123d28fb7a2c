"""A model's KPIs over time: the judged window, the watch whose evidence adds up, and the sides."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from shared.domain.alert import AlertKind
from shared.domain.finding import Rule
from shared.ports import Ledger, Policies
from shared.service.history.drift import surroundings
from shared.service.history.happenings import alert_marks, promotion_marks
from shared.service.history.marks import Mark
from shared.service.history.points import Point, point_of, thinned
from shared.service.history.spans import Decision, Span, decided, happened, is_told_again, read_past
from shared.service.history.thinning import MOST_POINTS
from shared.service.history.traffic import left_out, marks_in

_KINDS = frozenset(
    {AlertKind.KPI_CHANGED.value, AlertKind.KPI_DIFFERS.value, AlertKind.KPI_SILENT.value}
)
_WINDOW = frozenset({"change", "relative_change"})
_WATCH = "lasting_relative_change"
_SIDE = "difference"
_NUMBERS = _WINDOW | {_WATCH, _SIDE, None}
_SERIES = {_WATCH: "watch", _SIDE: "side"}


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiSeries:
    """One KPI over time.

    `window` are the judged windows: their change from what was expected, with `expected` and
    `observed`; `watched` is the watch over all buckets, whose `evidence` becomes an alarm; `sides`
    hold how each deployment differs from the one beside it. A look that could not be made is in
    `window`, as an error without a number.
    """

    name: str
    statistic: str
    window: tuple[Point, ...] = ()
    watched: tuple[Point, ...] = ()
    sides: dict[str, tuple[Point, ...]] | None = None
    looks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiHistory:
    """What each KPI of a model did, by name, with what was deployed and routed meanwhile."""

    model: str
    span: Span
    kpis: tuple[KpiSeries, ...] = ()
    marks: tuple[Mark, ...] = ()
    notes: tuple[str, ...] = ()


def kpi_history(
    ledger: Ledger,
    policies: Policies,
    model: str,
    span: Span,
    *,
    kpis: Collection[str] = (),
    most: int = MOST_POINTS,
) -> KpiHistory:
    """Of one model: of these KPIs, or of all that were looked at."""
    past = read_past(ledger, f"model/{model}", span)
    within = [one for one in past.decisions if span.holds(decided(one)) and not is_told_again(one)]
    found = _found(within)
    series = tuple(
        _series(name, found[name], most) for name in sorted(found) if not kpis or name in kpis
    )
    others, told = surroundings(ledger, policies, model, span)
    marks, cut = marks_in(
        [*alert_marks(past.decisions, _KINDS), *promotion_marks(past), *others], span
    )
    dropped = sum(one.looks - len(one.window) for one in series)
    return KpiHistory(
        model=model,
        span=span,
        kpis=series,
        marks=marks,
        notes=(*past.notes, *told, *left_out(dropped, "points of KPIs"), *cut),
    )


_Found = dict[str, list[tuple[str | None, str, Point]]]


def _found(decisions: Iterable[Decision]) -> Mapping[str, list[tuple[str | None, str, Point]]]:
    """By KPI: the statistic, the deployment where it is of one, and the point."""
    found: _Found = defaultdict(list)
    for decision in decisions:
        at = happened(decision)
        for finding in decision["findings"]:
            if finding["rule"] != Rule.KPI.value or finding.get("statistic") not in _NUMBERS:
                continue
            details = finding.get("details") or {}
            name = str(finding["thing"]).partition("/")[2]
            deployment = ""
            if finding.get("statistic") == _SIDE:
                deployment = str(details.get("deployment") or "")
                name = name.removesuffix(f"/{deployment}")
            found[name].append(
                (finding.get("statistic"), deployment, point_of(decision, finding, at))
            )
    return found


def _series(name: str, found: list[tuple[str | None, str, Point]], most: int) -> KpiSeries:
    window = [point for statistic, _, point in found if statistic not in _SERIES]
    sides: dict[str, list[Point]] = defaultdict(list)
    for statistic, deployment, point in found:
        if statistic == _SIDE:
            sides[deployment].append(point)
    named = [statistic for statistic, _, _ in found if statistic in _WINDOW]
    return KpiSeries(
        name=name,
        statistic=named[-1] or "change" if named else "change",
        window=thinned(window, most),
        watched=thinned([point for statistic, _, point in found if statistic == _WATCH], most),
        sides={one: thinned(points, most) for one, points in sorted(sides.items())},
        looks=len(window),
    )
