"""A chart with what it tells in words and its newest numbers as a table, for who cannot see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shared.domain.wording import spell_number
from shared.service.history import TrafficHistory
from shared.service.history.drift import FeatureSeries
from shared.service.history.kpis import KpiSeries
from shared.service.history.points import Point
from shared.web.console.charts.drawing import SERIES
from shared.web.console.charts.traffic import named

MOST_ROWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a chart's table: the time, its numbers, a verdict, a sentence on it."""

    at: str
    cells: tuple[str, ...]
    verdict: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart; None where nothing could be drawn. `left_out` counts older rows.

    `legend` gives the colours of what has no legend in the chart itself; `asides` are sentences
    that belong to it.
    """

    name: str
    told: str
    svg: Markup | None
    columns: tuple[str, ...]
    rows: tuple[Row, ...] = ()
    left_out: int = 0
    legend: tuple[tuple[str, str], ...] = ()
    asides: tuple[str, ...] = ()


def traffic_figure(history: TrafficHistory, told: str, svg: Markup | None) -> Figure:
    """The changes of what was declared, the newest first."""
    rows = [
        Row(
            at=step.at.isoformat(),
            cells=(
                ", ".join(
                    f"{name} {spell_number(share)} %{_carries(step.models.get(name))}"
                    for name, share in sorted(step.shares.items())
                )
                or "no traffic for anybody",
                step.by or "",
            ),
        )
        for step in reversed(history.declared)
    ]
    names = named(history)
    return Figure(
        name=history.endpoint,
        told=told,
        svg=svg,
        columns=("Since", "Declared", "By"),
        rows=tuple(rows[:MOST_ROWS]),
        left_out=max(0, len(rows) - MOST_ROWS),
        legend=tuple(zip(names, SERIES[: len(names)], strict=True)) if svg is not None else (),
        asides=_observed(history),
    )


def _carries(model: str | None) -> str:
    return f" ({model})" if model else ""


def _observed(history: TrafficHistory) -> tuple[str, ...]:
    """What the last look that counted requests saw; looks that counted none are told too."""
    if not history.observed:
        return (f"None of {history.looks} looks could count requests.",) if history.looks else ()
    last = history.observed[-1]
    shares = ", ".join(
        f"{name} {spell_number(round(100 * one.share, 1))} % ({one.requests})"
        for name, one in sorted(last.observed.items())
    )
    seen = f"Last counted {last.at:%Y-%m-%d %H:%M} UTC: {last.requests} requests"
    return (f"{seen}{', ' + shares if shares else ''}.",)


def drift_figure(feature: FeatureSeries, told: str, svg: Markup | None) -> Figure:
    """The looks at one feature, the newest first."""
    rows = [
        Row(
            at=point.at.isoformat(),
            cells=(spell_number(point.estimate), _interval(point), spell_number(point.limit)),
            verdict=point.verdict.value,
            sentence=point.sentence,
        )
        for point in _newest(feature.points)
    ]
    return Figure(
        name=feature.name,
        told=told,
        svg=svg,
        columns=("Look", "Index", "Interval", "Limit", "Verdict", "In words"),
        rows=tuple(rows),
        left_out=max(0, feature.looks - len(rows)),
    )


def kpi_figure(series: KpiSeries, told: str, svg: Markup | None) -> Figure:
    """The looks at one figure, the newest first, and how deployments differ now."""
    rows = [
        Row(
            at=point.at.isoformat(),
            cells=(spell_number(point.observed), spell_number(point.expected), _interval(point)),
            verdict=point.verdict.value,
            sentence=point.sentence,
        )
        for point in _newest(series.window)
    ]
    watched = [point.sentence for point in series.watched[-1:]]
    sides = [points[-1].sentence for points in (series.sides or {}).values() if points]
    return Figure(
        name=series.name,
        told=told,
        svg=svg,
        columns=("Look", "Observed", "Expected", "Change between", "Verdict", "In words"),
        rows=tuple(rows),
        left_out=max(0, series.looks - len(rows)),
        asides=(*watched, *sides),
    )


def _newest(points: Sequence[Point]) -> Sequence[Point]:
    return points[::-1][:MOST_ROWS]


def _interval(point: Point) -> str:
    if point.low is None or point.high is None:
        return "unknown"
    return f"{spell_number(point.low)} to {spell_number(point.high)}"
