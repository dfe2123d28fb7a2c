"""For how long a version has been tried out with traffic, at a step and before a stage."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.decisions.gates import Moment
from shared.domain.decisions.gates.bake import judge_bake
from shared.domain.decisions.gates.rules import GATES
from shared.domain.evidence.promotion import EndpointReading
from shared.domain.policy import BakeGate
from shared.domain.state import DeploymentWatch, TrafficShift
from shared.domain.verdict import Verdict
from shared.domain.world import Deployment, DeploymentHealth, Endpoint, Served
from tests.domain.gates.canary_cases import (
    HOUR,
    MINUTE,
    MIRROR,
    NOON,
    STEPS,
    case,
    reading,
    rollout,
    side,
)

GREEN = Deployment(name="green", provisioning_state="Succeeded", model="loan", version="8")
BLUE = Deployment(name="blue", provisioning_state="Succeeded", model="loan", version="7")


def shift(at, green):
    shares = {"blue": 100.0 - green, **({"green": green} if green else {})}
    return TrafficShift(time=at, shares=shares)


def seen(*, green=10.0, mirrored=0.0, at=NOON + HOUR, requests=100, deployments=None, **changed):
    """What was read of the endpoint: green's share, and what is remembered of it."""
    endpoint = Endpoint(
        name="loan-endpoint",
        provisioning_state="Succeeded",
        traffic={"blue": 100.0 - green, "green": green},
        mirror_traffic={"green": mirrored} if mirrored else {},
        deployments=(BLUE, GREEN) if deployments is None else deployments,
    )
    made = {
        "name": "loan-endpoint",
        "taken": at,
        "endpoint": endpoint,
        "requests": None if requests is None else {"blue": 900, "green": requests},
        "watches": {"green": DeploymentWatch(completed=NOON - 2 * HOUR, arrived=NOON)},
    }
    return EndpointReading(**{**made, **changed})


def judge(tried, *, at=NOON + HOUR, moment=Moment.ENTRANCE, **changed):
    [judged] = judge_bake(case(tried=tried, at=at, moment=moment, **changed))
    return judged


def told(judged):
    return judged.finding.verdict.value, judged.finding.reason, judged.look_again


def test_an_hour_with_traffic_passes_and_says_since_when():
    judged = judge(seen())

    assert told(judged) == ("pass", "baked", None)
    assert judged.finding.thing == "deployment/green"
    assert (judged.finding.estimate, judged.finding.limit) == (3600.0, 3600.0)
    assert judged.finding.sentence == (
        "green has had traffic since 2026-02-03 12:00 UTC, for 1 h of the 1 h that are asked for."
    )


def test_before_it_is_over_it_waits_until_exactly_then():
    judged = judge(seen(at=NOON + 59 * MINUTE), at=NOON + 59 * MINUTE)

    assert told(judged) == ("inconclusive", "baking", NOON + HOUR)
    assert judged.finding.sentence == (
        "green has had traffic since 2026-02-03 12:00 UTC; the 1 h that are asked for are over at "
        "2026-02-03 13:00 UTC."
    )


@pytest.mark.parametrize(
    ("case_", "shifts", "watch", "since"),
    [
        ("What was never interrupted counts from its arrival.", [], {}, NOON),
        (
            "Shares that only grew are no interruption.",
            [shift(NOON - MINUTE, 10.0), shift(NOON + 30 * MINUTE, 50.0)],
            {},
            NOON,
        ),
        (
            "What was taken away and came back counts from then.",
            [
                shift(NOON, 10.0),
                shift(NOON + 20 * MINUTE, 0.0),
                shift(NOON + 40 * MINUTE, 10.0),
            ],
            {},
            NOON + 40 * MINUTE,
        ),
        (
            "A deployment that was written anew arrived anew.",
            [shift(NOON, 10.0)],
            {"completed": NOON + 10 * MINUTE, "arrived": NOON + 15 * MINUTE},
            NOON + 15 * MINUTE,
        ),
    ],
)
def test_traffic_counts_from_when_it_last_came(case_, shifts, watch, since):
    known = replace(DeploymentWatch(completed=NOON - 2 * HOUR, arrived=NOON), **watch)
    judged = judge(seen(shifts=tuple(shifts), watches={"green": known}), at=NOON + HOUR - MINUTE)

    assert told(judged) == ("inconclusive", "baking", since + HOUR), case_


@pytest.mark.parametrize(
    ("case_", "tried", "verdict", "reason"),
    [
        ("No share is no traffic.", seen(green=0.0), "inconclusive", "no_traffic"),
        ("A share without a request is none.", seen(requests=0), "inconclusive", "never_called"),
        ("Nor is one nobody counts.", seen(requests=None), "inconclusive", "never_called"),
        ("Routing has not seen it yet.", seen(watches={}), "inconclusive", "not_seen_yet"),
        (
            "Another version's traffic is not its own.",
            seen(deployments=(BLUE,)),
            "inconclusive",
            "not_deployed",
        ),
        ("What was not read is an error.", seen(endpoint=None), "error", "not_read"),
        ("So is what could not be.", seen(problem="No such endpoint."), "error", "cannot_look"),
        ("An old reading tells nothing.", seen(at=NOON - 3 * HOUR), "inconclusive", "stale"),
    ],
)
def test_what_had_no_traffic_is_never_baked(case_, tried, verdict, reason):
    assert told(judge(tried)) == (verdict, reason, NOON + HOUR + 5 * MINUTE), case_


