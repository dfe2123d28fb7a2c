"""The watch of an endpoint knows the rollout that is on its way there from the model's ledger."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.canonical import to_plain
from shared.domain.event import Check
from shared.domain.promotion import Phase, Promotion, Rollout, RolloutStatus, TrafficStep
from shared.domain.state import SubjectState
from tests.conftest import NOON

POLICY = """
model: loan-default
routing: {changes: planned}
stages: [{name: production, endpoint: loan-endpoint, rollout: act}]
"""
BOTH = '{blue: {model: "loan-default:7"}, green: {model: "loan-default:8"}}'
ROLLOUT = Rollout(
    endpoint="loan-endpoint",
    deployment="green",
    before=TrafficStep(traffic={"blue": 100.0}),
    steps=(
        TrafficStep(traffic={"blue": 90.0, "green": 10.0}),
        TrafficStep(traffic={"green": 100.0}),
    ),
    status=RolloutStatus.PLANNED,
    planned=NOON,
)
PROMOTION = Promotion(
    version="8", stage="production", phase=Phase.ROLLING, begun=NOON, since=NOON, rollout=ROLLOUT
)


@pytest.fixture
def rolling(scene):
    """A rollout in the ledger, changed by what is given, and a look at the endpoint."""
    scene.policy(POLICY)
    scene.endpoint("{blue: 100}", BOTH, name="loan-endpoint")

    def look(traffic, after=timedelta(), **changes):
        ledger, subject = scene.application.ledger, "model/loan-default"
        state = SubjectState(promotions=(replace(PROMOTION, rollout=replace(ROLLOUT, **changes)),))
        scene.clock.advance(after)
        ledger.commit(
            subject=subject,
            version=ledger.state(subject).version,
            event_key=f"set-{scene.clock.now}",
            now=scene.clock.now,
            decision={"hash": "h"},
            state=to_plain(state),
            messages=[],
        )
        scene.endpoint(traffic, BOTH, name="loan-endpoint")
        scene.application.service.fan_out(Check.ROUTING)
        scene.drain()
        return scene.told()

    return look


def test_steps_of_a_rollout_call_nobody_under_planned_changes(rolling):
    assert rolling("{blue: 100}") == []
    assert rolling("{blue: 100}", timedelta(hours=2)) == []
    assert (
        rolling("{blue: 90, green: 10}", timedelta(minutes=5), status=RolloutStatus.MOVING, at=0)
        == []
    )
    assert rolling("{green: 100}", timedelta(hours=1), status=RolloutStatus.BAKING, at=1) == []


def test_shares_beside_the_plan_are_told(rolling):
    rolling("{blue: 100}")
    told = rolling("{blue: 30, green: 70}", timedelta(hours=1))

    assert ("PostAlert", "unplanned_change") in told


def test_a_rollout_at_another_endpoint_is_no_plan_for_this_one(rolling):
    rolling("{blue: 100}", endpoint="other")
    told = rolling("{blue: 90, green: 10}", timedelta(hours=1), endpoint="other")

    assert ("PostAlert", "unplanned_change") in told


def test_a_policy_without_stages_has_no_rollouts_to_ask_for(rolling, scene):
    scene.policy("model: loan-default\nendpoint: loan-endpoint\nrouting: {changes: planned}\n")
    rolling("{blue: 100}")
    told = rolling("{blue: 90, green: 10}", timedelta(hours=1))

    assert ("PostAlert", "unplanned_change") in told
