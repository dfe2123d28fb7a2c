"""The change since a known moment is measured with an interval that covers it."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shared.errors import InvalidData
from shared.statistics.series import Point, change_since, watch_series
from shared.statistics.series.onset import onset_interval

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


def first_alarm(points, history):
    """The watch at the bucket that raises its first alarm, and the points up to then."""
    whole = watch_series(points[:history], points[history:], kind="proportion", tolerance=0.015)
    passed = next(i for i, point in enumerate(whole.points) if point.evidence >= 1.0)
    for end in range(history + passed, len(points)):
        watch = watch_series(
            points[:history], points[history : end + 1], kind="proportion", tolerance=0.015
        )
        if watch.alarm:
            return watch, points[: end + 1]
    raise AssertionError("no alarm")


@pytest.fixture(scope="module")
def alarms():
    """Thirty falls of a tenth at a known hour, each at the first alarm it raises."""
    at = 5 * WEEK
    streams = [visits(at + 96, seed=seed, change=-0.1, at=at) for seed in range(30)]
    return [first_alarm(points, 4 * WEEK) for points in streams]


def test_the_interval_that_is_told_with_an_alarm_covers_the_true_change(alarms):
    """The alarm chose when to look; all but three of thirty at least, two sigmas from 95 %."""
    found = [measured(points, 5 * WEEK) for _, points in alarms]

    assert sum(f.low <= -0.1 * f.scale <= f.high for f in found) >= 27


def test_the_onset_lies_within_its_interval_when_the_alarm_is_raised(alarms):
    moment = START + 5 * WEEK * HOUR

    inside = [watch.earliest - HOUR <= moment <= watch.latest + HOUR for watch, _ in alarms]

    assert sum(inside) >= 27
    assert all(watch.earliest <= watch.since <= watch.latest for watch, _ in alarms)


def test_an_unchanged_series_has_an_interval_around_none():
    """Thirty days, each looked at as a whole."""
    found = [measured(visits(5 * WEEK + 24, seed=seed), 5 * WEEK) for seed in range(30)]

    assert sum(f.low <= 0.0 <= f.high for f in found) >= 29


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
    every_look = math.sqrt((1 + 1 / 10) * (math.log(11) + 2 * math.log(20)))
    sampled = every_look * math.sqrt(0.25 / 1000)
    assert sampled < found.high - found.change < 1.05 * sampled


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


def test_a_start_that_nothing_speaks_for_has_no_interval():
    assert onset_interval(np.zeros(4), np.ones(4), np.ones(4)) is None


def test_a_count_of_another_method_has_an_onset_too():
    points = visits(4 * WEEK + 60, seed=1, change=-0.3, at=4 * WEEK + 30)

    watch = watch_series(points[: 4 * WEEK], points[4 * WEEK :], kind="proportion", method="cusum")

    moment = START + (4 * WEEK + 30) * HOUR
    assert watch.earliest - HOUR <= moment <= watch.latest + HOUR


def test_without_an_alarm_no_onset_is_named():
    points = visits(4 * WEEK + 24)

    watch = watch_series(points[: 4 * WEEK], points[4 * WEEK :], kind="proportion")

    assert (watch.earliest, watch.latest) == (None, None)
