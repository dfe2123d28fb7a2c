"""What people say counts from when to when they said, and taken back stays taken back."""

from dataclasses import replace

import pytest

from shared.domain.event import EventType
from shared.domain.people.intent import intent_withdrawn
from shared.domain.verdict import Verdict
from tests.domain.routing_world import DAY, HOUR, MINUTE, NOON, event, said


def back(at, intent, *, author="ben", reason="they came"):
    return intent_withdrawn("ep", intent, author=author, reason=reason, now=at)


def test_the_end_of_a_standby_is_looked_at_when_it_comes_however_far_it_is(two):
    two.look(NOON, said(NOON, until=NOON + 60 * DAY, deployment="green"))
    assert two.asked() == [NOON + 60 * DAY]

    assert two.look(NOON + 60 * DAY) == [("+", "no_traffic", "green")]


def test_of_two_standbys_the_longer_counts(two):
    two.look(NOON, said(NOON, until=NOON + HOUR, deployment="green"))
    two.look(NOON, said(NOON, until=NOON + DAY, deployment="green", reason="longer"))
    assert two.look(NOON + 2 * HOUR) == []
    assert "longer" in two.finding("standby").sentence


def test_a_zero_that_is_named_in_the_planned_traffic_is_on_purpose(two):
    shares = {"blue": 100.0, "green": 0.0}
    two.look(NOON, said(NOON, until=NOON + DAY, traffic=shares))
    assert two.look(NOON + HOUR) == []
    assert two.look(NOON + DAY) == [("+", "no_traffic", "green")]


def test_a_zero_that_the_planned_traffic_does_not_name_is_not(two):
    two.look(NOON, said(NOON, until=NOON + DAY, traffic={"blue": 100.0}))
    assert two.look(NOON + HOUR) == [("+", "no_traffic", "green")]


def test_traffic_that_was_planned_and_not_given_is_told_with_the_plan(two):
    shares = {"blue": 90.0, "green": 10.0}
    two.look(NOON, said(NOON, until=NOON + DAY, traffic=shares, reason="canary."))
    two.look(NOON + HOUR)

    assert "10 % were meant: anna says until 2026-02-04 12:00 UTC: canary. " in (
        two.posted()[0].text
    )


def test_an_announcement_that_was_taken_back_is_none(two):
    plan = said(NOON, since=NOON + DAY, until=NOON + 2 * DAY, traffic={"blue": 90.0, "green": 10.0})
    two.look(NOON, plan)
    assert two.asked() == [NOON + DAY]
    assert two.look(NOON + HOUR, back(NOON + HOUR, plan.data["intent"])) == [
        ("+", "no_traffic", "green")
    ]


def test_taken_back_before_it_came_it_does_not_count(two):
    plan = said(NOON, until=NOON + DAY, deployment="green")
    two.look(NOON + HOUR, back(NOON + MINUTE, plan.data["intent"]), now=NOON + HOUR)
    assert two.finding("unknown").sentence.endswith("they came; there is none such yet.")

    two.look(NOON + HOUR, plan, now=NOON + HOUR)
    [kept] = two.state.intents
    assert (kept.author, kept.withdrawn, kept.withdrawn_by) == ("anna", NOON + MINUTE, "ben")
    assert two.look(NOON + HOUR) == [("+", "no_traffic", "green")]


def test_taken_back_twice_it_was_the_first_who_did(two):
    plan = said(NOON, until=NOON + DAY, deployment="green")
    two.look(NOON, plan)
    two.look(NOON + MINUTE, back(NOON + MINUTE, plan.data["intent"]))
    again = replace(back(NOON + HOUR, plan.data["intent"], author="eve"), id="other")
    two.look(NOON + HOUR, again)

    assert [i.withdrawn_by for i in two.state.intents] == ["ben"]


def test_what_ended_long_ago_is_forgotten_and_the_rest_is_kept(two):
    two.look(NOON, said(NOON, until=NOON + HOUR, deployment="green"))
    two.look(NOON + 30 * DAY)
    assert len(two.state.intents) == 1
    two.look(NOON + 31 * DAY)
    assert two.state.intents == ()


def test_very_many_intents_push_out_those_that_are_over_first(two):
    first = said(NOON, until=NOON + 60 * DAY, deployment="green")
    two.look(NOON, first)
    for minutes in range(1, 230):
        at = NOON + minutes * MINUTE
        two.look(at, said(at, until=at + MINUTE, deployment="blue"))

    assert len(two.state.intents) == 200
    assert first.data["intent"] in {intent.id for intent in two.state.intents}


def test_a_standby_for_a_deployment_that_is_not_there_says_so(two):
    two.look(NOON, said(NOON, until=NOON + DAY, deployment="gren"))
    assert two.finding("declared").sentence == (
        "anna declared an intent at 2026-02-03 12:00 UTC: auditors; ep has no deployment gren yet."
    )

    two.look(NOON, said(NOON, until=NOON + DAY, traffic={"blue": 100.0, "old": 0.0}))
    assert "has no deployment" not in two.finding("declared").sentence


def test_an_event_from_the_future_gives_no_reason_for_years(two):
    far = said(NOON + 900 * DAY, until=NOON + 910 * DAY, deployment="green")
    assert two.look(NOON, far, now=NOON) == []
    assert two.state.intents == ()
    finding = two.finding("too_far")
    assert finding.verdict is Verdict.FAIL
    assert finding.sentence.endswith("it ends too far from now and does not count.")


def test_an_intent_for_an_endpoint_that_is_not_there_yet_is_kept(two):
    two.state = type(two.state)()
    two.vanish()
    two.look(NOON, said(NOON, until=NOON + DAY, deployment="green"))

    assert two.reasons() == {"declared", "cannot_look"}
    assert len(two.state.intents) == 1


def test_a_deleted_endpoint_takes_its_intents_with_it(two):
    two.look(NOON, said(NOON, until=NOON + DAY, deployment="green"))
    two.vanish()
    two.look(NOON + HOUR, event(EventType.ENDPOINT_DELETED, NOON + HOUR))

    assert two.state.intents == ()


@pytest.mark.parametrize(
    ("traffic", "name", "share"),
    [
        ({"blue": 90.0, "green": 10.0}, "green", 10.0),
        ({"blue": 100.0, "green": 0.0}, "green", 0.0),
        ({"blue": 100.0}, "green", None),
        ({}, "green", 0.0),
        ({"blue": 0.0}, "green", 0.0),
    ],
)
def test_an_intent_speaks_of_the_deployments_it_names_or_of_all_when_none_gets_any(
    traffic, name, share
):
    from shared.domain.people.intent import intent_of

    assert intent_of(said(NOON, until=NOON + DAY, traffic=traffic)).share_of(name) == share
