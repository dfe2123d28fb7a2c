"""Which steps a rollout takes, and what keeps it from having any."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.decisions.promotion.rollout.commands import as_command
from shared.domain.decisions.promotion.rollout.planning import NoPlan, plan, spell_plan
from shared.domain.policy import RolloutMode, RolloutPolicy
from shared.domain.promotion import TrafficStep
from shared.domain.splits import alike, split, whole
from shared.domain.world import Deployment, Endpoint
from tests.domain.promotion.rollout.world import HOUR, MINUTE, NOON


def deployment(name, version, state="Succeeded", **more):
    return Deployment(name=name, provisioning_state=state, model="loan", version=version, **more)


def endpoint(traffic, *deployments, mirror=None):
    return Endpoint(
        name="ep",
        provisioning_state="Succeeded",
        traffic=traffic,
        mirror_traffic=mirror or {},
        deployments=deployments or (deployment("blue", "7"), deployment("green", "8")),
    )


def planned(traffic, *deployments, mirror=None, **rollout):
    found = endpoint(traffic, *deployments, mirror=mirror)
    return plan(found, "loan", "8", RolloutPolicy(mode=RolloutMode.ACT, **rollout), NOON)


def shares(rollout):
    return [step.traffic for step in rollout.steps]


def test_the_candidate_gets_its_steps_and_the_others_keep_their_proportions():
    rollout = planned(
        {"blue": 60.0, "teal": 40.0},
        deployment("blue", "7"),
        deployment("teal", "7"),
        deployment("green", "8"),
    )

    assert shares(rollout) == [
        {"blue": 54.0, "teal": 36.0, "green": 10.0},
        {"blue": 30.0, "teal": 20.0, "green": 50.0},
        {"green": 100.0},
    ]
    assert rollout.before == TrafficStep(traffic={"blue": 60.0, "teal": 40.0})


def test_a_mirror_comes_first_and_takes_nobody_anything():
    rollout = planned({"blue": 100.0})
    mirrored = plan(
        endpoint({"blue": 100.0}),
        "loan",
        "8",
        RolloutPolicy(mirror=20.0, mirror_for=timedelta(minutes=30)),
        NOON,
    )

    first = mirrored.steps[0]
    assert (first.traffic, first.mirror, first.bake) == ({"blue": 100.0}, {"green": 20.0}, 1800.0)
    assert all(not step.mirror for step in mirrored.steps[1:])
    assert mirrored.steps[1:] == rollout.steps
    assert spell_plan(mirrored).startswith("blue 100 %, mirrored to green 20 % for 30 min; blue 90")


def test_azure_mirrors_half_of_the_traffic_at_most():
    found = plan(endpoint({"blue": 100.0}), "loan", "8", RolloutPolicy(mirror=80.0), NOON)

    assert found.steps[0].mirror == {"green": 50.0}


def test_a_deployment_that_has_traffic_already_is_not_mirrored_and_keeps_what_it_has():
    found = plan(
        endpoint({"blue": 80.0, "green": 20.0}), "loan", "8", RolloutPolicy(mirror=20.0), NOON
    )

    assert shares(found) == [{"blue": 50.0, "green": 50.0}, {"green": 100.0}]


def test_where_nobody_has_traffic_there_is_one_step_and_no_mirror():
    found = plan(endpoint({"blue": 0.0}), "loan", "8", RolloutPolicy(mirror=20.0), NOON)

    assert shares(found) == [{"green": 100.0}]
    assert found.before == TrafficStep(traffic={})


def test_a_version_that_has_everything_has_no_step_left():
    assert planned({"green": 100.0}).steps == ()


def test_the_mirror_of_another_deployment_stays_where_the_rollout_needs_none():
    found = planned({"blue": 100.0}, mirror={"teal": 10.0})

    assert {name for step in found.steps for name in step.mirror} == {"teal"}


def test_the_newest_complete_deployment_of_a_version_is_taken():
    old, new = NOON - HOUR, NOON
    rollout = planned(
        {"blue": 100.0},
        deployment("blue", "7"),
        deployment("green", "8", created=old, changed=new),
        deployment("lime", "8", created=new),
        deployment("teal", "8", "Updating", created=new + MINUTE),
    )

    assert rollout.deployment == "lime"


@pytest.mark.parametrize(
    ("found", "mirror", "reason", "sentence", "passing"),
    [
        (
            endpoint({"blue": 100.0}, deployment("blue", "7")),
            0.0,
            "no_deployment",
            "No deployment of ep carries loan:8; there are blue loan:7.",
            True,
        ),
        (
            endpoint({"a": 100.0}, Deployment(name="a", provisioning_state="Succeeded")),
            0.0,
            "no_deployment",
            "there are none whose model is known.",
            True,
        ),
        (
            endpoint({"blue": 100.0}, deployment("green", "8", "Creating")),
            0.0,
            "deployment_unfinished",
            "No deployment of ep that carries loan:8 is complete: green is Creating.",
            True,
        ),
        (
            endpoint({"blue": 100.0}, deployment("green", "8", "Failed")),
            0.0,
            "deployment_failed",
            "green is Failed",
            False,
        ),
        (endpoint({"blue": 70.0}), 0.0, "shares_impossible", "sum to 70 % (blue 70 %)", True),
        (
            endpoint({"blue": 100.0}, mirror={"teal": 10.0}),
            20.0,
            "mirror_taken",
            "ep mirrors to teal",
            True,
        ),
    ],
)
def test_what_cannot_be_planned_says_why(found, mirror, reason, sentence, passing):
    answer = plan(found, "loan", "8", RolloutPolicy(mirror=mirror), NOON)

    assert isinstance(answer, NoPlan)
    assert answer.reason == reason
    assert sentence in answer.sentence
    assert answer.passing is passing


@given(
    before=st.dictionaries(
        st.sampled_from("abcdefgh"), st.floats(0.01, 100.0), min_size=1, max_size=8
    ),
    share=st.floats(0.6, 100.0),
)
def test_every_split_is_of_whole_per_cents_and_sums_to_a_hundred(before, share):
    made = split(before, "new", share)

    assert sum(made.values()) == 100.0
    assert all(value == int(value) > 0 for value in made.values())
    assert made["new"] == max(1, round(share))


@given(steps=st.lists(st.floats(0.1, 100.0), max_size=8), present=st.integers(0, 100))
def test_the_steps_rise_and_end_with_everything(steps, present):
    traffic = {"blue": 100.0 - present, "green": float(present)}
    found = planned(traffic, steps=steps)
    climbed = [step.traffic["green"] for step in found.steps]

    assert climbed == sorted(set(climbed))
    assert all(share > present for share in climbed)
    assert (climbed[-1] == 100.0) if present < 100 else not climbed


def test_shares_are_rounded_by_largest_remainder():
    assert whole({"a": 1.0, "b": 1.0, "c": 1.0}, 100) == {"a": 34.0, "b": 33.0, "c": 33.0}
    assert whole({"a": 99.9, "b": 0.1}, 100) == {"a": 100.0}


def test_what_differs_by_less_than_half_a_per_cent_is_the_same():
    one = TrafficStep(traffic={"blue": 33.3, "green": 66.7})

    assert alike(one, TrafficStep(traffic={"blue": 33.0, "green": 67.0, "teal": 0.0}))
    assert not alike(one, TrafficStep(traffic={"blue": 34.0, "green": 66.0}))
    assert not alike(one, replace(one, mirror={"teal": 5.0}))


def test_a_command_ends_what_is_mirrored_and_names_who_loses_its_share():
    mirrored = TrafficStep(traffic={"blue": 100.0}, mirror={"green": 20.0})

    assert as_command("ep", TrafficStep(traffic={"green": 100.0}), mirrored) == (
        'az ml online-endpoint update --name ep --traffic "blue=0 green=100" '
        '--mirror-traffic "green=0"'
    )
