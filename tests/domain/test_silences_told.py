"""A silence that begins, ends or is taken back has the scopes look at their alerts again."""

from dataclasses import replace

import pytest

from shared.domain.decisions.silences import decide_silences
from shared.domain.event import Check, check_due
from shared.domain.evidence.alerts import SilencesEvidence
from shared.domain.notices.matching import matchers_of
from shared.domain.people.silence import MOST_IN_FORCE, silence_given, silence_of, silence_withdrawn
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from tests.domain.routing_world import DAY, HOUR, MINUTE, NOON

SCOPES = ("alerts/churn", "alerts/endpoint.other", "alerts/loan")


class Silences:
    """The silences of a fleet, decided on one event after another."""

    def __init__(self, scopes=SCOPES):
        self.scopes, self.state = scopes, SubjectState()

    def handle(self, event, now):
        """The word of the finding, the scopes that are asked, and the looks at itself."""
        outcome = decide_silences(
            event, SilencesEvidence(taken=now, scopes=self.scopes), None, self.state, now
        )
        self.state = outcome.state
        [self.finding] = outcome.findings
        looks = [action.event for action in outcome.actions]
        asked = [one.subject for one in looks if one.subject.startswith("alerts/")]
        assert all(one.time == now for one in looks if one.subject in asked)
        self.own = [one for one in looks if one.subject == "silences/fleet"]
        return self.finding.reason, asked, [one.time for one in self.own]

    def look(self, now, **data):
        return self.handle(check_due(Check.ALERTS, "silences/fleet", now, data), now)


def given(text="kind=drift", since=NOON, until=NOON + 2 * HOUR, now=NOON):
    return silence_given(
        matchers_of(text),
        author="anna",
        reason="known.",
        since=since,
        until=until,
        longest=14 * DAY,
        now=now,
    )


def taken_back(event, at):
    return silence_withdrawn(event.data["silence"], author="ben", reason="fixed", now=at)


def test_one_that_begins_at_once_is_looked_at_and_again_when_it_ends():
    fleet = Silences()

    assert fleet.handle(given(), NOON) == ("given", list(SCOPES), [NOON + 2 * HOUR])
    assert fleet.finding.sentence == ("anna silences kind=drift until 2026-02-03 14:00 UTC: known.")
    assert fleet.finding.thing == f"silence/{given().data['silence']}"
    assert fleet.state.checks == {"alerts": NOON}
    assert fleet.look(NOON + HOUR) == ("looked", [], [])
    assert fleet.look(NOON + 2 * HOUR) == ("looked", list(SCOPES), [])
    assert fleet.state.checks == {}


def test_one_to_come_is_looked_at_when_it_begins():
    fleet = Silences()
    event = given(since=NOON + HOUR)

    assert fleet.handle(event, NOON) == ("to_come", [], [NOON + HOUR])
    assert fleet.finding.sentence.endswith("known; it begins 2026-02-03 13:00 UTC.")
    assert fleet.look(NOON + HOUR) == ("looked", list(SCOPES), [NOON + 2 * HOUR])
    assert fleet.finding.sentence == (
        "1 silences are in force and 0 are to come; 3 scopes are asked to look again."
    )


def test_taken_back_it_is_looked_at_at_once_and_only_once():
    fleet = Silences()
    event = given()
    fleet.handle(event, NOON)
    back = taken_back(event, NOON + HOUR)

    assert fleet.handle(back, NOON + HOUR) == ("withdrawn", list(SCOPES), [])
    assert fleet.state.checks == {}
    assert fleet.handle(back, NOON + HOUR + MINUTE) == ("over", [], [])


def test_a_withdrawal_that_comes_first_leaves_nothing_to_silence():
    fleet = Silences()
    event = given()

    assert fleet.handle(taken_back(event, NOON + MINUTE), NOON + MINUTE) == ("unknown", [], [])
    assert fleet.handle(event, NOON + 2 * MINUTE)[0] == "withdrawn"
    assert not any(one.holds(NOON + 3 * MINUTE) for one in fleet.state.silences)


def test_said_twice_nobody_is_asked_twice():
    fleet = Silences()
    fleet.handle(given(), NOON)

    assert fleet.handle(given(), NOON + MINUTE) == ("known", [], [])


def test_one_that_comes_when_it_is_over_is_kept_and_says_so():
    fleet = Silences()

    assert fleet.handle(given(), NOON + DAY)[0] == "over"
    assert fleet.finding.sentence.endswith("known; it came too late and is over.")
    assert fleet.state.checks == {}


@pytest.mark.parametrize(
    ("text", "scopes"),
    [
        ("kind=drift model=loan", ["alerts/loan"]),
        ("model=*n", ["alerts/churn", "alerts/loan"]),
        ("kind=drift model!=loan", ["alerts/churn", "alerts/endpoint.other"]),
        ("subject=endpoint/other", list(SCOPES)),
    ],
)
def test_only_scopes_that_it_may_concern_are_asked(text, scopes):
    assert Silences().handle(given(text), NOON)[1] == scopes


def test_what_begins_or_ends_while_another_is_said_is_not_missed():
    fleet = Silences()
    fleet.handle(given("kind=slow model=churn", since=NOON + HOUR), NOON)
    late = NOON + HOUR + MINUTE

    asked = fleet.handle(given("kind=drift model=loan", since=late, now=late), late)[1]
    assert asked == ["alerts/churn", "alerts/loan"]


def test_a_clock_that_goes_back_asks_nothing_twice():
    fleet = Silences()
    fleet.handle(given(), NOON)
    fleet.look(NOON + HOUR)

    assert fleet.look(NOON - HOUR)[1] == []
    assert fleet.state.checks == {"alerts": NOON + HOUR}


def test_of_very_many_scopes_so_many_are_asked_at_a_time():
    scopes = tuple(f"alerts/model-{n:03}" for n in range(200))
    fleet = Silences(scopes)
    _, asked, times = fleet.handle(given(), NOON)
    now, rounds = NOON, [asked]
    while len(times) and (look := fleet.own[0]).data.get("after"):
        now = look.time
        _, asked, times = fleet.handle(look, now)
        rounds.append(asked)

    assert [len(one) for one in rounds] == [90, 90, 20]
    assert tuple(scope for one in rounds for scope in one) == scopes


def test_one_that_begins_while_others_are_asked_is_asked_about_afresh():
    scopes = tuple(f"alerts/model-{n:03}" for n in range(100))
    fleet = Silences(scopes)
    fleet.handle(given("kind=slow", since=NOON + MINUTE), NOON)
    first = given("kind=drift")
    fleet.handle(first, NOON)
    going_on = next(one for one in fleet.own if "after" in one.data)
    late = NOON + 2 * MINUTE

    assert len(fleet.handle(going_on, late)[1]) == 10
    afresh = next(one for one in fleet.own if one.data.get("after") == "")
    assert len(fleet.handle(afresh, late)[1]) == 90


def test_beyond_so_many_in_force_it_is_refused_and_said():
    fleet = Silences()
    one = silence_of(given())
    many = tuple(replace(one, id=f"{n:012x}") for n in range(MOST_IN_FORCE))
    fleet.state = replace(fleet.state, silences=many)

    assert fleet.handle(given("kind=slow"), NOON)[:2] == ("too_many", [])
    assert (fleet.finding.verdict, fleet.finding.enforced) == (Verdict.FAIL, True)
    assert fleet.finding.sentence.startswith(
        "anna wanted to silence kind=slow, but 300 silences are in force or to come already"
    )
    assert fleet.state.silences == many
