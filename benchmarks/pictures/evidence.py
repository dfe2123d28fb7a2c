"""Pictures of the alarm: evidence that adds up, day by day."""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.pictures.drawing import FAIL, POWERS, UTC_AXIS, WINDOW, Picture, day, rule
from benchmarks.pictures.loans import (
    ANALYSIS,
    CHANGED,
    COLUMNS,
    DAY,
    REFERENCE,
    SEED,
    base,
    windows,
)
from shared.profiles import window
from shared.profiles.calibrating import calibration, phases_of
from shared.statistics.history import History, look_back

if TYPE_CHECKING:
    import pyarrow as pa

YEAR = 365.25
MIXED, MIXED_FROM, MIXED_DAYS, ROWS_A_DAY = 0.1, 30, 60, 166
CHANGED_AT_ROW = 25_500
"""From here on every row of the analysis is of after the change."""


@cache
def history() -> History:
    """Day by day, as the service watches."""
    learnt = calibration(REFERENCE, base(), every=DAY, time_column="timestamp")
    days = windows(DAY)
    return look_back(base(), days, calibration=learnt, run_length=YEAR, phases=phases_of(days, DAY))


def evidence() -> Picture:
    """Evidence day by day, on a scale of powers of ten, and the height of an alarm."""
    found = history()
    looks = found.looks
    values = []
    for look in looks:
        share = (look.watch.evidence - look.watch.threshold) / np.log(10)
        if np.isfinite(share) and look.window.start < CHANGED + 3 * DAY:
            values.append({"time": look.window.start.isoformat(), "share": 10 ** min(share, 4.0)})
    raised, began = looks[found.alarm.raised], looks[found.alarm.began]
    before = [one["share"] for one in values if one["time"] < CHANGED.isoformat()]
    most = max(float(one) for one in before)
    return Picture(
        name="evidence",
        page="evidence.md",
        spec={
            "width": 620,
            "height": 220,
            "title": "Evidence of a change, as a share of what an alarm needs",
            "layer": [
                {
                    "data": {"values": values},
                    "mark": {"type": "line", "color": WINDOW},
                    "encoding": {
                        "x": {"field": "time", "title": None, **UTC_AXIS},
                        "y": {
                            "field": "share",
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
        says=(
            f"In the {len(before)} days before 31 March 2019 the evidence never exceeds "
            f"{most:.1%} of what an alarm needs.",
            f"The alarm is raised with the rows of {day(raised.window.start)}, "
            f"of a change since {day(began.window.start)}.",
        ),
    )


def gathering() -> Picture:
    """A change too small for any single day: evidence adds up, the index of a day never fails."""
    learnt = calibration(REFERENCE, base(), every=DAY, time_column="timestamp")
    days = [window(rows, base()) for rows in _mixed_days()]
    found = look_back(base(), days, calibration=learnt, run_length=YEAR)
    failed = 0
    values = []
    for number, look in enumerate(found.looks, start=1):
        share = (look.watch.evidence - look.watch.threshold) / np.log(10)
        if np.isfinite(share):
            values.append({"day": number, "share": 10 ** max(share, -4.0)})
        failed += any(c.verdict == "fail" for c in look.comparison.columns)
    return Picture(
        name="gathering",
        page="evidence.md",
        spec={
            "width": 620,
            "height": 220,
            "title": "A small change that lasts: evidence as a share of what an alarm needs",
            "layer": [
                {
                    "data": {"values": values},
                    "mark": {"type": "line", "color": WINDOW, "point": {"color": WINDOW}},
                    "encoding": {
                        "x": {"field": "day", "type": "quantitative", "title": "day"},
                        "y": {
                            "field": "share",
                            "type": "quantitative",
                            "title": None,
                            "scale": {"type": "log"},
                            "axis": POWERS,
                        },
                    },
                },
                *rule(1, "alarm", colour=FAIL),
                *rule(MIXED_FROM + 1, f"{MIXED:.0%} of the rows are others", across=False),
            ],
        },
        says=(
            f"From day {MIXED_FROM + 1} on {MIXED:.0%} of the rows come from the loans after "
            f"31 March 2019. The index fails in {failed} of {len(days)} days; the alarm comes "
            f"on day {found.alarm.raised + 1}, of a change since day {found.alarm.began + 1}.",
        ),
    )


def _mixed_days() -> list["pa.Table"]:
    """Days of rows drawn from the baseline, of which some are of later loans from a day on."""
    import pyarrow as pa
    from pyarrow import parquet

    generator = np.random.default_rng(SEED)
    before = parquet.read_table(REFERENCE, columns=COLUMNS)
    after = parquet.read_table(ANALYSIS, columns=COLUMNS).slice(CHANGED_AT_ROW)
    days = []
    for at in range(MIXED_DAYS):
        others = int(generator.binomial(ROWS_A_DAY, MIXED)) if at >= MIXED_FROM else 0
        own = before.take(generator.integers(before.num_rows, size=ROWS_A_DAY - others))
        days.append(
            pa.concat_tables([own, after.take(generator.integers(after.num_rows, size=others))])
        )
    return days


PICTURES = (evidence, gathering)
