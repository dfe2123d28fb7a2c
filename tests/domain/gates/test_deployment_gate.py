"""The version has to be deployed, and complete, where it is tried out."""

from datetime import timedelta

import pytest

from shared.domain.decisions.gates.deployment import judge_deployment
from shared.domain.finding import Rule
from shared.domain.promotion import Phase, Promotion, Rollout, RolloutStatus, TrafficStep
from shared.domain.state import DeploymentWatch
from shared.domain.verdict import Verdict
from tests.domain.gates.live_cases import (
    HOUR,
    MINUTE,
    NOON,
    case,
    deployment,
    endpoint,
    not_there,
    only,
    reading,
)

AGAIN = NOON + timedelta(minutes=5)
BLUE = deployment("blue", "7")
LOG = "MemoryError: Unable to allocate 3.2 GiB\n"

CASES = [
    (
        "A complete deployment passes, with what it runs on.",
        reading(),
        (Verdict.PASS, "deployed", None),
        "Deployment green of ep carries loan:8 and is complete with 3 instances.",
    ),
    (
        "One whose instances are not told passes too.",
        reading(endpoint(BLUE, deployment("green", "8", instances=None))),
        (Verdict.PASS, "deployed", None),
        "Deployment green of ep carries loan:8 and is complete.",
    ),
    (
        "A version that is not there is waited for: its pipeline may be on the way.",
        reading(endpoint(BLUE, deployment("red", None), traffic={"blue": 100.0})),
        (Verdict.INCONCLUSIVE, "not_deployed", AGAIN),
        "loan:8 is not deployed on ep (blue carries loan:7, red carries an unknown model).",
    ),
    (
        "One that is being written is waited for.",
        reading(endpoint(BLUE, deployment("green", "8", "Creating")), watches={}),
        (Verdict.INCONCLUSIVE, "unfinished", AGAIN),
        "Deployment green of ep carries loan:8 and is Creating; it is looked at again.",
    ),
    (
        "A word nobody knows is no success.",
        reading(endpoint(BLUE, deployment("green", "8", "Marvellous"))),
        (Verdict.INCONCLUSIVE, "unfinished", AGAIN),
        "Deployment green of ep carries loan:8 and is Marvellous; it is looked at again.",
    ),
    (
        "One that has been written for long says where to look.",
        reading(
            endpoint(BLUE, deployment("green", "8", "Updating")),
            watches={"green": DeploymentWatch(completed=NOON, unfinished=NOON - 2 * HOUR)},
        ),
        (Verdict.INCONCLUSIVE, "unfinished", AGAIN),
        "Deployment green of ep carries loan:8 and is Updating since 2026-02-03 10:00 UTC, for 2 h "
        "now; see what it waits for: az ml online-deployment get-logs --endpoint-name ep "
        "--name green",
    ),
    (
        "One that failed fails, with where to read why.",
        reading(endpoint(BLUE, deployment("green", "8", "Failed"))),
        (Verdict.FAIL, "provisioning_failed", None),
        "Deployment green of ep carries loan:8 and is Failed. az ml online-deployment get-logs "
        "--endpoint-name ep --name green",
    ),
    (
        "One whose log may not be read says so.",
        reading(
            endpoint(BLUE, deployment("green", "8", "Canceled")), log_problems={"green": "No role."}
        ),
        (Verdict.FAIL, "provisioning_failed", None),
        "Deployment green of ep carries loan:8 and is Canceled. Its log could not be read: No "
        "role. az ml online-deployment get-logs --endpoint-name ep --name green",
    ),
    (
        "One on its way out fails.",
        reading(endpoint(BLUE, deployment("green", "8", "Deleting"))),
        (Verdict.FAIL, "deleting", None),
        "Deployment green of ep carries loan:8 and is being deleted.",
    ),
    (
        "An endpoint that failed fails whatever its deployments say.",
        reading(endpoint(state="Failed")),
        (Verdict.FAIL, "endpoint_failed", None),
        "Endpoint ep itself is Failed; see why: az ml online-endpoint show --name ep",
    ),
    (
        "An endpoint that is not there fails: nobody can try the version out.",
        not_there(),
        (Verdict.FAIL, "endpoint_gone", None),
        "There is no endpoint ep, where loan:8 is to be tried out; make it, or mend the stage's "
        "`endpoint` in the policy.",
    ),
    (
        "An endpoint that may not be read is an error.",
        reading(endpoint=None, problem="No role Reader."),
        (Verdict.ERROR, "cannot_look", AGAIN),
        "No role Reader.",
    ),
    (
        "A reading without an endpoint is an error as well.",
        reading(endpoint=None),
        (Verdict.ERROR, "not_read", AGAIN),
        "What is deployed on ep could not be read.",
    ),
]


@pytest.mark.parametrize(
    ("read", "said", "sentence"), [one[1:] for one in CASES], ids=[one[0] for one in CASES]
)
def test_what_is_deployed_decides_and_says_why(read, said, sentence):
    finding, again = only(judge_deployment(case(read)))

    assert (finding.verdict, finding.reason, again) == said
    assert finding.sentence == sentence
    assert finding.rule is Rule.DEPLOYMENT_GATE


def test_a_failure_is_explained_by_its_log():
    failed = reading(endpoint(BLUE, deployment("green", "8", "Failed")), logs={"green": LOG})

    finding, _ = only(judge_deployment(case(failed)))

    assert "Its log s" in finding.sentence
    assert "allocate 3.2 GiB" in finding.sentence
    assert finding.details["cause"]


def test_nothing_is_asked_of_a_version_that_is_tried_out_nowhere():
    assert judge_deployment(case()) == ()


@pytest.mark.parametrize("read", [reading(), not_there()])
def test_what_was_read_too_long_ago_or_in_the_future_decides_nothing(read):
    old, _ = only(judge_deployment(case(read, at=NOON + HOUR + MINUTE)))
    ahead, _ = only(judge_deployment(case(read, at=NOON - 3 * MINUTE)))
    near, _ = only(judge_deployment(case(read, at=NOON - MINUTE)))

    assert (old.verdict, old.reason) == (Verdict.INCONCLUSIVE, "stale")
    assert (ahead.verdict, ahead.reason) == (Verdict.INCONCLUSIVE, "clock_skew")
    assert near.verdict in {Verdict.PASS, Verdict.FAIL}


def test_nothing_read_at_all_is_an_error():
    finding, again = only(judge_deployment(case(tried_name="ep")))

    assert (finding.verdict, finding.reason, again) == (Verdict.ERROR, "not_read", AGAIN)


def test_of_several_that_carry_it_the_one_that_rolls_out_is_meant():
    twice = endpoint(
        BLUE,
        deployment("green", "8"),
        deployment("other", "8"),
        traffic={"blue": 50.0, "other": 50.0},
    )
    rollout = Rollout(
        endpoint="ep",
        deployment="green",
        before=TrafficStep(traffic={"blue": 100.0}),
        steps=(),
        status=RolloutStatus.MOVING,
        planned=NOON,
    )
    promotion = Promotion(
        version="8",
        stage="production",
        phase=Phase.ROLLING,
        begun=NOON,
        since=NOON,
        rollout=rollout,
    )

    by_traffic, _ = only(judge_deployment(case(reading(twice))))
    by_plan, _ = only(judge_deployment(case(reading(twice), promotion=promotion)))

    assert (by_traffic.thing, by_plan.thing) == ("deployment/other", "deployment/green")
