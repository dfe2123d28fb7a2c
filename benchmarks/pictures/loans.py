"""Pictures of drift: the car loans of samples/car-loan, in windows of days and weeks."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.pictures.drawing import (
    BASELINE,
    FAIL,
    UTC_AXIS,
    VERDICTS,
    WINDOW,
    Picture,
    intervals,
    number,
    rule,
)
from shared.profiles import baseline
from shared.profiles.calibrating import windows_of_time
from shared.statistics import Profile, compare
from shared.statistics.comparison.cells import cells_of
from shared.statistics.distances.psi import judge_psi, population_stability_index

if TYPE_CHECKING:
    pass

LOANS = Path(__file__).resolve().parents[2] / "samples" / "car-loan"
REFERENCE, ANALYSIS = LOANS / "reference.parquet", LOANS / "analysis.parquet"
COLUMNS = [
    "car_value",
    "salary_range",
    "debt_to_income_ratio",
    "loan_length",
    "repaid_loan_on_prev_car",
    "size_of_downpayment",
    "driver_tenure",
    "y_pred_proba",
]
DAY, WEEK = timedelta(days=1), timedelta(days=7)
LIMIT, CUSTOM = 0.2, 0.1
CHANGED = datetime(2019, 3, 31, tzinfo=UTC)
FIRST_WEEK = datetime(2019, 4, 1, tzinfo=UTC)
SIZES = (50, 100, 200, 500, 1000, 2000, 5000)
DRAWS, SEED = 2000, 20261127


@cache
def base() -> Profile:
    """What the model was trained on."""
    return baseline(REFERENCE, columns=COLUMNS)


@cache
def windows(every: timedelta, *, reference: bool = False) -> list[Profile]:
    """Profiles of one period each."""
    return windows_of_time(REFERENCE if reference else ANALYSIS, base(), every, "timestamp")


def cut() -> Picture:
    """What a window and a baseline are."""
    weeks = [*windows(WEEK, reference=True)[:-1], *windows(WEEK)]
    values = []
    for win in weeks:
        column: Any = win.columns["car_value"]
        side = "window" if win.start >= datetime(2018, 10, 29, tzinfo=UTC) else "baseline"
        values.append({"time": win.start.isoformat(), "mean": column.mean, "side": side})
    rows = [win.rows for win in windows(WEEK)[1:-1]]
    return Picture(
        name="cut",
        page="windows.md",
        spec={
            "width": 620,
            "height": 200,
            "title": "Mean of car_value in €, a point a week",
            "data": {"values": values},
            "mark": {"type": "point", "filled": True, "size": 40},
            "encoding": {
                "x": {"field": "time", "title": None, **UTC_AXIS},
                "y": {
                    "field": "mean",
                    "type": "quantitative",
                    "title": None,
                    "scale": {"zero": False},
                },
                "color": {
                    "field": "side",
                    "type": "nominal",
                    "title": None,
                    "scale": {"domain": ["baseline", "window"], "range": [BASELINE, WINDOW]},
                },
            },
        },
        says=(
            f"The baseline has {number(base().rows)} rows; a window of seven days has "
            f"{number(min(rows))} or {number(max(rows))}.",
        ),
    )


def cells() -> Picture:
    """One column in its cells, before and in the first week that differs."""
    week = next(win for win in windows(WEEK) if win.start == FIRST_WEEK)
    compared = {column.name: column for column in compare(base(), week).columns}["car_value"]
    values = []
    for order, (label, before, after) in enumerate(compared.bars):
        spoken = {"cell": label, "order": order}
        values.append({**spoken, "side": "baseline", "share": before})
        values.append({**spoken, "side": "window", "share": after})
    psi = compared.distances["psi"]
    return Picture(
        name="cells",
        page="distances.md",
        spec={
            "width": 620,
            "height": 200,
            "title": "Share of the rows in each cell of car_value",
            "data": {"values": values},
            "mark": "bar",
            "encoding": {
                "x": {
                    "field": "cell",
                    "type": "nominal",
                    "title": None,
                    "sort": {"field": "order"},
                    "axis": {"labelAngle": -30, "labelOverlap": False},
                },
                "xOffset": {"field": "side"},
                "y": {
                    "field": "share",
                    "type": "quantitative",
                    "title": None,
                    "axis": {"format": ".0%"},
                },
                "color": {
                    "field": "side",
                    "type": "nominal",
                    "title": None,
                    "scale": {"domain": ["baseline", "window"], "range": [BASELINE, WINDOW]},
                },
            },
        },
        says=(
            f"In the week of 1 April 2019 the index of car_value is {psi.estimate:.2f}, "
            f"its interval {psi.low:.2f} to {psi.high:.2f}.",
        ),
    )


def index() -> Picture:
    """The index of one column week by week, each with its interval."""
    values, counted = [], dict.fromkeys(VERDICTS["domain"], 0)
    for win in windows(WEEK):
        column = {c.name: c for c in compare(base(), win).columns}["salary_range"]
        psi = column.distances["psi"]
        counted[psi.verdict.value] += 1
        values.append(
            {
                "time": win.start.isoformat(),
                "estimate": psi.estimate,
                "low": psi.low,
                "high": psi.high,
                "verdict": psi.verdict.value,
            }
        )
    return Picture(
        name="index",
        page="distances.md",
        spec=intervals(
            values,
            title="PSI of salary_range, a window a week",
            along={"field": "time", "title": None, **UTC_AXIS},
            across={},
            others=rule(LIMIT, f"limit {LIMIT}"),
        ),
        says=(
            f"Of 44 weeks of salary_range {counted['pass']} pass, {counted['fail']} fail and "
            f"{counted['inconclusive']} are inconclusive at a limit of {LIMIT}.",
        ),
    )


def small() -> Picture:
    """Unchanged rows, drawn from the baseline itself: what a fixed rule makes of few of them."""
    generator = np.random.default_rng(SEED)
    cells = cells_of(base().columns["car_value"], base().columns["car_value"])
    counts = cells.baseline[cells.baseline > 0]
    values, plain, careful = [], {}, {}
    for n in SIZES:
        draws = generator.multinomial(n, counts / counts.sum(), size=DRAWS)
        found = [population_stability_index(counts, draw) for draw in draws]
        fails = [judge_psi(counts, draw, limit=CUSTOM).verdict == "fail" for draw in draws]
        plain[n] = float(np.mean(np.asarray(found) > CUSTOM))
        careful[n] = float(np.mean(fails))
        values.append({"n": n, "rule": "index above 0.1", "share": plain[n]})
        values.append({"n": n, "rule": "whole interval above 0.1", "share": careful[n]})
    return Picture(
        name="small",
        page="distances.md",
        spec={
            "width": 620,
            "height": 200,
            "title": "How often a rule alarms though nothing changed",
            "data": {"values": values},
            "mark": {"type": "line", "point": True},
            "encoding": {
                "x": {
                    "field": "n",
                    "type": "quantitative",
                    "title": "rows in the window",
                    "scale": {"type": "log", "domain": [45, 5500], "nice": False},
                    "axis": {"values": list(SIZES), "format": "d"},
                },
                "y": {
                    "field": "share",
                    "type": "quantitative",
                    "title": None,
                    "axis": {"format": ".0%"},
                },
                "color": {
                    "field": "rule",
                    "type": "nominal",
                    "title": None,
                    "scale": {
                        "domain": ["index above 0.1", "whole interval above 0.1"],
                        "range": [FAIL, WINDOW],
                    },
                },
            },
        },
        says=(
            f"With 100 unchanged rows the index is above 0.1 in {plain[100]:.0%} of the windows, "
            f"with 200 in {plain[200]:.0%}; its whole interval is in {careful[100]:.1%} and "
            f"{careful[200]:.1%}.",
        ),
    )


def deciding() -> Picture:
    """One column after its change, with more and more rows: from inconclusive to a verdict."""
    days = [win for win in windows(DAY) if win.start is not None and win.start >= CHANGED]
    values, told = [], []
    for days_long, grown in enumerate(accumulate(days[:28]), start=1):
        column = {c.name: c for c in compare(base(), grown).columns}["loan_length"]
        psi = column.distances["psi"]
        told.append((grown.rows, psi))
        values.append(
            {
                "days": days_long,
                "estimate": psi.estimate,
                "low": psi.low,
                "high": psi.high,
                "verdict": psi.verdict.value,
            }
        )
    first = next(one for one in told if one[1].verdict == "inconclusive")
    decided = next(one for one in told if one[1].verdict == "fail")
    return Picture(
        name="deciding",
        page="verdicts.md",
        spec=intervals(
            values,
            title="PSI of loan_length on all rows since 31 March 2019",
            along={"field": "days", "type": "quantitative", "title": "days of rows"},
            across={},
            others=rule(LIMIT, f"limit {LIMIT}"),
        ),
        says=(
            f"After {number(first[0])} rows the index is {first[1].estimate:.2f} "
            f"({first[1].low:.2f} to {first[1].high:.2f}) and the verdict inconclusive: "
            f"about {number(first[1].n_needed or 0)} rows would decide.",
            f"It fails with {number(decided[0])} rows, at {decided[1].estimate:.2f} "
            f"({decided[1].low:.2f} to {decided[1].high:.2f}).",
        ),
    )


PICTURES = (cut, cells, index, small, deciding)
