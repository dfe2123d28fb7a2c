"""Timers fire by the clock they are given: at their times, once for what was missed."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.hosting.timers import Due, Timers
from shared.schedules import SCHEDULES, Schedule, schedules
from tests.hosting.conftest import LONGEST_SECONDS

START = datetime(2026, 2, 3, 12, 0, 30, tzinfo=UTC)
HOURLY = {"DRIFT": Schedule.parse("0 5 * * * *"), "KPI": Schedule.parse("0 10 * * * *")}


def at(hour, minute):
    return START.replace(hour=hour, minute=minute, second=0)


def test_a_timer_that_never_fired_waits_for_its_next_time():
    due = Due(HOURLY, {}, START)

    assert due.at(START) == []
    assert due.first() == at(12, 5)
    assert due.at(at(12, 10)) == ["DRIFT", "KPI"]


def test_a_timer_that_missed_times_fires_once_at_the_start():
    due = Due(HOURLY, {"DRIFT": at(3, 5), "KPI": at(11, 10)}, START)

    assert due.at(START) == ["DRIFT"]
    due.fired("DRIFT", START)
    assert due.at(START) == []
    assert due.first() == at(12, 5)


def test_a_time_kept_in_the_future_does_not_keep_a_timer_from_firing():
    """A clock that was put back, or a home that was played anew."""
    due = Due(HOURLY, {"DRIFT": START + timedelta(days=3000)}, START)

    assert due.first() == at(12, 5)


def test_the_outbox_is_swept_at_the_start():
    assert Due(schedules({}), {}, START).at(START) == ["SWEEP"]


class Fired:
    def __init__(self):
        self.names = []
        self.failing = set()

    def __call__(self, name):
        self.names.append(name)
        if name in self.failing:
            raise ValueError(f"{name} is out of order.")


@pytest.fixture
def fired():
    return Fired()


@pytest.fixture
def timed(tmp_path, scene, fired, told):
    """Makes timers on the scene's clock; each is stopped at the end."""
    made = []

    def make(given=HOURLY):
        timers = Timers(given, tmp_path, scene.clock, fired, told)
        made.append(timers)
        timers.start()
        return timers

    yield make
    for timers in made:
        assert timers.stop(LONGEST_SECONDS) == []


def test_timers_fire_when_the_clock_comes_to_their_time(timed, scene, fired, told):
    timers = timed()
    assert fired.names == []

    scene.clock.now = at(12, 5)
    timers.look()
    told.wait("timer", "DRIFT")

    scene.clock.now = at(12, 10)
    timers.look()
    told.wait("timer", "KPI")
    assert fired.names == ["DRIFT", "KPI"]


def test_a_timer_that_fails_is_told_and_the_next_one_fires(timed, scene, fired, told):
    fired.failing.add("DRIFT")
    timers = timed()

    scene.clock.now = at(12, 10)
    timers.look()

    told.wait("timer", "KPI")
    assert "DRIFT is out of order." in told.wait("fault", "DRIFT").sentence


def test_what_was_missed_while_nothing_ran_is_made_up_for_once(timed, scene, fired, told):
    timers = timed()
    scene.clock.now = at(12, 5)
    timers.look()
    told.wait("timer", "DRIFT")
    timers.stop(LONGEST_SECONDS)
    scene.clock.now = at(18, 0)

    timed()

    with told.changed:
        assert told.changed.wait_for(lambda: fired.names.count("DRIFT") == 2, LONGEST_SECONDS)
    scene.clock.now = at(18, 1)
    assert fired.names == ["DRIFT", "DRIFT"]


def test_retention_keeps_no_other_timer_waiting(timed, scene, told, fired):
    timers = timed(schedules({}))
    scene.clock.now = START.replace(hour=2, minute=20) + timedelta(days=1)
    timers.look()

    told.wait("timer", "RETENTION")
    told.wait("timer", "DRIFT")
    assert {"RETENTION", "DRIFT"} <= set(fired.names)


@pytest.mark.parametrize("broken", ["", "[]", '{"DRIFT": 3}', '{"DRIFT": "yesterday"}'])
def test_a_file_that_cannot_be_read_only_forgets_what_was_missed(timed, tmp_path, broken, fired):
    (tmp_path / "timers.json").write_text(broken, encoding="utf-8")

    timed()

    assert fired.names == []


@pytest.mark.parametrize("name", sorted(SCHEDULES))
def test_each_schedule_has_something_to_do(scene, name):
    scene.application.fire(name)