@pytest.mark.parametrize(
    ("case_", "changed"),
    [
        (
            "Its health counts answers.",
            {"health": {"green": DeploymentHealth(served=Served(requests=5))}},
        ),
        (
            "The watch of its routing has seen one since.",
            {
                "watches": {
                    "green": DeploymentWatch(
                        completed=NOON - HOUR, arrived=NOON, requested=NOON + MINUTE
                    )
                }
            },
        ),
    ],
)
def test_a_request_is_believed_from_any_source(case_, changed):
    assert judge(seen(requests=None, **changed)).finding.verdict is Verdict.PASS, case_


def test_requests_of_the_health_count_only_where_there_are_some():
    nobody = {"green": DeploymentHealth(served=Served(requests=0))}

    assert told(judge(seen(requests=None, health=nobody)))[1] == "never_called"
    assert told(judge(seen(requests=None, health={"green": DeploymentHealth()})))[1] == (
        "never_called"
    )


def test_mirrored_requests_are_traffic_and_are_called_so():
    watches = {"green": DeploymentWatch(completed=NOON - HOUR, mirrored=NOON)}
    judged = judge(seen(green=0.0, mirrored=10.0, watches=watches))

    assert told(judged) == ("pass", "baked", None)
    assert "has had mirrored requests since" in judged.finding.sentence
    nobody = judge(seen(green=0.0, mirrored=10.0, watches=watches, requests=0))
    assert "requests are mirrored to it, and not one" in nobody.finding.sentence


def test_of_several_deployments_of_a_version_the_one_with_most_traffic_counts():
    spare = replace(GREEN, name="spare")

    assert judge(seen(deployments=(spare, GREEN))).finding.thing == "deployment/green"


def test_where_it_is_not_tried_or_no_time_is_asked_nothing_is():
    assert judge_bake(case(tried=seen(), moment=Moment.ENTRANCE, endpoint=None)) == ()
    none = BakeGate(time=timedelta())
    assert judge_bake(case(tried=seen(), moment=Moment.ENTRANCE, bake=none)) == ()


def step(tried, *, at=NOON + HOUR, rolling=None, **changed):
    return judge(tried, at=at, moment=Moment.STEP, rolling=rolling or rollout(), **changed)


def test_a_step_bakes_for_its_own_time_from_when_the_traffic_was_moved():
    short = rollout(steps=(replace(STEPS[0], bake=600.0), *STEPS[1:]))

    assert told(step(seen(), rolling=short)) == ("pass", "baked", None)
    early = step(seen(at=NOON + 9 * MINUTE), at=NOON + 9 * MINUTE, rolling=short)
    assert told(early) == ("inconclusive", "baking", NOON + 10 * MINUTE)


def test_a_step_counts_only_what_came_after_it_began():
    """Green had ten per cent for hours before it was given fifty."""
    later = rollout(at=1, since=NOON + 30 * MINUTE)
    shifts = (shift(NOON - 3 * HOUR, 10.0), shift(NOON + 31 * MINUTE, 50.0))

    assert told(step(seen(shifts=shifts), rolling=later)) == (
        "inconclusive",
        "baking",
        NOON + 90 * MINUTE,
    )


@pytest.mark.parametrize(
    ("case_", "changed", "since"),
    [
        ("Before routing has seen it the rollout knows.", {"watches": {}}, NOON),
        (
            "Traffic that was taken away meanwhile counts anew.",
            {
                "shifts": (
                    shift(NOON, 10.0),
                    shift(NOON + 10 * MINUTE, 0.0),
                    shift(NOON + 25 * MINUTE, 10.0),
                )
            },
            NOON + 25 * MINUTE,
        ),
        (
            "So does a deployment that was written meanwhile.",
            {"watches": {"green": DeploymentWatch(completed=NOON + 20 * MINUTE)}},
            NOON + 20 * MINUTE,
        ),
    ],
)
def test_a_step_begins_anew_where_its_traffic_was_interrupted(case_, changed, since):
    at = NOON + 30 * MINUTE
    judged = step(seen(at=at, **changed), at=at)

    assert told(judged) == ("inconclusive", "baking", since + HOUR), case_


def test_at_a_step_the_comparison_knows_whether_it_was_called():
    silent = reading(experiment=side(requests=0))

    assert told(step(seen(), reading=silent))[1] == "never_called"
    assert told(step(seen(requests=0), reading=reading()))[1] == "baked"
    assert told(step(seen(), reading=reading(experiment_deployment="red")))[1] == "baked"


def test_a_mirrored_step_bakes_with_mirrored_requests():
    mirrored = rollout(steps=(MIRROR, *STEPS))
    tried = seen(
        green=0.0,
        mirrored=10.0,
        watches={"green": DeploymentWatch(completed=NOON - HOUR, mirrored=NOON + MINUTE)},
    )

    assert told(step(tried, rolling=mirrored))[2] == NOON + 61 * MINUTE
    assert told(step(replace(tried, watches={}), rolling=mirrored))[1] == "baked"


def test_a_rollout_of_a_deployment_that_is_gone_is_not_baked():
    gone = step(seen(deployments=(BLUE,)))

    assert told(gone)[1] == "not_deployed"


def test_a_step_whose_endpoint_was_not_read_is_an_error():
    unread = judge(None, moment=Moment.STEP, rolling=rollout(), endpoint=None)

    assert (unread.finding.verdict, unread.finding.thing) == (
        Verdict.ERROR,
        "endpoint/loan-endpoint",
    )


def test_no_step_in_force_has_nothing_to_bake():
    for rolling in (rollout(at=-1), rollout(at=3), None):
        assert judge_bake(case(tried=seen(), rolling=rolling)) == ()
    [rule] = [rule for rule in GATES if rule.name == "bake"]
    assert {moment.value for moment in rule.moments} == {"entrance", "step"}
