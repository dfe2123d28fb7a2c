"""A KPI is judged against its seasons, with its own noise, and never without its n."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.statistics.series import Point, SeriesReason, judge_series

START = datetime(2026, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def seasonal_rate(time):
    """A conversion rate with a rhythm of day and week."""
    day = 0.02 * math.sin(2 * math.pi * time.hour / 24)
    return 0.10 + day - (0.02 if time.weekday() >= 5 else 0.0)


def visits(hours, *, change=0.0, seed=0, first=0, noise=0.0):
    """Hourly proportions of about two thousand visits."""
    generator = np.random.default_rng(seed)
    points = []
    for index in range(first, first + hours):
        time = START + index * HOUR
        rate = seasonal_rate(time) * (1 + change) * math.exp(generator.normal(0, noise))
        points.append(Point(time=time, value=float(generator.binomial(2000, rate)), weight=2000.0))
    return points


FOUR_WEEKS = 28 * 24


def judge(history, recent, **options):
    settings = {"kind": "proportion", "direction": "fall", "limit": 0.05, **options}
    return judge_series(history, recent, **settings)


def test_an_unchanged_week_with_a_strong_rhythm_passes():
    result = judge(visits(FOUR_WEEKS), visits(72, first=FOUR_WEEKS, seed=9))

    assert result.verdict is Verdict.PASS
    assert result.reason is SeriesReason.WITHIN_LIMIT
    assert result.low <= 0 <= result.high


def test_a_fall_of_a_fifth_is_found_in_half_a_day():
    result = judge(visits(FOUR_WEEKS), visits(12, first=FOUR_WEEKS, seed=2, change=-0.2))

    assert result.verdict is Verdict.FAIL
    assert result.estimate == pytest.approx(-0.2, abs=0.05)
    assert result.high < -0.05
    assert "it may not fall by more than 5.0%" in result.sentence


@pytest.mark.parametrize("noise", [0.0, 0.1], ids=["binomial", "over-dispersed"])
def test_unchanged_windows_hardly_ever_fail(noise):
    """150 unchanged days, judged against a limit of 2 %: at most one in fifty fails."""
    history = visits(FOUR_WEEKS, noise=noise, seed=5)

    failed = [
        judge(
            history, visits(24, first=FOUR_WEEKS, seed=100 + run, noise=noise), limit=0.02
        ).verdict
        is Verdict.FAIL
        for run in range(150)
    ]

    assert sum(failed) <= 3


def test_autocorrelated_noise_widens_the_interval():
    generator = np.random.default_rng(4)
    shocks = generator.normal(0, 1, 600)
    level = np.zeros(600)
    for index in range(1, 600):
        level[index] = 0.9 * level[index - 1] + shocks[index]
    times = [START + index * HOUR for index in range(600)]
    points = [Point(time=t, value=100 + v) for t, v in zip(times, level, strict=True)]
    shuffled = [
        Point(time=t, value=100 + v)
        for t, v in zip(times, generator.permutation(level), strict=True)
    ]

    def width(series):
        result = judge(series[:576], series[576:], kind="mean")
        return result.high - result.low

    assert width(points) > 1.8 * width(shuffled)


def test_the_direction_decides_what_counts():
    history = visits(FOUR_WEEKS)
    risen = visits(24, first=FOUR_WEEKS, seed=3, change=0.3)

    assert judge(history, risen, direction="fall").verdict is Verdict.PASS
    assert judge(history, risen, direction="rise").verdict is Verdict.FAIL
    assert judge(history, risen, direction="both").verdict is Verdict.FAIL


def test_a_limit_in_points_is_told_in_points():
    recent = visits(48, first=FOUR_WEEKS, seed=3, change=-0.3)

    result = judge(visits(FOUR_WEEKS), recent, limit=0.01, relative=False)

    assert result.verdict is Verdict.FAIL
    assert "it may not fall by more than 1.0 points" in result.sentence


def test_few_visits_are_undecided_and_say_how_many_would_decide():
    day = timedelta(days=1)
    history = [Point(time=START + i * day, value=50.0, weight=100.0) for i in range(28)]
    recent = [Point(time=START + 28 * day, value=45.0, weight=100.0)]

    result = judge(history, recent)

    assert result.verdict is Verdict.INCONCLUSIVE
    assert result.n == 100
    assert result.n_needed is None or result.n_needed > 100


def test_less_than_a_week_of_history_is_inconclusive():
    result = judge(visits(72), visits(24, first=72))

    assert result.verdict is Verdict.INCONCLUSIVE
    assert result.reason is SeriesReason.SHORT_HISTORY
    assert "There are 3.0 days of history; seven are needed" in result.sentence


def test_no_history_and_no_recent_data_are_inconclusive():
    assert judge([], visits(24)).reason is SeriesReason.SHORT_HISTORY
    assert judge(visits(FOUR_WEEKS), []).reason is SeriesReason.NO_RECENT_DATA


def test_a_window_that_is_mostly_missing_is_a_finding_of_its_own():
    recent = visits(24, first=FOUR_WEEKS)[20:]

    result = judge(visits(FOUR_WEEKS), recent)

    assert result.reason is SeriesReason.MISSING_DATA
    assert result.sentence.startswith("20 of 24 buckets of the judged window have no data")


def test_a_constant_series_passes_and_has_no_width():
    points = [Point(time=START + index * HOUR, value=7.0) for index in range(FOUR_WEEKS + 24)]

    result = judge(points[:FOUR_WEEKS], points[FOUR_WEEKS:], kind="mean")

    assert result.verdict is Verdict.PASS
    assert result.estimate == pytest.approx(0, abs=1e-9)


def test_counts_have_poisson_noise_by_their_exposure():
    generator = np.random.default_rng(8)
    points = [
        Point(time=START + i * timedelta(days=1), value=float(generator.poisson(400)))
        for i in range(57)
    ]

    result = judge(points[:56], points[56:], kind="count", limit=0.2)

    assert result.verdict is Verdict.PASS
    assert result.expected == pytest.approx(400, rel=0.1)


def test_buckets_outside_their_usual_range_say_since_when():
    recent = [
        *visits(12, first=FOUR_WEEKS, seed=1),
        *visits(12, first=FOUR_WEEKS + 12, seed=2, change=-0.5),
    ]

    result = judge(visits(FOUR_WEEKS), recent)

    assert result.since == START + (FOUR_WEEKS + 12) * HOUR
    assert len(result.points) == 24


@pytest.mark.parametrize(
    ("point", "kind", "sentence"),
    [
        ({"value": math.nan}, "mean", "is nan; give a number"),
        ({"value": -1.0}, "count", "a count is never negative"),
        ({"value": 1.0}, "proportion", "a proportion needs its denominator"),
        ({"value": 5.0, "weight": 4.0}, "proportion", "counts 5 of 4; a proportion's value is"),
        ({"value": 1.0, "weight": -1.0}, "count", "The weight at"),
    ],
)
def test_values_that_cannot_be_are_refused_with_their_time(point, kind, sentence):
    with pytest.raises(InvalidData, match=sentence):
        judge(visits(FOUR_WEEKS), [Point(time=START, **point)], kind=kind)


def test_a_relative_change_of_nothing_has_no_meaning():
    day = timedelta(days=1)
    points = [Point(time=START + index * day, value=0.0) for index in range(30)]

    with pytest.raises(InvalidData, match="expected value is 0"):
        judge(points[:28], points[28:], kind="mean")
