"""A watched KPI alarms on lasting changes, keeps its promise, and says what it cannot see."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.statistics.series import Point, WatchReason, watch_series

START = datetime(2026, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = 168
FOUR_WEEKS = 4 * WEEK


def visits(hours, *, first=0, seed=0, change=0.0, at=0):
    """Hourly proportions of about two thousand visits whose rate wanders by itself."""
    generator = np.random.default_rng(seed)
    points = []
    wander = generator.normal()
    for index in range(first, first + hours):
        time = START + index * HOUR
        wander = 0.5 * wander + math.sqrt(0.75) * generator.normal()
        angle = 2 * math.pi * time.hour / 24
        rhythm = 0.12 * math.sin(angle) - 0.08 * (time.weekday() >= 5) + 0.025 * wander
        rate = 0.1 * math.exp(rhythm) * (1 + (change if index >= at else 0.0))
        number = generator.poisson(2000 * math.exp(0.6 * math.sin(angle - 0.6)))
        value = float(generator.binomial(number, rate))
        points.append(Point(time=time, value=value, weight=float(number)))
    return points


def conversions(hours, *, first=0, seed=0, mean=5.0):
    """Hourly counts of a few conversions."""
    generator = np.random.default_rng(seed)
    return [
        Point(time=START + index * HOUR, value=float(generator.poisson(mean)))
        for index in range(first, first + hours)
    ]


def watch(history, recent, **options):
    return watch_series(history, recent, **{"kind": "proportion", **options})


def first_alarm(watched):
    """Hours until the evidence first passes, or infinity."""
    passed = [index for index, point in enumerate(watched.points) if point.evidence >= 1.0]
    return passed[0] + 1 if passed else math.inf


def test_unchanged_weeks_keep_the_promise():
    """Eighty weeks without a change: at most the six alarms that 0.08 a week allow."""
    alarms = 0
    for seed in range(20):
        points = visits(8 * WEEK, seed=seed)
        evidence = watch(points[:FOUR_WEEKS], points[FOUR_WEEKS:], direction="both").points
        alarms += any(point.evidence >= 1.0 for point in evidence)

    assert alarms <= 2


@pytest.mark.parametrize(("change", "hours"), [(-0.1, 24), (-0.2, 8)], ids=["tenth", "fifth"])
def test_a_fall_is_found_in_time(change, hours):
    found = []
    for seed in range(15):
        points = visits(11 * WEEK, seed=100 + seed, change=change, at=9 * WEEK + 7 * seed)
        watched = watch(points[: 8 * WEEK], points[8 * WEEK :])
        found.append(first_alarm(watched) - WEEK - 7 * seed)

    assert np.median(found) <= hours


def test_an_outage_of_five_conversions_an_hour_is_found_within_four_hours():
    for seed in range(10):
        history = conversions(FOUR_WEEKS, seed=seed)
        before = conversions(48, first=FOUR_WEEKS, seed=50 + seed)
        silent = conversions(4, first=FOUR_WEEKS + 48, mean=0.0)

        watched = watch(history, [*before, *silent], kind="count")

        assert watched.alarm
        assert watched.since >= silent[0].time - 2 * HOUR


def test_an_alarm_says_since_when_how_much_and_on_what_evidence():
    points = visits(FOUR_WEEKS + 96, seed=3, change=-0.2, at=FOUR_WEEKS + 48)

    watched = watch(points[:FOUR_WEEKS], points[FOUR_WEEKS:])

    assert watched.verdict is Verdict.FAIL
    assert watched.reason is WatchReason.CHANGED
    assert abs(watched.since - points[FOUR_WEEKS + 48].time) <= 6 * HOUR
    assert watched.low <= -0.2 <= watched.high < 0
    assert watched.sentence.startswith("Since 2026-02-0")
    assert "one false alarm in 90 days" in watched.sentence


def test_the_direction_decides_what_is_watched():
    points = visits(FOUR_WEEKS + 72, seed=3, change=0.3, at=FOUR_WEEKS)
    history, recent = points[:FOUR_WEEKS], points[FOUR_WEEKS:]

    assert watch(history, recent, direction="fall").verdict is Verdict.PASS
    assert watch(history, recent, direction="rise").verdict is Verdict.FAIL


def test_a_change_within_the_tolerance_is_no_alarm_however_much_data_there_is():
    generator = np.random.default_rng(1)
    points = [
        Point(
            time=START + i * HOUR,
            value=float(generator.binomial(10**6, 0.1 * (0.99 if i >= FOUR_WEEKS else 1.0))),
            weight=1e6,
        )
        for i in range(FOUR_WEEKS + 2 * WEEK)
    ]

    watched = watch(points[:FOUR_WEEKS], points[FOUR_WEEKS:])

    assert watched.verdict is Verdict.PASS
    assert watched.estimate == pytest.approx(-0.01, abs=0.003)


def test_an_alarm_fades_when_the_change_has_gone():
    changed = visits(FOUR_WEEKS + 24, seed=3, change=-0.3, at=FOUR_WEEKS)
    after = visits(72, first=FOUR_WEEKS + 24, seed=4)
    history = changed[:FOUR_WEEKS]

    assert watch(history, changed[FOUR_WEEKS:]).alarm
    assert not watch(history, [*changed[FOUR_WEEKS:], *after]).alarm


def test_too_few_buckets_to_find_anything_are_inconclusive():
    history, recent = conversions(FOUR_WEEKS), conversions(1, first=FOUR_WEEKS, seed=1)

    watched = watch(history, recent, kind="count")

    assert watched.reason is WatchReason.TOO_EARLY
    assert watched.verdict is Verdict.INCONCLUSIVE


def test_less_than_a_week_of_history_is_inconclusive():
    watched = watch(visits(72), visits(24, first=72))

    assert watched.reason is WatchReason.SHORT_HISTORY
    assert watched.sentence.startswith("There are 3.0 days of history with 72 buckets")


def test_buckets_that_stop_coming_are_a_finding_of_their_own():
    recent = visits(24, first=FOUR_WEEKS)

    watched = watch(visits(FOUR_WEEKS), recent, until=recent[-1].time + 7 * HOUR)

    assert watched.verdict is Verdict.INCONCLUSIVE
    assert watched.reason is WatchReason.MISSING_DATA
    assert watched.missing == 6
    assert watched.sentence.startswith("The last 6 of 30 buckets")


def test_buckets_without_exposure_are_a_finding_of_their_own():
    recent = visits(24, first=FOUR_WEEKS)
    empty = [Point(time=recent[-1].time + i * HOUR, value=0.0, weight=0.0) for i in range(1, 5)]

    watched = watch(visits(FOUR_WEEKS), [*recent, *empty])

    assert watched.reason is WatchReason.NO_EXPOSURE
    assert watch(visits(FOUR_WEEKS), empty).reason is WatchReason.NO_EXPOSURE
    assert watch(visits(FOUR_WEEKS), []).reason is WatchReason.NO_RECENT_DATA


def test_a_constant_series_passes_and_its_first_move_is_found():
    points = [Point(time=START + index * HOUR, value=7.0) for index in range(FOUR_WEEKS + 24)]
    history, recent = points[:FOUR_WEEKS], points[FOUR_WEEKS:]
    moved = [Point(time=point.time, value=6.0) for point in recent]

    assert watch(history, recent, kind="mean").verdict is Verdict.PASS
    assert watch(history, moved, kind="mean").verdict is Verdict.FAIL


def test_one_wild_bucket_of_a_mean_is_no_alarm():
    generator = np.random.default_rng(2)
    points = [
        Point(time=START + i * HOUR, value=100.0 + float(generator.normal(0, 5)))
        for i in range(FOUR_WEEKS + 24)
    ]
    points[-1] = Point(time=points[-1].time, value=0.0)

    assert not watch(points[:FOUR_WEEKS], points[FOUR_WEEKS:], kind="mean").alarm


def test_a_mean_around_zero_has_no_relative_change():
    generator = np.random.default_rng(2)
    points = [
        Point(time=START + i * HOUR, value=(-1.0) ** i * (1 + float(generator.normal())))
        for i in range(FOUR_WEEKS + 24)
    ]

    watched = watch(points[:FOUR_WEEKS], points[FOUR_WEEKS:], kind="mean")

    assert watched.reason in {
        WatchReason.NO_SCALE,
        WatchReason.NO_CHANGE_FOUND,
        WatchReason.TOO_EARLY,
    }


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([Point(time=datetime(2026, 3, 1), value=1.0, weight=2.0)], "has no time zone"),  # noqa: DTZ001
        ([Point(time=START + 2000 * HOUR, value=1.0, weight=2.0)] * 2, "is given twice"),
        ([Point(time=START, value=1.0, weight=2.0)], "but the history ends at"),
        ([Point(time=START + 2000 * HOUR, value=3.0, weight=2.0)], "counts 3 of 2"),
        ([Point(time=START + 2000 * HOUR, value=0.0, weight=-2.0)], "give 0 or more"),
    ],
)
def test_points_that_cannot_be_are_refused_in_a_sentence(points, sentence):
    with pytest.raises(InvalidData, match=sentence):
        watch(visits(FOUR_WEEKS), points)


def test_the_same_points_give_the_same_answer_in_any_order():
    points = visits(FOUR_WEEKS + 48, seed=6)
    history, recent = points[:FOUR_WEEKS], points[FOUR_WEEKS:]

    assert watch(history, recent) == watch(history[::-1], recent[::-1])
