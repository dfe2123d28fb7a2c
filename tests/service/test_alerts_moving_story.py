"""A policy is renamed, taken away or gives its endpoint to another: one scope at a time tells."""

from datetime import timedelta

import pytest

from shared.domain.event import Check, EventType, check_due
from shared.domain.state import SubjectState
from shared.service.codec import decode

MINUTE = timedelta(minutes=1)
IDLE = '{blue: {model: "loan-default:7"}, green: {model: "loan-default:8"}}'
OURS = "model: loan-default\nendpoint: loan-endpoint\n"
OLD, ENDPOINT = "alerts/loan-default", "endpoint/loan-endpoint"
FLEET = "receivers: [{name: team, channel: log}]\ndefault: team\n"


@pytest.fixture
def told(scene, completed):
    """An endpoint without traffic, of which the team was told."""
    scene.policy(OURS)
    scene.write("policies/fleet.yaml", FLEET)
    scene.endpoint("{blue: 100}", IDLE)
    scene.send(completed("blue", at=scene.clock.now - timedelta(days=30)))
    scene.send(completed("green"))
    for wait in (30 * MINUTE, MINUTE):
        scene.clock.advance(wait)
        scene.drain()
    return scene


def look(scene, minutes=1):
    """The timer's looks of a while, and all that follows from them."""
    for _ in range(minutes):
        scene.clock.advance(MINUTE)
        for check in (Check.ALERTS, Check.ROUTING):
            scene.application.service.fan_out(check)
        scene.drain()


def made(scene):
    decisions = reversed(scene.application.ledger.decisions("receiver/team"))
    events = [decision["event"] for decision in decisions]
    notices = [
        event["data"]["notice"]
        for event in events
        if event["type"].endswith(EventType.NOTICE_MADE.value)
    ]
    return [(one["scope"], one["reason"], [a["kind"] for a in one["alerts"]]) for one in notices]


def lives(scene, scope):
    scope = decode(scene.application.ledger.state(scope).state, SubjectState).scope
    return {life.alert.kind.value for life in scope.lives.values() if life.ended is None}


@pytest.mark.parametrize(
    ("policy", "scope"),
    [("model: renamed\nendpoint: loan-endpoint\n", "renamed"), (None, "endpoint.loan-endpoint")],
)
def test_an_endpoint_that_a_policy_gives_away_is_told_of_by_one_scope(told, policy, scope):
    assert made(told) == [("loan-default", "first", ["no_traffic"])]
    if policy is None:
        (told.home / "policies/policy.yaml").unlink()
    else:
        told.policy(policy)
    told.endpoint("{blue: 90, gone: 10}", IDLE)
    look(told, 3)

    after = made(told)[1:]
    assert ("loan-default", "all_resolved", ["no_traffic"]) in after
    assert [kinds for name, _, kinds in after if name == scope] == [
        ["traffic_to_missing", "no_traffic"]
    ]
    assert (lives(told, OLD), lives(told, f"alerts/{scope}")) == (
        set(),
        {"no_traffic", "traffic_to_missing"},
    )
    state = decode(told.application.ledger.state(OLD).state, SubjectState).scope
    assert {life.over for life in state.lives.values()} <= {
        f"alerts/{scope} tells of it from now on"
    }


def test_an_alert_that_the_policy_gave_away_on_its_way_is_told_where_it_belongs(told):
    told.policy("model: renamed\nendpoint: loan-endpoint\n")
    ask = check_due(Check.ALERTS, OLD, told.clock.now, {"of": ENDPOINT})
    told.application.service.handle(ask.to_cloud_event())
    told.drain()

    assert (lives(told, OLD), lives(told, "alerts/renamed")) == (set(), {"no_traffic"})
    again = check_due(Check.ALERTS, OLD, told.clock.now + MINUTE, {"of": ENDPOINT})
    decision = told.application.service.handle(again.to_cloud_event())
    assert [one.event.subject for one in decision.actions if one.event.subject != OLD] == []
