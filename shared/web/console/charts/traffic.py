"""An endpoint's traffic over time: what was declared, what was observed, and who got none."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from shared.domain.wording import one_line, spell_count, spell_list, spell_number, spell_time
from shared.service.history import TrafficHistory
from shared.web.console.charts.axes import Reach, milliseconds, over_time, panel, rows
from shared.web.console.charts.drawing import SERIES
from shared.web.console.charts.lives import Stretch, lives_of, without_share
from shared.web.console.charts.marking import Numbered, mark_layers

OTHERS = "others"
_LEAST = 1 / 160
"""So wide is a look at the least, as a share of the chart."""
_LEAST_LOOKS = 2
_ROOM_FOR_TEXT = 0.05


def traffic_chart(
    history: TrafficHistory, reach: Reach, marks: Sequence[Numbered] = ()
) -> dict[str, Any] | None:
    """Three panels above each other: declared, observed, and each deployment with its gaps.

    None where no share was ever told. Colours are those of `named`, in all three.
    """
    if not history.declared:
        return None
    names = named(history)
    lives = lives_of(history, reach)
    panels = [
        panel(130, [*_declared(history, names, reach), *mark_layers(marks)], "declared, per cent")
    ]
    observed = _observed(history, names, reach)
    if observed:
        panels.append(panel(70, observed, "observed in looks at the requests, per cent"))
    panels.append(_lives(lives, names, reach, marks))
    return {"vconcat": panels, "spacing": 12, "padding": 4}


def named(history: TrafficHistory) -> tuple[str, ...]:
    """The deployments that have a colour; those with least traffic are `others` together."""
    if len(history.deployments) <= len(SERIES):
        return history.deployments
    weight = dict.fromkeys(history.deployments, 0.0)
    for step in history.declared:
        for name, share in step.shares.items():
            weight[name] = max(weight.get(name, 0.0), share)
    most = sorted(weight, key=lambda name: (-weight[name], name))[: len(SERIES) - 1]
    return (*sorted(most), OTHERS)


def told_of(history: TrafficHistory, reach: Reach) -> str:
    """What the chart shows: who is to get what now, how often that changed, and who gets none."""
    name = one_line(history.endpoint, 80)
    if not history.declared:
        return f"Nothing is known of the traffic of {name} in this span."
    last = history.declared[-1]
    shares = [f"{one} {spell_number(share)} %" for one, share in sorted(last.shares.items())]
    since = "" if last.at <= reach.begin else f" since {spell_time(last.at)}"
    changed = spell_count(len(history.declared) - 1, "change")
    said = f"{name}: declared is {spell_list(shares) or 'no traffic for anybody'}{since}"
    none = [stretch.deployment for stretch in without_share(history, reach)]
    gets = f"; {spell_list(none)} {'has' if len(none) == 1 else 'have'} 0 %" if none else ""
    return f"{said}, {changed} in this span{gets}."


def _scale(names: Sequence[str]) -> dict[str, Any]:
    return {
        "field": "deployment",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": list(names), "range": list(SERIES[: len(names)])},
    }


def _per_cent(field: str = "share") -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [0, 100], "nice": False},
        "axis": {"title": None, "tickCount": 3},
    }


def _together(shares: Mapping[str, float], names: Sequence[str]) -> dict[str, float]:
    """Shares by the names that have a colour."""
    found = dict.fromkeys(names, 0.0)
    for name, share in shares.items():
        found[name if name in found else OTHERS] = (
            found.get(name if name in found else OTHERS, 0.0) + share
        )
    return found


def _declared(history: TrafficHistory, names: Sequence[str], reach: Reach) -> list[dict[str, Any]]:
    """Stacked areas that step where the shares were changed."""
    steps = [(reach.within(step.at), step.shares) for step in history.declared]
    steps.append((reach.end, steps[-1][1]))
    values = [
        {"at": milliseconds(at), "deployment": name, "share": share}
        for at, shares in steps
        for name, share in _together(shares, names).items()
    ]
    return [
        {
            "data": rows(values),
            "mark": {"type": "area", "interpolate": "step-after", "fillOpacity": 0.85},
            "encoding": {
                "x": over_time(reach, labels=False),
                "y": {**_per_cent(), "stack": "zero"},
                "fill": _scale(names),
                "order": {"field": "deployment"},
            },
        }
    ]


def _observed(history: TrafficHistory, names: Sequence[str], reach: Reach) -> list[dict[str, Any]]:
    """A bar a look that counted requests, as wide as the time between looks."""
    looks = [look for look in history.observed if look.requests > 0]
    if len(looks) < _LEAST_LOOKS:
        return []
    least = (reach.end - reach.begin) * _LEAST
    widths = _widths([look.at for look in looks], least)
    values = []
    for look, width in zip(looks, widths, strict=True):
        begin = reach.within(look.at - width)
        base = 0.0
        shares = {name: 100 * one.share for name, one in look.observed.items()}
        for name, share in _together(shares, names).items():
            if share <= 0:
                continue
            values.append(
                {
                    "at": milliseconds(begin),
                    "to": milliseconds(reach.within(look.at)),
                    "deployment": name,
                    "from": round(base, 1),
                    "share": round(base + share, 1),
                }
            )
            base += share
    return [
        {
            "data": rows(values),
            "mark": {"type": "rect"},
            "encoding": {
                "x": over_time(reach, labels=False),
                "x2": {"field": "to"},
                "y": _per_cent("share"),
                "y2": {"field": "from"},
                "fill": _scale(names),
            },
        }
    ]


def _widths(times: Sequence[datetime], least: timedelta) -> list[timedelta]:
    """How far back each look goes: to the one before, unless that was unusually long ago."""
    gaps = [after - before for before, after in pairwise(times)]
    usual = timedelta(seconds=median(gap.total_seconds() for gap in gaps)) if gaps else least
    return [max(min(gap, usual * 2), least) for gap in (usual, *gaps)]


def _lives(
    lives: Sequence[Stretch], names: Sequence[str], reach: Reach, marks: Sequence[Numbered]
) -> dict[str, Any]:
    """A line a deployment: filled while it has a share, an empty box that says 0 % while not."""
    deployments = list(dict.fromkeys(stretch.deployment for stretch in lives))
    across = over_time(reach)
    by_name = {
        "field": "name",
        "type": "nominal",
        "title": None,
        "sort": None,
        "scale": {"domain": [_label(name) for name in deployments]},
        "axis": {"ticks": False, "domain": False, "labelLimit": 160, "labelColor": "var(--ink)"},
    }

    def bars(some: Iterable[Stretch]) -> dict[str, Any]:
        return rows(
            [
                {
                    "at": milliseconds(one.begin),
                    "to": milliseconds(one.end),
                    "name": _label(one.deployment),
                    "deployment": one.deployment if one.deployment in names else OTHERS,
                    "middle": milliseconds(one.begin + (one.end - one.begin) / 2),
                    "says": "0 %" if reach.across(one.end) - reach.across(one.begin) > 0 else "",
                }
                for one in some
            ]
        )

    place = {"x": across, "x2": {"field": "to"}, "y": by_name}
    layers: list[dict[str, Any]] = []
    served = [one for one in lives if one.has_share]
    if served:
        layers.append(
            {
                "data": bars(served),
                "mark": {"type": "bar", "height": 12, "fillOpacity": 0.85},
                "encoding": {**place, "fill": _scale(names)},
            }
        )
    idle = [one for one in lives if not one.has_share]
    if idle:
        layers.append(
            {
                "data": bars(idle),
                "mark": {
                    "type": "bar",
                    "height": 12,
                    "fill": "var(--unsure-wash)",
                    "stroke": "var(--unsure)",
                    "strokeDash": [3, 2],
                },
                "encoding": place,
            }
        )
        layers.append(_says(bars(_wide(idle, reach)), by_name))
    layers += mark_layers(marks, numbers=False)
    return panel(max(1, len(deployments)) * 22, layers, "deployments, and when they had 0 %")


def _says(data: dict[str, Any], by_name: dict[str, Any]) -> dict[str, Any]:
    return {
        "data": data,
        "mark": {"type": "text", "fontSize": 11, "fill": "var(--unsure)", "fontWeight": 600},
        "encoding": {
            "x": {"field": "middle", "type": "temporal"},
            "y": by_name,
            "text": {"field": "says", "type": "nominal"},
        },
    }


def _wide(stretches: Iterable[Stretch], reach: Reach) -> list[Stretch]:
    """Those that have room for a text."""
    return [
        one for one in stretches if reach.across(one.end) - reach.across(one.begin) > _ROOM_FOR_TEXT
    ]


def _label(name: str) -> str:
    return one_line(name, 24)
