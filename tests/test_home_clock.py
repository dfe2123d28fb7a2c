"""A home whose time is its own: every process on it tells the same."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from shared.bootstrap import build
from shared.environment import InvalidSetting
from shared.home_clock import HomeClock
from shared.settings import Settings

STORY_ENDED = datetime(2019, 6, 15, 6, 0, tzinfo=UTC)


@dataclass
class Wall:
    now: datetime = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)

    def __call__(self):
        return self.now

    def pass_by(self, **time):
        self.now += timedelta(**time)


@pytest.fixture
def wall():
    return Wall()


@pytest.fixture
def clock(tmp_path, wall):
    return HomeClock.begin(tmp_path, STORY_ENDED, wall)


def test_it_stands_still_where_the_story_ended(clock, wall):
    wall.pass_by(days=9)

    assert clock() == STORY_ENDED
    assert not clock.goes


def test_it_goes_on_from_there_at_the_pace_of_the_wall(clock, wall):
    wall.pass_by(days=9)
    clock.go_on()
    wall.pass_by(minutes=5)

    assert clock() == STORY_ENDED + timedelta(minutes=5)
    assert clock.began == STORY_ENDED


def test_what_is_off_meanwhile_does_not_pass(clock, wall):
    clock.go_on()
    wall.pass_by(minutes=5)
    clock.stand_still()
    wall.pass_by(days=9)
    clock.go_on()
    wall.pass_by(minutes=1)

    assert clock() == STORY_ENDED + timedelta(minutes=6)


def test_another_process_tells_the_same_time(clock, wall, tmp_path):
    wall.pass_by(hours=1)
    clock.go_on()
    wall.pass_by(minutes=5)

    other = HomeClock.of(tmp_path, wall)

    assert other() == clock() == STORY_ENDED + timedelta(minutes=5)


def test_after_a_kill_it_went_on(clock, wall, tmp_path):
    """Others on the home may have told later times: it is never put back."""
    clock.go_on()
    wall.pass_by(minutes=30)

    again = HomeClock.of(tmp_path, wall)
    again.go_on()

    assert again() == STORY_ENDED + timedelta(minutes=30)


def test_a_home_without_one_has_the_walls(tmp_path, wall):
    assert HomeClock.of(tmp_path, wall) is None
    assert HomeClock.of(tmp_path / "nowhere", wall) is None
    application = build(Settings(home=tmp_path))
    assert application.story_ended is None
    assert abs(application.clock() - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.usefixtures("clock")
def test_an_application_on_the_home_has_its_clock_and_says_since_when(tmp_path):
    application = build(Settings(home=tmp_path))

    assert application.clock() == STORY_ENDED
    assert application.story_ended == STORY_ENDED


@pytest.mark.parametrize(
    "broken",
    ["", "[]", "{}", '{"began": 1, "at": 2, "since": 3}']
    + [f'{{"began": "{time}", "at": "{time}", "since": null}}' for time in ("soon", "2019-06-15")],
)
def test_a_clock_that_cannot_be_read_is_refused_with_the_way_out(tmp_path, wall, broken):
    (tmp_path / "clock.json").write_text(broken, encoding="utf-8")

    with pytest.raises(InvalidSetting, match=r"clock\.json is no clock .* serve --demo --fresh"):
        HomeClock.of(tmp_path, wall)
