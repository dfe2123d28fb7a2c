"""Pictures of figures over time, of rates and of two sides: KPIs, health, canary, attribution."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.attribution import HISTORY, points_of
from benchmarks.kpi import CONVERSION, HOUR, START
from benchmarks.pictures.drawing import (
    BASELINE,
    FAIL,
    POWERS,
    UTC_AXIS,
    WINDOW,
    Picture,
    day,
    intervals,
    rule,
)
from benchmarks.pictures.loans import SEED
from shared.domain.decisions.health.proportion import weigh
from shared.policies.canary import read_canary
from shared.statistics import judge
from shared.statistics.series import Point, compare_sides, watch_series

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
WATCHED = datetime(2018, 11, 30, tzinfo=UTC)
RATE, MOST, SURE = 0.02, 0.01, 0.99
CALLS = (100, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000)
WORSE, SHARE, HOURS = -0.2, 0.5, 36
QUANTITY = {"type": "quantitative"}


def kpi() -> Picture:
    """The sample KPI against what its seasons let expect, and its evidence below."""
    with (SAMPLES / "workspace/kpis/loan-default/approved_and_repaid.csv").open() as file:
        points = [
            Point(
                time=datetime.fromisoformat(row["time"]),
                value=float(row["value"]),
                weight=float(row["weight"]),
            )
            for row in csv.DictReader(file)
        ]
    history = [point for point in points if point.time < WATCHED]
    recent = [point for point in points if point.time >= WATCHED]
    found = watch_series(history, recent, kind="proportion", direction="fall")
    values = [
        {
            "time": point.time.isoformat(),
            "observed": point.observed,
            "expected": point.expected,
            "evidence": max(point.evidence, 1e-4),
        }
        for point in found.points
    ]
    share = {
        "type": "quantitative",
        "title": None,
        "scale": {"zero": False},
        "axis": {"format": ".0%"},
    }
    x = {"field": "time", "title": None, **UTC_AXIS}
    return Picture(
        name="kpi",
        page="kpis.md",
        spec={
            "vconcat": [
                {
                    "width": 620,
                    "height": 170,
                    "title": "Approved loans that were repaid: each day, and what was expected",
                    "data": {"values": values},
                    "layer": [
                        {
                            "mark": {
                                "type": "point",
                                "size": 14,
                                "filled": True,
                                "color": BASELINE,
                            },
                            "encoding": {"x": x, "y": {"field": "observed", **share}},
                        },
                        {
                            "mark": {"type": "line", "color": WINDOW},
                            "encoding": {"x": x, "y": {"field": "expected", **share}},
                        },
                    ],
                },
                {
                    "width": 620,
                    "height": 130,
                    "title": "Evidence, as a share of what an alarm needs",
                    "layer": [
                        {
                            "data": {"values": values},
                            "mark": {"type": "line", "color": WINDOW},
                            "encoding": {
                                "x": x,
                                "y": {
                                    "field": "evidence",
                                    "type": "quantitative",
                                    "title": None,
                                    "scale": {"type": "log"},
                                    "axis": POWERS,
                                },
                            },
                        },
                        *rule(1, "alarm", colour=FAIL),
                    ],
                },
            ]
        },
        says=(
            f"The alarm comes with {day(found.alarmed)}, of a change since "
            f"{day(found.since)}: {found.estimate:+.1%} of what was expected "
            f"({found.low:+.1%} to {found.high:+.1%}).",
        ),
    )


def health() -> Picture:
    """Twice the errors that are allowed, told after more and more calls."""
    values, told = [], {}
    for calls in CALLS:
        seen = weigh(round(RATE * calls), calls, MOST, SURE)
        told[calls] = seen
        values.append(
            {
                "calls": calls,
                "estimate": seen.estimate,
                "low": seen.low,
                "high": seen.high,
                "verdict": seen.verdict.value,
            }
        )
    few = told[500]
    enough = next(calls for calls in CALLS if told[calls].verdict == "fail")
    x = {
        "field": "calls",
        "title": "calls in the window",
        "scale": {"type": "log", "domain": [90, 5600], "nice": False},
        "axis": {"values": list(CALLS), "format": "d"},
        **QUANTITY,
    }
    return Picture(
        name="health",
        page="health.md",
        spec=intervals(
            values,
            title="2 % of the calls fail, 1 % may",
            along=x,
            across={"axis": {"format": ".0%"}},
            others=rule(MOST, "limit 1 %"),
        ),
        says=(
            f"10 errors in 500 calls are 2 %, and with so few calls anything from "
            f"{few.low:.1%} to {few.high:.1%}: inconclusive, about {few.needed} calls would "
            f"decide. In the picture {enough} calls are the first that fail.",
        ),
    )


def canary() -> Picture:
    """Each metric of the sample canary, its interval in units of what is allowed."""
    folder = SAMPLES / "canary"
    config = read_canary((folder / "canary.yaml").read_bytes(), "canary.yaml")
    sides = [_columns(folder / f"{side}.csv") for side in ("control", "experiment")]
    found = judge(sides[0], sides[1], config)
    values = []
    for metric in found.metrics:
        effect = next((e for e in metric.effects if e.verdict == metric.verdict), metric.effects[0])
        allowed = effect.ceiling if effect.ceiling is not None else abs(effect.floor or 1.0)
        neutral = 1.0 if effect.aspect.value in {"spread", "upper_tail", "ratio"} else 0.0
        values.append(
            {
                "metric": f"{metric.name}: {effect.aspect.value}",
                "verdict": metric.verdict.value,
                **{
                    end: (getattr(effect, end) - neutral) / (allowed - neutral)
                    for end in ("estimate", "low", "high")
                },
            }
        )
    [errors] = [metric for metric in found.metrics if metric.name == "errors"]
    [rate] = [effect for effect in errors.effects if effect.side.value == "above"]
    y = {"field": "metric", "type": "nominal", "title": None, "axis": {"labelLimit": 260}}
    return Picture(
        name="canary",
        page="canary.md",
        spec=intervals(
            values,
            title="The canary's metrics against its control's",
            along=y,
            across={"title": "change, 1 is all that is allowed"},
            others=rule(1, "", across=False),
            upright=False,
            height=170,
            padding={"left": 40, "right": 10, "top": 10, "bottom": 10},
        )
        | {"width": 440},
        says=(
            f"The rate of errors rose by {rate.estimate:.2%} of the calls "
            f"({rate.low:.2%} to {rate.high:.2%}), 0.20% is allowed: the canary fails, "
            f"with a score of {found.score:.0f}.",
        ),
    )


def sides() -> Picture:
    """A worse version beside the old one, the same hours: their difference, hour by hour."""
    generator = np.random.default_rng(SEED)
    made = points_of(CONVERSION, generator, SHARE, WORSE, split=True)
    since = START + HISTORY * HOUR
    by_side = {
        name: [
            Point(time=point.time, value=point.value, weight=point.weight)
            for point in made
            if point.deployment == name and point.time >= since
        ]
        for name in ("blue", "green")
    }
    values, first, last = [], None, None
    for hour in range(2, HOURS + 1):
        found = compare_sides(by_side["green"][:hour], by_side["blue"][:hour], "proportion")
        low, high = found.interval(SURE)
        relative = [each / found.value_other for each in (found.difference, low, high)]
        last = relative
        first = hour if first is None and high < 0 else first
        values.append(
            {"hour": hour, "estimate": relative[0], "low": relative[1], "high": relative[2]}
        )
    return Picture(
        name="sides",
        page="attribution.md",
        spec={
            "width": 620,
            "height": 220,
            "title": "The new deployment against the old one, in the same hours",
            "layer": [
                {
                    "data": {"values": values},
                    "mark": {"type": "area", "opacity": 0.25, "color": WINDOW},
                    "encoding": {
                        "x": {"field": "hour", "title": "hours since the change", **QUANTITY},
                        "y": {
                            "field": "low",
                            "title": None,
                            "axis": {"format": "+.0%"},
                            **QUANTITY,
                        },
                        "y2": {"field": "high"},
                    },
                },
                {
                    "data": {"values": values},
                    "mark": {"type": "line", "color": WINDOW},
                    "encoding": {
                        "x": {"field": "hour", **QUANTITY},
                        "y": {"field": "estimate", **QUANTITY},
                    },
                },
                *rule(0, "no difference"),
            ],
        },
        says=(
            f"The new deployment converts a fifth less by construction. Its whole interval is "
            f"below 0 from hour {first} on; after {HOURS} hours it is {last[0]:+.1%} "
            f"({last[1]:+.1%} to {last[2]:+.1%}).",
        ),
    )


def _columns(path: Path) -> dict[str, Any]:
    with path.open() as file:
        rows = list(csv.DictReader(file))
    return {
        name: np.asarray([float(row[name] or "nan") for row in rows])
        for name in rows[0]
        if name != "minute"
    }


PICTURES = (kpi, health, canary, sides)
