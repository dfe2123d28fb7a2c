"""Timers fire by the clock they are given: at their times, once for what was missed."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.hosting.timers import Due, Kept, Timers
from shared.schedules import SCHEDULES, Schedule, schedules
from tests.hosting.conftest import LONGEST_SECONDS

START = datetime(2026, 2, 3, 12, 0, 30, tzinfo=UTC)
HOURLY = {"DRIFT": Schedule.parse("0 5 * * * *"), "KPI": Schedule.parse("0 10 * * * *")}


def at(hour, minute):
    return START.replace(hour=hour, minute=minute, second=0)


FIRED = {"DRIFT": START.replace(hour=11, minute=5), "KPI": START.replace(hour=11, minute=10)}


def test_a_timer_that_fired_when_it_had_to_waits_for_its_next_time():
    due = Due(HOURLY, FIRED, START)

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
    due = Due(HOURLY, {**FIRED, "DRIFT": START + timedelta(days=3000)}, START)

    assert due.first() == at(12, 5)


def test_where_nothing_was_looked_at_yet_all_is_but_what_removes_and_what_finds_silence():
    at_once = Due(schedules({}), {}, START).at(START)

    assert set(SCHEDULES) - set(at_once) == {"RETENTION", "HEARTBEAT"}


def test_the_outbox_is_swept_at_every_start():
    fired = dict.fromkeys(SCHEDULES, START)

    assert Due(schedules({}), fired, START).at(START) == ["SWEEP"]


def test_checks_that_were_missed_are_made_up_for_before_their_silence_is_looked_for():
    fired = dict.fromkeys(SCHEDULES, START - timedelta(days=2))
    due = Due(schedules({}), fired, START)

    assert set(SCHEDULES) - set(due.at(START)) == {"HEARTBEAT"}
    assert "HEARTBEAT" in due.at(START + timedelta(minutes=15))


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
    for name in SCHEDULES:
        Kept(tmp_path / "timers.json").keep(name, FIRED.get(name, START))

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
    assert fired.names == ["DRIFT", "KPI", "DRIFT"]


def test_retention_keeps_no_other_timer_waiting(timed, scene, told, fired):
    timers = timed(schedules({}))
    scene.clock.now = START.replace(hour=2, minute=20) + timedelta(days=1)
    timers.look()

    told.wait("timer", "RETENTION")
    told.wait("timer", "DRIFT")
    assert {"RETENTION", "DRIFT"} <= set(fired.names)


@pytest.mark.parametrize("broken", ["", "[]", '{"DRIFT": 3}', '{"DRIFT": "yesterday"}'])
def test_a_file_that_cannot_be_read_only_forgets_when_they_fired(timed, tmp_path, broken, told):
    (tmp_path / "timers.json").write_text(broken, encoding="utf-8")

    timed()

    told.wait("timer", "DRIFT")
    told.wait("timer", "KPI")


@pytest.mark.parametrize("name", sorted(SCHEDULES))
def test_each_schedule_has_something_to_do(scene, name):
    scene.application.fire(name)
