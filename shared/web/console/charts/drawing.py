"""A chart's Vega-Lite specification to SVG: small, readable aloud, in the colours of its page."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any

from markupsafe import Markup

_KEPT = 256
_TAG = re.compile(r"<[^>]*>")
_UNREAD = re.compile(r' (?:aria-\w+|role|pointer-events)="[^"]*"| opacity="1"')
_PLACES = re.compile(r' (d|transform)="([^"]*)"')
_NEEDLESS = re.compile(r"-?\d+\.\d{2,}")
_HAS_SIZE = re.compile(r'<svg ([^>]*?)width="([\d.]+)" height="([\d.]+)"')
_CONFIG: Mapping[str, Any] = {
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--soft-ink)",
        "titleColor": "var(--soft-ink)",
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "gridColor": "var(--line)",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
    },
    "legend": {
        "labelColor": "var(--ink)",
        "titleColor": "var(--soft-ink)",
        "labelFontSize": 12,
        "orient": "top",
    },
    "text": {"color": "var(--ink)", "fontSize": 12},
    "rule": {"color": "var(--ink)"},
}
SERIES = tuple(f"var(--series-{number})" for number in range(1, 7))
"""The colours of series, in their order, as the style of the console defines them."""


def drawn(specification: Mapping[str, Any], told: str) -> Markup:
    """The chart as SVG; `told` is what it shows, in a sentence for who does not see it.

    Colours may be those of the style, such as `var(--fail)`. What was drawn lately is not drawn
    again. Times are UTC.
    """
    whole = {"config": _CONFIG, "background": None, **specification}
    key = json.dumps(whole, sort_keys=True, default=str)
    svg = _draw(key)
    label = f'<svg role="img" aria-label="{escape(told)}" '
    return Markup(svg.replace("<svg ", label, 1))  # noqa: S704  drawn here, its text escaped


@lru_cache(maxsize=_KEPT)
def _draw(specification: str) -> str:
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(json.loads(specification))
    svg = _HAS_SIZE.sub(r"<svg \1", svg, count=1)
    return _TAG.sub(_shortened, svg)


def _shortened(tag: re.Match[str]) -> str:
    """A tag without what nobody reads; a text that looks like one's attributes stays a text."""
    return _PLACES.sub(_rounded, _UNREAD.sub("", tag[0]))


def _rounded(place: re.Match[str]) -> str:
    """A place to a tenth of a pixel: what is finer nobody sees, and it is a fifth of a chart."""
    name, where = place.groups()
    return f' {name}="{_NEEDLESS.sub(lambda number: f"{float(number[0]):.1f}", where)}"'
