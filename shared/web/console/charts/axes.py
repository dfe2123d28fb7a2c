"""What charts over time have in common: one scale of time, and panels that read alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

WIDTH = 840


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """From when to when a chart goes."""

    begin: datetime
    end: datetime

    def across(self, at: datetime) -> float:
        """Where a time stands in it, from 0 to 1; what lies outside is at its edge."""
        share = (at - self.begin) / (self.end - self.begin)
        return min(max(share, 0.0), 1.0)

    def within(self, at: datetime) -> datetime:
        """The time, or the edge that it lies beyond."""
        return min(max(at, self.begin), self.end)


def milliseconds(at: datetime) -> int:
    """A time as Vega-Lite counts it."""
    return round(at.timestamp() * 1000)


def over_time(reach: Reach, *, labels: bool = True) -> dict[str, Any]:
    """The horizontal axis, in UTC; without labels where a panel below has them."""
    return {
        "field": "at",
        "type": "temporal",
        "title": None,
        "scale": {
            "type": "utc",
            "domain": [milliseconds(reach.begin), milliseconds(reach.end)],
            "nice": False,
        },
        "axis": {
            "labels": labels,
            "ticks": labels,
            "tickCount": 8,
            "grid": False,
            "title": None,
            "format": _spelled(reach),
        },
    }


def _spelled(reach: Reach) -> str:
    """How a tick is spelled: by the hour where the chart holds few days."""
    length = reach.end - reach.begin
    if length <= timedelta(hours=20):
        return "%H:%M"
    if length <= timedelta(days=4):
        return "%-d %b %H:%M"
    return "%-d %b" if length <= timedelta(days=300) else "%b %Y"


def panel(height: int, layers: Sequence[Mapping[str, Any]], title: str | None) -> dict[str, Any]:
    """One panel of layers, with what it shows written above it."""
    made: dict[str, Any] = {"width": WIDTH, "height": height, "layer": list(layers)}
    if title is not None:
        made["title"] = {
            "text": title,
            "anchor": "start",
            "fontSize": 12,
            "fontWeight": "normal",
            "color": "var(--soft-ink)",
            "offset": 4,
        }
    return made


def rows(values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Data that stands in the specification itself."""
    return {"values": list(values)}
