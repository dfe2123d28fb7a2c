"""The change since a known moment is measured with an interval that covers it."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shared.errors import InvalidData
from shared.statistics.series import Point, change_since, watch_series
from shared.statistics.series.accumulation import onset_interval

START = datetime(2026, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = 168


def visits(hours, *, seed=0, change=0.0, at=0, rate=0.1, weight=2000.0):
    """Hourly proportions with a rhythm of day and week, whose rate wanders by itself."""
    generator = np.random.default_rng(seed)
    points, wander = [], generator.normal()
    for index in range(hours):
        time = START + index * HOUR
        wander = 0.5 * wander + math.sqrt(0.75) * generator.normal()
        angle = 2 * math.pi * time.hour / 24
        rhythm = 0.12 * math.sin(angle) - 0.08 * (time.weekday() >= 5) + 0.02 * wander
        own = min(rate * math.exp(rhythm) * (1 + (change if index >= at else 0.0)), 0.999)
        number = generator.poisson(weight * math.exp(0.5 * math.sin(angle - 0.6)))
        points.append(Point(time=time, value=float(generator.binomial(number, own)), weight=number))
    return points


def measured(points, at, **options):
    return change_since(points, START + at * HOUR, **{"kind": "proportion", **options})


@pytest.mark.parametrize("change", [0.0, -0.1], ids=["none", "a-tenth-less"])
def test_the_interval_covers_the_true_change_nineteen_times_in_twenty(change):
    """Sixty streams, a day each: at least 53, which is three standard errors below 57."""
    covered = 0
    for seed in range(60):
        found = measured(visits(5 * WEEK + 24, seed=seed, change=change, at=5 * WEEK), 5 * WEEK)
        covered += found.low <= change * found.scale <= found.high

    assert covered >= 53


def test_a_constant_history_gives_the_difference_itself():
    hours = [START + index * HOUR for index in range(4 * WEEK + 10)]
    points = [Point(time=t, value=50.0 if i < 4 * WEEK else 40.0, weight=100.0)
              for i, t in enumerate(hours)]  # fmt: skip

    found = measured(points, 4 * WEEK)

    assert found.expected == pytest.approx(0.5)
    assert found.observed == pytest.approx(0.4)
    assert found.change == pytest.approx(-0.1)
    assert found.n == 1000.0
    assert found.buckets == 10
    of_chance = 1.96 * math.sqrt(0.25 / 1000)
    assert of_chance < found.high - found.change < 1.5 * of_chance


def test_the_bucket_that_holds_the_moment_is_of_both_and_left_out():
    points = [
        Point(time=START + i * HOUR, value=40.0 if i > 4 * WEEK else 50.0, weight=100.0)
        for i in range(4 * WEEK + 6)
    ]

    found = change_since(points, START + 4 * WEEK * HOUR + HOUR / 2, kind="proportion")

    assert found.buckets == 5
    assert found.observed == pytest.approx(0.4)


def test_noise_is_that_of_the_level_after_where_it_is_more():
    """From 98 % to 60 % the variance of a request grows twelve times."""
    generator = np.random.default_rng(3)
    points = [
        Point(
            time=START + i * HOUR,
            value=float(generator.binomial(200, 0.98 if i < 2 * WEEK else 0.6)),
            weight=200.0,
        )
        for i in range(2 * WEEK + 24)
    ]

    found = measured(points, 2 * WEEK)

    assert found.high - found.change >= 1.96 * math.sqrt(0.24 / 4800)


def test_a_count_is_measured_in_its_own_unit_and_as_a_share():
    generator = np.random.default_rng(4)
    points = [
        Point(time=START + i * HOUR, value=float(generator.poisson(80 if i < 2 * WEEK else 60)))
        for i in range(2 * WEEK + 48)
    ]

    found = measured(points, 2 * WEEK, kind="count")

    assert found.low <= -20.0 <= found.high
    assert found.low / found.scale <= -0.25 <= found.high / found.scale


def test_a_mean_around_zero_is_measured_in_its_unit():
    points = [
        Point(time=START + i * HOUR, value=float(np.sin(i)) + (3.0 if i >= 2 * WEEK else 0.0))
        for i in range(2 * WEEK + 48)
    ]

    found = measured(points, 2 * WEEK, kind="mean")

    assert found.change == pytest.approx(3.0, abs=0.3)


@pytest.mark.parametrize(
    ("hours", "at"), [(WEEK - 1, WEEK - 5), (4 * WEEK, 4 * WEEK)], ids=["before", "after"]
)
def test_with_less_than_a_week_before_or_nothing_after_there_is_no_answer(hours, at):
    assert measured(visits(hours), at) is None


def test_values_that_cannot_be_are_refused():
    with pytest.raises(InvalidData, match="counts 3 of 2"):
        measured([Point(time=START, value=3.0, weight=2.0)], 1)


def test_the_onset_lies_within_its_interval():
    """Forty falls of a fifth at a known hour: at least 36, for 95 % promised."""
    inside = found = 0
    for seed in range(40):
        at = 4 * WEEK + 30 + seed
        points = visits(4 * WEEK + 96, seed=seed, change=-0.2, at=at)
        watch = watch_series(points[: 4 * WEEK], points[4 * WEEK :], kind="proportion")
        found += watch.alarm
        inside += watch.alarm and watch.earliest <= START + at * HOUR <= watch.latest

    assert found == 40
    assert inside >= 36


def test_a_sharp_onset_has_an_interval_of_one_bucket_and_a_dull_one_of_several():
    assert onset_interval(np.array([-9.0, -9.0, 9.0, 9.0])) == (2, 2)
    assert onset_interval(np.array([-1.0, -1.0, 1.0, 1.0])) == (0, 3)


def test_without_an_alarm_no_onset_is_named():
    points = visits(4 * WEEK + 24)

    watch = watch_series(points[: 4 * WEEK], points[4 * WEEK :], kind="proportion")

    assert (watch.earliest, watch.latest) == (None, None)
