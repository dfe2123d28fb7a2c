"""Drift and business figures over time: interval, limit, verdicts, and what stands beside."""

from datetime import timedelta

import pytest

from shared.domain.policy import Direction, KpiKind, KpiPolicy
from shared.domain.verdict import Verdict
from shared.service.history import DriftHistory, Span
from shared.service.history.drift import DriftAlarm, FeatureSeries
from shared.service.history.kpis import KpiSeries
from shared.service.history.points import Point
from shared.web.console.charts import drift, kpi
from shared.web.console.charts.axes import Reach
from tests.conftest import NOON
from tests.web.console.charts.drawings import data, of, written_in

DAY = timedelta(days=1)
REACH = Reach(begin=NOON, end=NOON + 10 * DAY)


def point(days, estimate, verdict=Verdict.PASS, **given):
    return Point(
        **{
            "at": NOON + days * DAY,
            "verdict": verdict,
            "reason": "told",
            "sentence": "In words.",
            "decision": "d",
            "estimate": estimate,
            "low": None if estimate is None else estimate - 0.1,
            "high": None if estimate is None else estimate + 0.1,
            "limit": 0.2,
            **given,
        }
    )


def feature(name, *points):
    return FeatureSeries(name=name, side="feature", points=points, looks=len(points))


DRIFTED = feature(
    "income",
    point(0, 0.05),
    point(1, 0.9, Verdict.FAIL),
    point(2, 0.6, Verdict.FAIL),
)


def test_a_drift_chart_has_band_limit_line_and_a_dot_a_look_told_by_colour_and_shape():
    chart = drift.drift_chart(DRIFTED, REACH)

    [dots] = of(chart, "point")
    assert [row["verdict"] for row in data(dots)] == ["pass", "fail", "fail"]
    assert dots["encoding"]["shape"]["field"] == dots["encoding"]["color"]["field"] == "verdict"
    assert (len(of(chart, "area")), len(of(chart, "line"))) == (1, 2)
    assert {"pass", "fail"} <= set(written_in(chart))


def test_it_is_told_where_a_feature_stands_since_when_and_how_bad_it_was():
    assert drift.told_of(DRIFTED) == (
        "income: 0.6 (0.5 to 0.7), limit 0.2, beyond its limit since 2026-02-04 12:00 UTC; "
        "at most 0.9 on 2026-02-04; 3 looks."
    )


def test_looks_that_told_no_number_are_no_chart_and_are_told():
    unread = feature("income", point(0, None, Verdict.ERROR))

    assert drift.drift_chart(unread, REACH) is None
    assert drift.told_of(unread) == "No look could tell how far income drifted."


def test_an_alarm_shades_the_time_in_which_it_stands():
    alarm = DriftAlarm(
        fingerprint="f",
        since=NOON,
        begun=NOON + DAY,
        ended=None,
        title="income drifted",
        text="",
        decision="d",
    )

    [shade] = of(drift.drift_chart(DRIFTED, REACH, alarms=[alarm]), "rect")

    [row] = data(shade)
    assert (row["to"] - row["at"]) / 86_400_000 == 9.0


def test_features_that_are_beyond_their_limit_now_come_first():
    over = feature("was", point(0, 5.0, Verdict.FAIL), point(1, 0.01))
    history = DriftHistory(
        model="m",
        span=Span(since=NOON, until=NOON + DAY),
        features=(over, feature("calm", point(0, 0.02)), DRIFTED),
    )

    found = drift.ordered(history, 1)

    assert [one.name for one in found.first] == ["income"]
    assert [one.name for one in found.others] == ["calm", "was"]


def series(*points, statistic="change"):
    return KpiSeries(name="approvals", statistic=statistic, window=points, looks=len(points))


def policy(direction):
    return KpiPolicy(name="approvals", kind=KpiKind.PROPORTION, direction=direction)


FELL = series(
    point(0, -0.01, expected=0.6, observed=0.59),
    point(1, -0.3, Verdict.FAIL, expected=0.6, observed=0.3),
)


@pytest.mark.parametrize(
    ("direction", "lower", "upper"),
    [(Direction.FALL, 0.4, None), (Direction.RISE, None, 0.8), (Direction.BOTH, 0.4, 0.8)],
)
def test_a_figures_limit_stands_on_the_side_to_which_it_may_not_go(direction, lower, upper):
    [dots] = of(kpi.kpi_chart(FELL, policy(direction), REACH), "point")

    row = data(dots)[0]
    assert (row["lower"], row["upper"], row["beside"]) == (lower, upper, 0.6)


def test_a_relative_change_is_a_share_of_what_was_expected():
    found = series(point(0, -0.1, expected=50.0, observed=45.0), statistic="relative_change")

    [dots] = of(kpi.kpi_chart(found, None, REACH), "point")

    row = data(dots)[0]
    assert (row["low"], row["high"], row["lower"], row["upper"]) == (40.0, 50.0, 40.0, 60.0)


def test_a_proportion_is_drawn_in_per_cent_and_told_with_what_was_expected():
    chart = kpi.kpi_chart(FELL, policy(Direction.FALL), REACH)

    assert any(text.endswith("%") for text in written_in(chart))
    assert kpi.told_of(FELL) == (
        "approvals: 0.3 observed, 0.6 expected (beyond its limit, 2026-02-04 12:00 UTC); 2 looks."
    )


def test_a_figure_that_could_not_be_looked_at_is_told_in_the_words_of_the_look():
    unread = series(point(0, None, Verdict.ERROR))

    assert kpi.kpi_chart(unread, None, REACH) is None
    assert kpi.told_of(unread) == (
        "approvals could not be looked at on 2026-02-03 12:00 UTC: In words."
    )
