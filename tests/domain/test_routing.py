"""Five facts of an endpoint are joined, and every zero needs a reason and an end.

Longer than most: the reasons for a zero exclude each other, and are tested on one endpoint.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.action import PostAlert, ResolveAlert
from shared.domain.decisions.routing import decide_routing
from shared.domain.decisions.routing.observed import CONFIDENCE, TOLERATED
from shared.domain.event import EventType
from shared.domain.evidence import RoutingEvidence
from shared.domain.people.intent import intent_declared, intent_withdrawn
from shared.domain.policy import RoutingPolicy, Standby, TrafficChanges
from shared.domain.shares import at_most, share_interval
from shared.domain.verdict import Verdict
from tests.domain.routing_world import DAY, HOUR, MINUTE, NOON, World, event


def test_a_zero_alerts_when_its_grace_is_over_and_names_the_model_and_the_shares(two):
    assert two.look(NOON + 29 * MINUTE) == []
    assert two.look(NOON + 30 * MINUTE) == [("+", "no_traffic", "green")]
    [post] = [a for a in two.outcome.actions if isinstance(a, PostAlert)]
    assert "It carries loan:8. Declared traffic: blue 100 %." in post.alert.text


def test_without_any_event_the_wait_is_counted_from_the_resources_own_time(two):
    assert two.look(NOON + 2 * DAY) == [("+", "no_traffic", "green")]


def test_many_looks_ask_for_one_next_look(two):
    asked = []
    for minutes in range(31, 59):
        two.look(NOON + minutes * MINUTE)
        asked += two.asked()
    assert asked == [NOON + HOUR]


@pytest.mark.parametrize("state", ["Failed", "Canceled", "cancelled"])
def test_a_failed_deployment_is_told_and_is_critical_with_traffic(two, state):
    two.deploy("green", state)
    assert two.look(NOON) == [("+", "deployment_failed", "green")]
    [post] = [a for a in two.outcome.actions if isinstance(a, PostAlert)]
    assert post.alert.severity == "warning"

    two.traffic = {"blue": 90.0, "green": 10.0}
    assert two.look(NOON + MINUTE) == [("+", "deployment_failed", "green")], "worse is told again"
    [post] = [a for a in two.outcome.actions if isinstance(a, PostAlert)]
    assert post.alert.severity == "critical"

    two.deploy("green", "Succeeded", changed=NOON + HOUR)
    assert two.look(NOON + HOUR) == [("-", "deployment_failed", "green")]


def test_a_deployment_that_never_gets_finished_is_stuck_after_its_time(two):
    two.deploy("green", "Creating", changed=NOON)
    assert two.look(NOON + 59 * MINUTE) == []
    assert two.look(NOON + HOUR) == [("+", "deployment_stuck", "green")]
    two.deploy("green", "Succeeded", changed=NOON + 2 * HOUR)
    two.traffic = {"green": 100.0}
    assert two.look(NOON + 2 * HOUR) == [("-", "deployment_stuck", "green")]


def test_traffic_to_a_deployment_that_is_being_deleted_is_critical(two):
    two.deploy("blue", "Deleting", changed=NOON)
    two.traffic = {"blue": 100.0}
    assert ("+", "traffic_to_deleting", "blue") in two.look(NOON)

    two.traffic = {"green": 100.0}
    assert two.look(NOON + MINUTE) == [("-", "traffic_to_deleting", "blue")]
    assert two.over() == ["deployment blue has no share of the traffic any more"]


def test_a_deletion_that_was_called_off_is_over(two):
    two.deploy("blue", "Deleting", changed=NOON)
    two.look(NOON)
    two.deploy("blue", "Succeeded", changed=NOON + MINUTE)
    assert ("-", "traffic_to_deleting", "blue") in two.look(NOON + MINUTE)
    assert two.over() == ["deployment blue succeeded"]


def test_mirroring_is_a_reason_for_a_while_and_then_an_alert_that_says_what_it_costs(two):
    two.deploy("green", version="8", instances=3, instance_type="Standard_DS3_v2")
    two.mirror = {"green": 20.0}
    assert two.look(NOON) == []
    assert two.look(NOON + 14 * DAY - MINUTE) == []
    assert two.look(NOON + 14 * DAY) == [("+", "mirror_only", "green")]
    [post] = [a for a in two.outcome.actions if isinstance(a, PostAlert)]
    assert post.alert.text.endswith("3 instances of Standard_DS3_v2 are paid for.")


def test_after_a_mirror_ended_the_grace_begins_then(two):
    two.mirror = {"green": 20.0}
    two.look(NOON)
    two.mirror = {}
    assert two.look(NOON + 3 * DAY) == []
    assert two.look(NOON + 3 * DAY + 30 * MINUTE) == [("+", "no_traffic", "green")]


def test_a_replaced_deployment_is_kept_for_a_while_and_then_forgotten(two):
    two.traffic = {"green": 100.0}
    two.look(NOON + MINUTE)
    assert two.finding("replaced").verdict is Verdict.PASS
    assert two.look(NOON + 7 * DAY) == []
    assert two.look(NOON + 7 * DAY + MINUTE) == [("+", "forgotten_deployment", "blue")]
    del two.deployments["blue"]
    assert two.look(NOON + 8 * DAY) == [("-", "forgotten_deployment", "blue")]


def test_callers_that_name_a_replaced_deployment_are_told_and_keep_it_from_being_forgotten(two):
    two.traffic, two.requests = {"green": 100.0}, {"green": 500}
    two.look(NOON + MINUTE)
    two.requests = {"green": 500, "blue": 12}
    assert two.look(NOON + HOUR) == [("+", "called_by_header", "blue")]
    two.requests = {"green": 500}
    assert two.look(NOON + 2 * HOUR) == []
    assert two.look(NOON + 25 * HOUR) == [("-", "called_by_header", "blue")]
    assert two.look(NOON + 7 * DAY + 30 * MINUTE) == []
    assert two.look(NOON + 7 * DAY + HOUR) == [("+", "forgotten_deployment", "blue")]


def test_trying_out_a_new_deployment_by_header_disturbs_nobody_within_its_grace(two):
    two.requests = {"blue": 400, "green": 30}
    assert two.look(NOON + 10 * MINUTE) == []
    assert two.finding("called_by_header").n == 30


def test_header_calls_are_no_traffic_and_the_alert_says_who_can_send_them(two):
    two.requests = {"blue": 400, "green": 30}
    assert two.look(NOON + HOUR) == [("+", "no_traffic", "green")]
    [post] = [a for a in two.outcome.actions if isinstance(a, PostAlert)]
    assert "30 requests reached it lately, which only a caller that names it" in post.alert.text


@pytest.mark.parametrize(
    ("green", "total", "verdict"),
    [
        (0, 40, Verdict.INCONCLUSIVE),
        (0, 200, Verdict.FAIL),
        (4, 1000, Verdict.FAIL),
        (97, 1000, Verdict.PASS),
        (55, 1000, Verdict.INCONCLUSIVE),
    ],
)
def test_declared_but_not_observed_needs_enough_requests(two, green, total, verdict):
    two.traffic = {"blue": 90.0, "green": 10.0}
    two.requests = {"blue": total - green, "green": green}
    told = two.look(NOON + HOUR)

    [finding] = [
        f
        for f in two.outcome.findings
        if f.rule == "observed_share" and f.thing == "deployment/green"
    ]
    assert finding.verdict is verdict
    assert told == ([("+", "not_observed", "green")] if verdict is Verdict.FAIL else [])
    if verdict is Verdict.INCONCLUSIVE:
        assert finding.n_needed > total


def test_few_requests_later_do_not_end_what_many_showed(two):
    two.traffic = {"blue": 90.0, "green": 10.0}
    two.requests = {"blue": 1000}
    two.look(NOON + HOUR)
    two.requests = {"blue": 5}
    assert two.look(NOON + 2 * HOUR) == []
    two.requests = {"blue": 900, "green": 100}
    assert two.look(NOON + 3 * HOUR) == [("-", "not_observed", "green")]


def test_header_calls_to_others_do_not_make_a_declared_share_look_small(two):
    two.traffic = {"blue": 100.0}
    two.requests = {"blue": 300, "green": 5000}
    assert two.look(NOON + 20 * MINUTE) == []


@pytest.mark.parametrize("percent", [1, 5, 10, 50, 90, 100])
def test_an_endpoint_that_does_as_declared_fails_a_look_about_once_in_a_million_at_most(percent):
    declared, worst = percent / 100.0, 0.0
    for routed in {round(1.3**step) for step in range(45)}:
        limit = declared * TOLERATED
        fails, passes = -1, routed + 1
        while passes - fails > 1:
            middle = (fails + passes) // 2
            if share_interval(middle, routed, CONFIDENCE)[1] < limit:
                fails = middle
            else:
                passes = middle
        if fails >= 0:
            worst = max(worst, at_most(fails, routed, declared))

    assert worst < 1.2e-6


def test_standby_is_a_reason_until_it_ends_and_then_it_alerts_at_once(two):
    said = intent_declared(
        "ep",
        author="anna",
        reason="waits for the auditors",
        since=NOON,
        until=NOON + 3 * DAY,
        deployment="green",
        now=NOON,
    )
    assert two.look(NOON, said) == []
    assert two.look(NOON + 2 * DAY) == []
    assert "anna says until 2026-02-06 12:00 UTC: waits for the auditors" in (
        two.finding("standby").sentence
    )
    assert two.look(NOON + 3 * DAY) == [("+", "no_traffic", "green")]


def test_standby_ends_an_alert_that_is_there_and_withdrawing_it_brings_it_back(two):
    two.look(NOON + HOUR)
    said = intent_declared(
        "ep",
        author="anna",
        reason="auditors",
        since=NOON,
        until=NOON + 3 * DAY,
        deployment="green",
        now=NOON + HOUR,
    )
    assert two.look(NOON + 2 * HOUR, replace(said, time=NOON + 2 * HOUR)) == [
        ("-", "no_traffic", "green")
    ]
    [kept] = two.state.intents
    gone = intent_withdrawn("ep", kept.id, author="ben", reason="they came", now=NOON + 3 * HOUR)
    assert two.look(NOON + 3 * HOUR, gone) == [("+", "no_traffic", "green")]


def test_the_policy_can_name_a_standby_with_its_end():
    world = World(standby=[Standby(deployment="green", reason="fallback", until=NOON + 10 * DAY)])
    world.deploy("blue")
    world.deploy("green")
    world.traffic = {"blue": 100.0}
    assert world.look(NOON + 9 * DAY) == []
    assert world.look(NOON + 10 * DAY) == [("+", "no_traffic", "green")]


def test_traffic_that_is_announced_for_later_is_a_reason_until_then(two):
    said = intent_declared(
        "ep",
        author="anna",
        reason="canary on friday",
        since=NOON + 2 * DAY,
        until=NOON + 3 * DAY,
        traffic={"blue": 90.0, "green": 10.0},
        now=NOON,
    )
    two.look(NOON, said)
    assert two.look(NOON + DAY) == []
    assert two.look(NOON + 2 * DAY) == [("+", "no_traffic", "green")]


def test_a_change_that_is_nobodys_plan_is_told_with_who_made_it_and_ends_when_undone(two):
    two.policy = replace(two.policy, routing=RoutingPolicy(changes=TrafficChanges.PLANNED))
    two.traffic = {"green": 100.0}
    change = event(EventType.TRAFFIC_CHANGED, NOON + HOUR, by="User 22222222")
    assert two.look(NOON + HOUR, change) == [("+", "unplanned_change", None)]
    [post] = [a for a in two.outcome.actions if isinstance(a, PostAlert)]
    assert post.alert.title == (
        "the traffic of ep was changed to green 100 % by User 22222222, which is nobody's plan"
    )
    assert two.look(NOON + 2 * HOUR) == []
    two.traffic = {"blue": 100.0}
    assert ("-", "unplanned_change", None) in two.look(NOON + 3 * HOUR)


def test_a_change_as_it_was_planned_is_only_noted(two):
    two.policy = replace(two.policy, routing=RoutingPolicy(changes=TrafficChanges.PLANNED))
    said = intent_declared(
        "ep",
        author="anna",
        reason="release 8",
        since=NOON,
        until=NOON + DAY,
        traffic={"green": 100.0},
        now=NOON,
    )
    two.look(NOON, said)
    two.traffic = {"green": 100.0}
    assert two.look(NOON + HOUR) == []
    assert "as anna says until" in two.finding("planned").sentence
    assert two.look(NOON + 2 * DAY) == []


def test_where_anybody_may_change_traffic_a_change_is_noted_once(two):
    two.traffic = {"green": 100.0}
    two.look(NOON + HOUR)
    assert "from blue 100 % to green 100 %" in two.finding("changed").sentence
    two.look(NOON + 2 * HOUR)
    assert not [f for f in two.outcome.findings if f.reason == "changed"]
    assert [shift.shares for shift in two.state.traffic] == [{"blue": 100.0}, {"green": 100.0}]


def test_a_new_version_in_a_slot_that_had_traffic_begins_a_new_wait_without_any_event(two):
    two.traffic = {"green": 100.0}
    two.look(NOON)
    two.deploy("blue", version="9", changed=NOON + DAY)
    assert two.look(NOON + DAY + 29 * MINUTE) == []
    assert two.look(NOON + DAY + 31 * MINUTE) == [("+", "no_traffic", "blue")]


def test_scaling_a_replaced_deployment_begins_no_new_wait(two):
    two.deploy("blue", changed=NOON - 30 * DAY, instances=3)
    two.look(NOON)
    two.traffic = {"green": 100.0}
    two.look(NOON + HOUR)
    two.deploy("blue", changed=NOON + DAY, instances=1)
    two.look(NOON + DAY)
    assert two.look(NOON + DAY + HOUR) == [], "not at the look after it either"
    assert two.finding("replaced").verdict is Verdict.PASS


def test_a_deleted_endpoint_ends_everything(two):
    two.look(NOON + HOUR)
    gone = event(EventType.ENDPOINT_DELETED, NOON + 2 * HOUR)
    outcome = decide_routing(
        gone, RoutingEvidence(taken=NOON, problem="gone"), two.policy, two.state, NOON + 2 * HOUR
    )
    assert [type(action) for action in outcome.actions] == [ResolveAlert]
    assert outcome.state.deployments == {}


STEPS = st.lists(
    st.tuples(
        st.integers(1, 300),
        st.sampled_from(["blue", "green", "both", "none"]),
        st.sampled_from(["Succeeded", "Failed", "Creating", "Deleting"]),
        st.sampled_from([None, 0, 50]),
    ),
    min_size=1,
    max_size=12,
)


@given(steps=STEPS)
def test_a_look_twice_says_nothing_new_and_alerts_are_posted_and_resolved_in_turn(steps):
    world = World()
    world.deploy("blue", changed=NOON - DAY)
    told: dict[tuple[str, str], str] = {}
    at = NOON
    shares = {
        "blue": {"blue": 100.0},
        "green": {"green": 100.0},
        "both": {"blue": 50.0, "green": 50.0},
        "none": {},
    }
    for minutes, share, state, requests in steps:
        at += minutes * MINUTE
        world.traffic = shares[share]
        world.deploy("green", state, version="8", changed=NOON)
        world.requests = None if requests is None else {"blue": 100, "green": requests}
        for sign, kind, name in world.look(at):
            if sign == "-":
                assert told.get((kind, name)) == "+"
            told[kind, name] = sign
        assert world.look(at) == []


@given(steps=STEPS)
def test_any_look_gives_every_deployment_exactly_one_verdict_on_its_place(steps):
    world = World()
    world.deploy("blue", changed=NOON - DAY)
    at = NOON
    for minutes, share, state, _ in steps:
        at += minutes * MINUTE
        world.traffic = {"blue": 100.0} if share == "blue" else {"green": 100.0}
        world.deploy("green", state, changed=NOON)
        world.look(at)
        placed = [
            f.thing
            for f in world.outcome.findings
            if f.rule in {"routing", "provisioning"} and f.thing.startswith("deployment/")
        ]
        assert sorted(placed) == ["deployment/blue", "deployment/green"]


def test_mirroring_ends_the_alert_on_a_deployment_without_traffic(two):
    two.look(NOON + HOUR)
    two.mirror = {"green": 20.0}
    assert two.look(NOON + 2 * HOUR) == [("-", "no_traffic", "green")]
    assert two.over() == ["deployment green receives mirrored traffic"]


def test_a_deployment_of_an_unknown_model_is_judged_as_any_other(two):
    two.deployments["green"] = replace(two.deployments["green"], model=None, version=None)
    assert two.look(NOON + HOUR) == [("+", "no_traffic", "green")]
    assert "It carries" not in two.posted()[0].text


def test_callers_are_not_taken_for_gone_when_nobody_counts_them(two):
    two.traffic, two.requests = {"green": 100.0}, {"green": 500}
    two.look(NOON + MINUTE)
    two.requests = {"green": 500, "blue": 12}
    assert two.look(NOON + HOUR) == [("+", "called_by_header", "blue")]
    two.requests = None
    assert two.look(NOON + 30 * HOUR) == []
    assert two.finding("unlogged", "deployment/blue").verdict is Verdict.INCONCLUSIVE
    two.requests = {"green": 500}
    assert two.look(NOON + 31 * HOUR) == [("-", "called_by_header", "blue")]
    assert two.over() == ["no caller named deployment blue for a day"]


def test_callers_of_a_deployment_that_has_a_share_again_are_no_strangers(two):
    two.traffic, two.requests = {"green": 100.0}, {"green": 500}
    two.look(NOON + MINUTE)
    two.requests = {"green": 500, "blue": 12}
    two.look(NOON + HOUR)
    two.traffic = {"blue": 50.0, "green": 50.0}
    assert two.look(NOON + 2 * HOUR)[-1] == ("-", "called_by_header", "blue")
    assert two.over() == ["deployment blue receives 50 % of the traffic"]


def test_a_share_that_is_taken_away_ends_the_alert_on_not_receiving_it(two):
    two.traffic, two.requests = {"blue": 90.0, "green": 10.0}, {"blue": 1000}
    assert two.look(NOON + HOUR) == [("+", "not_observed", "green")]
    two.traffic = {"blue": 100.0}
    assert two.look(NOON + 2 * HOUR) == [("-", "not_observed", "green")]
    assert two.over() == ["green has no share"]


def test_a_deployment_that_is_written_while_it_receives_nothing_is_undecided(two):
    two.traffic, two.requests = {"blue": 90.0, "green": 10.0}, {"blue": 1000}
    two.look(NOON + HOUR)
    two.deploy("green", "Updating", version="8", changed=NOON + HOUR)
    assert two.look(NOON + 70 * MINUTE) == []
    assert ("not_observed", "green") in two.firing()
