"""A judged number over time: its interval as a band, its limit, and what each look concluded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.verdict import Verdict
from shared.web.console.charts.axes import Reach, milliseconds, over_time, panel, rows
from shared.web.console.charts.marking import Numbered, mark_layers

HEIGHT = 130
_VERDICTS = {
    Verdict.PASS: ("var(--good)", "circle"),
    Verdict.INCONCLUSIVE: ("var(--unsure)", "square"),
    Verdict.FAIL: ("var(--bad)", "triangle-up"),
    Verdict.ERROR: ("var(--broken)", "cross"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One look at a number, as it is drawn; `beside` is what it is held against, if anything."""

    at: datetime
    estimate: float
    verdict: Verdict
    low: float | None = None
    high: float | None = None
    lower_limit: float | None = None
    upper_limit: float | None = None
    beside: float | None = None


def series_chart(
    points: Sequence[Judged],
    reach: Reach,
    *,
    title: str,
    number: str = "~g",
    from_zero: bool = False,
    marks: Sequence[Numbered] = (),
    alarms: Iterable[tuple[datetime, datetime]] = (),
) -> dict[str, Any]:
    """The specification: band, line, limits, a dot a look, spans of alarms and what happened.

    `number` is how the vertical axis spells its numbers, in the words of d3-format.
    """
    data = rows([_row(point) for point in points])
    upwards = {
        "type": "quantitative",
        "scale": {"zero": from_zero, "nice": True},
        "axis": {"title": None, "format": number, "tickCount": 4},
    }

    def up(field: str) -> dict[str, Any]:
        return {"field": field, **upwards}

    across = over_time(reach)
    layers: list[dict[str, Any]] = [*_alarm_layer(alarms, reach, across)]
    if any(point.low is not None for point in points):
        layers.append(
            {
                "data": data,
                "mark": {
                    "type": "area",
                    "fill": "var(--series-1)",
                    "fillOpacity": 0.2,
                    "interpolate": "linear",
                },
                "encoding": {"x": across, "y": up("low"), "y2": {"field": "high"}},
            }
        )
    layers += [
        _line(data, across, up(field), "var(--bad)", [6, 4])
        for field in ("lower", "upper")
        if any(getattr(point, f"{field}_limit") is not None for point in points)
    ]
    if any(point.beside is not None for point in points):
        layers.append(_line(data, across, up("beside"), "var(--soft-ink)", [2, 3]))
    layers.append(_line(data, across, up("estimate"), "var(--series-1)", None))
    layers.append(_dots(data, points, across, up("estimate")))
    layers += mark_layers(marks)
    return panel(HEIGHT, layers, title if not marks else None)


def _row(point: Judged) -> dict[str, Any]:
    return {
        "at": milliseconds(point.at),
        "estimate": _short(point.estimate),
        "low": _short(point.low),
        "high": _short(point.high),
        "lower": _short(point.lower_limit),
        "upper": _short(point.upper_limit),
        "beside": _short(point.beside),
        "verdict": point.verdict.value,
    }


def _short(value: float | None) -> float | None:
    """As many digits as a chart can show."""
    return None if value is None else float(f"{value:.5g}")


def _line(
    data: dict[str, Any],
    across: dict[str, Any],
    up: dict[str, Any],
    colour: str,
    dash: list[int] | None,
) -> dict[str, Any]:
    mark: dict[str, Any] = {"type": "line", "stroke": colour, "strokeWidth": 1.5}
    if dash is not None:
        mark |= {"strokeDash": dash}
    return {"data": data, "mark": mark, "encoding": {"x": across, "y": up}}


def _dots(
    data: dict[str, Any], points: Sequence[Judged], across: dict[str, Any], up: dict[str, Any]
) -> dict[str, Any]:
    """Colour and shape say the same; only what occurs is in the legend."""
    present = [one for one in Verdict if any(point.verdict is one for point in points)]
    domain = [one.value for one in present]
    return {
        "data": data,
        "mark": {"type": "point", "filled": True, "size": 26, "opacity": 1},
        "encoding": {
            "x": across,
            "y": up,
            "color": {
                "field": "verdict",
                "type": "nominal",
                "title": None,
                "scale": {"domain": domain, "range": [_VERDICTS[one][0] for one in present]},
            },
            "shape": {
                "field": "verdict",
                "type": "nominal",
                "title": None,
                "scale": {"domain": domain, "range": [_VERDICTS[one][1] for one in present]},
            },
        },
    }


def _alarm_layer(
    alarms: Iterable[tuple[datetime, datetime]], reach: Reach, across: dict[str, Any]
) -> list[dict[str, Any]]:
    """The spans in which an alarm stood, behind everything else."""
    spans = [
        {"at": milliseconds(reach.within(begin)), "to": milliseconds(reach.within(end))}
        for begin, end in alarms
        if begin < reach.end and end > reach.begin
    ]
    if not spans:
        return []
    return [
        {
            "data": rows(spans),
            "mark": {"type": "rect", "fill": "var(--bad-wash)", "fillOpacity": 0.8},
            "encoding": {"x": across, "x2": {"field": "to"}},
        }
    ]
