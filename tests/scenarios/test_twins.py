"""Every decision that an event brings about is reached by the timers as well, a little later.

Azure sends no event of much that goes wrong, and loses, repeats and delays those it sends.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.scenarios import Played, Scenario, play, play_without_events, read_scenario
from shared.scenarios.holding import firing_at
from shared.scenarios.playing import wait_for
from shared.scenarios.script import Wanted, timer_of
from tests.scenarios.conftest import shown
from tests.scenarios.test_suite import SCENARIOS

READ = [read_scenario(path) for path in SCENARIOS]
TWINS = [one for one in READ if one.only_events is None]
MARKED = [one for one in READ if one.only_events is not None]
LONGEST_PERIOD = timedelta(minutes=15)
ENDS_AND_BEGINNINGS = {
    Wanted.ALERT,
    Wanted.RESOLVE,
    Wanted.RETRAINING,
    Wanted.PROMOTION,
    Wanted.ROLLBACK,
    Wanted.CHECK,
}
FOUND_BY = {
    Wanted.PROMOTION: "RECONCILE",
    Wanted.ROLLBACK: "PROMOTION",
    Wanted.CHECK: "PROMOTION",
}


@cache
def with_events(name: str) -> Played:
    return play(next(one for one in READ if one.name == name))


def named(scenario: Scenario) -> str:
    return scenario.name


@pytest.mark.parametrize("scenario", TWINS, ids=named)
def test_the_scenario_holds_and_without_any_event_the_same_is_told_a_period_later(scenario):
    """The same kinds of the same subjects with the same labels, ended for the same reasons."""
    played = with_events(scenario.name)
    if not played.held:
        pytest.fail(shown(played), pytrace=False)
    twin = play_without_events(scenario)
    if not twin.held:
        pytest.fail(shown(twin), pytrace=False)

    told = [one for one in played.told if one.what in ENDS_AND_BEGINNINGS]
    again = [one for one in twin.told if one.what in ENDS_AND_BEGINNINGS]

    def identity(one):
        return (one.what, one.kind, one.subject, tuple(sorted(one.labels.items())))

    assert Counter(map(identity, told)) == Counter(map(identity, again))
    for one in told:
        timer = FOUND_BY.get(one.what) or timer_of(one.kind)
        latest = one.at + wait_for(scenario, timer)
        assert any(identity(other) == identity(one) and other.at <= latest for other in again)


@pytest.mark.parametrize("scenario", MARKED, ids=named)
def test_where_only_an_event_can_tell_the_timers_do_not(scenario):
    """Else the mark in the file is wrong, and the timers could be held to it."""
    assert not play_without_events(scenario).held
    assert scenario.only_events


def resting_points(scenario: Scenario) -> list[Scenario]:
    """The scenario up to each moment before which nothing was told or done for a while."""
    played = with_events(scenario.name)
    busy = [one.at for one in played.told] + [step.at for step in scenario.steps]
    ends = [*(step.at - timedelta(minutes=1) for step in scenario.steps), scenario.end]
    return [
        replace(scenario, end=end, steps=tuple(step for step in scenario.steps if step.at <= end))
        for end in ends
        if end > scenario.start
        and not any(end - 2 * LONGEST_PERIOD < at <= end for at in busy)
        and all(step.until is None for step in scenario.steps)
    ]


SHORT = [one for one in TWINS if one.end - one.start <= timedelta(hours=9)]


def resting(number: int) -> tuple[Scenario, frozenset[str]]:
    """A short scenario up to a resting point, with the alerts that fire there.

    Only those that are drawn are played; of one without a resting point, the next.
    """
    turn, at = divmod(number, len(SHORT))
    for one in [*SHORT[at:], *SHORT[:at]]:
        if cuts := resting_points(one):
            cut = cuts[turn % len(cuts)]
            return cut, frozenset(firing_at(with_events(one.name).told, cut.end))
    raise AssertionError("no scenario has a resting point")


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    number=st.integers(min_value=0, max_value=20 * len(SHORT)),
    arrivals=st.lists(
        st.lists(st.integers(min_value=0, max_value=240), max_size=3), min_size=1, max_size=8
    ),
)
def test_lost_repeated_late_and_reordered_events_leave_the_same_alerts_firing(number, arrivals):
    """Each event arrives at the minutes drawn for it: never, often, late, after later ones."""
    scenario, firing = resting(number)

    def deliver(telling):
        minutes = arrivals[telling.number % len(arrivals)]
        return [telling.happened + timedelta(minutes=one) for one in minutes]

    played = play(scenario, deliver=deliver)

    assert frozenset(played.firing) == firing, shown(played)
