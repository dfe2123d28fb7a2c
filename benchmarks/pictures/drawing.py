"""From a Vega-Lite description to an SVG that is readable by day and by night."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "statistics"

INK, MUTED, GRID, PANEL = "#1f2933", "#5f6b78", "#dfe3e8", "#ffffff"
BASELINE, WINDOW = "#8792a0", "#2563c9"
PASS, UNSURE, FAIL = "#2e7d4f", "#a86200", "#c0312f"
BY_NIGHT = {
    INK: "#e3e7ec",
    MUTED: "#a4afba",
    GRID: "#3a414b",
    PANEL: "#1e2129",
    BASELINE: "#8b96a4",
    WINDOW: "#7fabff",
    PASS: "#6fce96",
    UNSURE: "#f0b154",
    FAIL: "#ff8f87",
}
VERDICTS = {
    "domain": ["pass", "inconclusive", "fail"],
    "range": [PASS, UNSURE, FAIL],
}
SHAPES = {"domain": VERDICTS["domain"], "range": ["circle", "square", "triangle-up"]}
UTC_AXIS: dict[str, Any] = {
    "type": "temporal",
    "scale": {"type": "utc"},
    "axis": {"format": "%b %Y", "tickCount": 10},
}
POWERS = {"values": [10.0**power for power in range(-4, 5)], "format": "~g"}

_CONFIG: dict[str, Any] = {
    "background": PANEL,
    "font": "Helvetica, Arial, sans-serif",
    "aria": False,
    "axis": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "labelOverlap": "greedy",
        "labelSeparation": 10,
        "gridColor": GRID,
        "domainColor": GRID,
        "tickColor": GRID,
    },
    "legend": {
        "labelColor": INK,
        "titleColor": MUTED,
        "labelFontSize": 12,
        "orient": "top",
        "columnPadding": 24,
        "titleFontWeight": "normal",
    },
    "title": {"color": INK, "fontSize": 13, "fontWeight": 600, "anchor": "start", "offset": 8},
    "view": {"stroke": None},
    "point": {"opacity": 1},
    "padding": 10,
}
_VERSION = "5.21"
_ATTRIBUTE = re.compile(r'="[^"]*"')
_LONG = re.compile(r"-?\d+\.\d{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of `page`, and the sentences about it, which the page has word for word."""

    name: str
    page: str
    spec: dict[str, Any]
    says: tuple[str, ...]

    @property
    def path(self) -> Path:
        """Where it lies."""
        return FOLDER / f"{self.name}.svg"

    def svg(self) -> str:
        """The file's text; coordinates to a hundredth, so that it is the same everywhere."""
        import vl_convert

        spec = {
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "config": _CONFIG,
            **self.spec,
        }
        drawn: str = vl_convert.vegalite_to_svg(spec, vl_version=_VERSION)
        drawn = _ATTRIBUTE.sub(lambda found: _LONG.sub(_shortened, found[0]), drawn)
        return drawn.replace(">", f">{_style()}", 1) + "\n"


def _shortened(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}"


def _style() -> str:
    """Colours by night: rules of a style sheet win over the attributes of the drawing."""
    rules = "".join(
        f'[fill="{day}"]{{fill:{night}}}[stroke="{day}"]{{stroke:{night}}}'
        for day, night in BY_NIGHT.items()
    )
    return f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"


def rule(
    value: float, text: str, *, colour: str = MUTED, across: bool = True
) -> list[dict[str, Any]]:
    """A dashed line at a value with its name: a limit, a threshold."""
    channel = "y" if across else "x"
    at = {"datum": value}
    words: dict[str, Any] = {"type": "text", "text": text, "color": colour, "fontSize": 12}
    words |= {"align": "left", "baseline": "bottom", "dx": 4, "dy": -3}
    place = {channel: at, "x": {"value": 0}} if across else {channel: at, "y": {"value": 0}}
    return [
        {
            "data": {"values": [{}]},
            "mark": {"type": "rule", "strokeDash": [5, 4], "color": colour},
            "encoding": {channel: at},
        },
        {"data": {"values": [{}]}, "mark": words, "encoding": place},
    ]


def intervals(
    values: Sequence[dict[str, Any]],
    *,
    title: str,
    along: dict[str, Any],
    across: dict[str, Any],
    others: Sequence[dict[str, Any]] = (),
    height: int = 220,
    upright: bool = True,
    **view: Any,
) -> dict[str, Any]:
    """Estimates with their intervals, coloured and shaped by verdict.

    Each of the `values` has `estimate`, `low`, `high` and `verdict`; they lie along one channel,
    x where `upright`, and reach over the other.
    """
    first, second = ("x", "y") if upright else ("y", "x")
    quantity = {"type": "quantitative", "title": None, **across}
    by_verdict = {"field": "verdict", "type": "nominal", "title": None}
    colour = {**by_verdict, "scale": VERDICTS}
    reach = {second: {"field": "low", **quantity}, f"{second}2": {"field": "high"}}
    at = {second: {"field": "estimate", **quantity}, "shape": {**by_verdict, "scale": SHAPES}}
    return {
        "width": 620,
        "height": height,
        "title": title,
        "layer": [
            {
                "data": {"values": list(values)},
                "mark": mark,
                "encoding": {first: along, "color": colour, **encoding},
            }
            for mark, encoding in (
                ({"type": "rule", "strokeWidth": 1.5}, reach),
                ({"type": "point", "filled": True, "size": 45}, at),
            )
        ]
        + list(others),
        **view,
    }


def number(value: float) -> str:
    """A whole number as people read it: 50 000."""
    return f"{value:,.0f}".replace(",", " ")


def day(moment: datetime) -> str:
    """A day as people read it: 31 March 2019."""
    return f"{moment.day} {moment:%B %Y}"
