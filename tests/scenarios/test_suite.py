"""Every scenario of samples/scenarios, played as users play it; a test case is a file."""

from datetime import timedelta
from pathlib import Path

import pytest

from shared.domain.alert import AlertKind
from shared.scenarios import Scenario, find_scenarios, play, read_scenario
from shared.scenarios.script import Wanted
from tests.scenarios.conftest import shown

FOLDER = Path(__file__).resolve().parents[2] / "samples" / "scenarios"
SCENARIOS = find_scenarios([FOLDER])


def scenario(path: Path) -> Scenario:
    return read_scenario(path)


@pytest.mark.parametrize(
    "path",
    [path for path in SCENARIOS if scenario(path).only_events is not None],
    ids=lambda path: path.stem,
)
def test_a_scenario_that_only_its_events_can_tell_holds(path):
    """All others are held to their file where they are played again without events."""
    played = play(scenario(path))

    if not played.held:
        pytest.fail(shown(played), pytrace=False)


def test_there_are_at_least_forty_and_their_numbers_are_in_order():
    numbers = [int(path.stem.partition("-")[0]) for path in SCENARIOS]

    assert len(numbers) >= 40
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_incident_of_the_story_is_told_when_its_grace_is_over():
    """Told by the event after 30 minutes; found by the timers at most one period later."""
    told = {
        path.stem[:2]: next(one.at for one in play(scenario(path)).told if one.kind == "no_traffic")
        for path in SCENARIOS[:2]
    }
    completed = scenario(SCENARIOS[0]).steps[0].at

    assert told["01"] - completed == timedelta(minutes=30)
    assert timedelta(minutes=30) <= told["02"] - completed <= timedelta(minutes=40)


def test_a_play_is_the_same_each_time():
    one, other = (play(scenario(SCENARIOS[15])) for _ in range(2))

    assert one.told == other.told
    assert one.decided == other.decided


@pytest.mark.parametrize("wanted", [Wanted.ALERT, Wanted.RESOLVE])
def test_every_kind_of_alert_begins_and_ends_in_some_scenario(wanted):
    expected = {
        expectation.kind
        for path in SCENARIOS
        for expectation in scenario(path).expectations
        if expectation.wanted is wanted
    }

    assert {kind.value for kind in AlertKind} <= expected
