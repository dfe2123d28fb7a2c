"""Before a version takes the traffic there has to be a deployment that can take it back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.decisions.gates.rollback import judge_rollback
from shared.domain.finding import Rule
from shared.domain.policy import Enforcement, Gates, StagePolicy
from shared.domain.promotion import (
    Phase,
    Promotion,
    Rollout,
    RolloutStatus,
    TrafficStep,
)
from shared.domain.state import DeploymentWatch, TrafficShift
from shared.domain.verdict import Verdict
from shared.domain.world import ColumnSpec, Deployment, DeploymentHealth
from tests.domain.gates.live_cases import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    case,
    deployment,
    endpoint,
    not_there,
    only,
    reading,
    served,
    version,
)

AGAIN = NOON + timedelta(minutes=5)
BLUE, GREEN = deployment("blue", "7"), deployment("green", "8")
ALL = {"blue": 100.0}
BACK = "loan:8 would be taken back to deployment blue of ep (loan:7)"
INCOME, ZIP = ColumnSpec(name="income", type="double"), ColumnSpec(name="zip", type="string")


def serving(*deployments, **more):
    """Blue has all of the traffic."""
    return reading(endpoint(*(deployments or (BLUE,)), traffic=ALL), **more)


def shift(ago, shares, models=None, **more):
    """Shares since so long before noon."""
    return TrafficShift(time=NOON - ago, shares=shares, models=models or {}, **more)


def replaced(*deployments, ago=DAY, **more):
    """Blue carried everything until so long ago; red, another model's version, does since then."""
    there = deployments or (BLUE, deployment("red", "6"))
    shifts = (
        shift(ago + 10 * DAY, {"blue": 100.0}, {"blue": "loan:7"}, instances={"blue": 3}),
        shift(ago, {"blue": 60.0, "red": 40.0}),
    )
    return reading(
        endpoint(*there, traffic={"blue": 60.0, "red": 40.0}), **{"shifts": shifts, **more}
    )


CASES = [
    (
        "What carries everything now is complete, healthy, usable, large enough and proven.",
        serving(),
        (Verdict.PASS, "ready", None),
        f"{BACK}: it is complete; no alert of its health is open; it takes what loan:8 takes; it "
        "carries all of the traffic now, with 3 instances; so it is proven now.",
    ),
    (
        "What carries a part passes by what it did before.",
        replaced(),
        (Verdict.PASS, "ready", None),
        f"{BACK}: it is complete; no alert of its health is open; it takes what loan:8 takes; it "
        "has 3 instances, no fewer than when it carried all of the traffic; it last carried all of "
        "the traffic 2026-02-02 12:00 UTC.",
    ),
    (
        "A deployment that failed is no way back.",
        serving(deployment("blue", "7", "Failed")),
        (Verdict.FAIL, "not_complete", None),
        f"{BACK}, but: it is Failed.",
    ),
    (
        "One that is being scaled is looked at again.",
        serving(deployment("blue", "7", "Scaling")),
        (Verdict.INCONCLUSIVE, "unfinished", AGAIN),
        f"{BACK}, but: it is Scaling, and is looked at again.",
    ),
    (
        "An open alert of its health fails, and may end by itself.",
        serving(firing={"blue": ("errors", "drift", "cold_instances"), "": ("unplanned_change",)}),
        (Verdict.FAIL, "unhealthy", AGAIN),
        f"{BACK}, but: its alerts cold_instances, errors are open.",
    ),
    (
        "So do errors that were just read.",
        serving(health={"blue": DeploymentHealth(served=served(1000, errors=90, by_model=90))}),
        (Verdict.FAIL, "unhealthy", AGAIN),
        f"{BACK}, but: it answered 9 % of its calls with errors (90 of 1000, interval 5.9 to "
        "12.9 %, from 11:00 to 12:00 UTC; the limit is 1 %).",
    ),
    (
        "An input it needs and the new version dropped breaks callers who followed.",
        serving(models={"blue": version("7", (INCOME, ZIP))}),
        (Verdict.FAIL, "breaking_change", None),
        f"{BACK}, but: callers of loan:8 would break when traffic goes back (from loan:8 to it zip "
        "was added and is required); make the change in two versions, or let it pass while "
        "callers still send what both take.",
    ),
    (
        "A version without a signature leaves open who could call it.",
        serving(models={"blue": version("7", ())}),
        (Verdict.INCONCLUSIVE, "schema_unknown", None),
        f"{BACK}, but: the inputs that it takes are not known.",
    ),
    (
        "So does one that could not be read, with why.",
        serving(models={}, model_problems={"blue": "No role Reader."}),
        (Verdict.INCONCLUSIVE, "schema_unknown", None),
        f"{BACK}, but: the inputs that it takes are not known (No role Reader).",
    ),
    (
        "Fewer instances than when it carried everything are too few.",
        replaced(deployment("blue", "7", instances=1), deployment("red", "6")),
        (Verdict.FAIL, "fewer_instances", None),
        f"{BACK}, but: it has 1 instance, and had 3 when it carried all of the traffic: az ml "
        "online-deployment update --endpoint-name ep --name blue --set instance_count=3.",
    ),
    (
        "What was never seen to carry everything is not known to be able to.",
        replaced(shifts=()),
        (Verdict.INCONCLUSIVE, "size_unknown", None),
        f"{BACK}, but: whether it can carry all of the traffic is not known (with 3 instances; "
        "those it had when it did are not known); it was never seen to carry all of the traffic by "
        "itself as it is now (it has 60 %).",
    ),
    (
        "Nor where its instances are not told.",
        replaced(deployment("blue", "7", instances=None), deployment("red", "6")),
        (Verdict.INCONCLUSIVE, "size_unknown", None),
        f"{BACK}, but: whether it can carry all of the traffic is not known (its instances are not "
        "told; those it had when it did are not known).",
    ),
    (
        "What it did long ago is no proof of today.",
        replaced(ago=40 * DAY),
        (Verdict.INCONCLUSIVE, "proven_long_ago", None),
        f"{BACK}, but: it last carried all of the traffic 2025-12-25 12:00 UTC, 40 d ago; at most "
        "30 d is allowed (`gates.rollback.proven_within`).",
    ),
    (
        "What it did before it was written anew is no proof of what it is.",
        replaced(watches={"blue": DeploymentWatch(completed=NOON - HOUR)}),
        (Verdict.INCONCLUSIVE, "size_unknown", None),
        f"{BACK}, but: whether it can carry all of the traffic is not known (with 3 instances; "
        "those it had when it did are not known); it was never seen to carry all of the traffic by "
        "itself as it is now (it has 60 %).",
    ),
    (
        "Nor what it did with another version, where routing never looked at it since.",
        replaced(
            watches={},
            shifts=(
                shift(5 * DAY, {"blue": 100.0}, {"blue": "loan:5"}),
                shift(DAY, {"blue": 60.0, "red": 40.0}),
            ),
        ),
        (Verdict.INCONCLUSIVE, "size_unknown", None),
        f"{BACK}, but: whether it can carry all of the traffic is not known (with 3 instances; "
        "those it had when it did are not known); it was never seen to carry all of the traffic by "
        "itself as it is now (it has 60 %).",
    ),
    (
        "The worst comes first, and people are needed if any of it needs them.",
        serving(deployment("blue", "7", "Scaling"), models={}, firing={"blue": ("slow",)}),
        (Verdict.FAIL, "unhealthy", None),
        f"{BACK}, but: its alert slow is open; it is Scaling, and is looked at again; the inputs "
        "that it takes are not known.",
    ),
    (
        "Where nothing has served there is nothing to go back to.",
        reading(endpoint(GREEN, traffic={})),
        (Verdict.PASS, "first", None),
        "Nothing served on ep before loan:8: there is nothing to go back to.",
    ),
    (
        "Nor where only this version ever did.",
        reading(
            endpoint(GREEN, traffic={"green": 100.0}),
            shifts=(
                shift(2 * DAY, {}),
                shift(DAY, {"green": 100.0}, {"green": "loan:8"}),
            ),
        ),
        (Verdict.PASS, "first", None),
        "Nothing served on ep before loan:8: there is nothing to go back to.",
    ),
    (
        "Nor where the endpoint is still to be made.",
        not_there(),
        (Verdict.PASS, "first", None),
        "There is no endpoint ep yet, so there is nothing to go back to.",
    ),
    (
        "What served before and was deleted is no way back.",
        reading(
            endpoint(GREEN, traffic={"green": 100.0}),
            shifts=(
                shift(2 * DAY, {"blue": 100.0}, {"blue": "loan:7"}),
                shift(DAY, {"green": 100.0}, {"green": "loan:8"}),
            ),
        ),
        (Verdict.FAIL, "no_way_back", None),
        "Deployment blue of ep, which served before, is not there any more: there is no way back "
        "from loan:8. Deploy the version that is to be gone back to beside it.",
    ),
    (
        "What served before and was written over by this version is none either.",
        reading(
            endpoint(deployment("blue", "8"), traffic=ALL),
            shifts=(shift(2 * DAY, {"blue": 100.0}, {"blue": "loan:7"}),),
        ),
        (Verdict.FAIL, "no_way_back", None),
        "Deployment blue of ep, which served before, carries loan:8 itself now: there is no way "
        "back from loan:8. Deploy the version that is to be gone back to beside it.",
    ),
    (
        "Nor what was written over by a third.",
        reading(
            endpoint(deployment("blue", "6"), GREEN, traffic={"green": 100.0}),
            shifts=(shift(2 * DAY, {"blue": 100.0}, {"blue": "loan:7"}),),
        ),
        (Verdict.FAIL, "no_way_back", None),
        "Deployment blue of ep, which served before, carried loan:7 and carries loan:6 now: there "
        "is no way back from loan:8. Deploy the version that is to be gone back to beside it.",
    ),
    (
        "What may not be read is an error.",
        reading(endpoint=None, problem="No role Reader."),
        (Verdict.ERROR, "cannot_look", AGAIN),
        "No role Reader.",
    ),
    (
        "So is a reading that holds no endpoint.",
        reading(endpoint=None),
        (Verdict.ERROR, "not_read", AGAIN),
        "What ep could go back to could not be read.",
    ),
    (
        "And none at all.",
        None,
        (Verdict.ERROR, "not_read", AGAIN),
        "What ep could go back to was not read.",
    ),
]


@pytest.mark.parametrize(
    ("read", "said", "sentence"), [one[1:] for one in CASES], ids=[one[0] for one in CASES]
)
def test_there_is_a_way_back_or_the_version_waits(read, said, sentence):
    finding, again = only(judge_rollback(case(target=read)))

    assert finding.sentence == sentence
    assert (finding.verdict, finding.reason, again) == said
    assert finding.rule is Rule.ROLLBACK_GATE


def left(**more):
    """Green serves everything already; blue did until yesterday."""
    return reading(
        endpoint(BLUE, GREEN, traffic={"green": 100.0}),
        **{
            "shifts": (
                shift(9 * DAY, {"blue": 100.0}, {"blue": "loan:7"}, instances={"blue": 3}),
                shift(DAY, {"green": 100.0}, {"green": "loan:8"}),
            ),
            **more,
        },
    )


@pytest.mark.parametrize(
    ("more", "verdict", "reason"),
    [
        ({}, Verdict.PASS, "ready"),
        ({"checked": {}}, Verdict.INCONCLUSIVE, "health_unknown"),
        ({"checked": {"health": NOON - 3 * HOUR}}, Verdict.INCONCLUSIVE, "health_unknown"),
        (
            {"checked": {}, "health": {"blue": DeploymentHealth(served=served(5))}},
            Verdict.PASS,
            "ready",
        ),
        (
            {"checked": {}, "health": {"blue": DeploymentHealth(served=served(0))}},
            Verdict.INCONCLUSIVE,
            "health_unknown",
        ),
    ],
)
def test_what_serves_nobody_must_have_been_looked_at_lately(more, verdict, reason):
    finding, again = only(judge_rollback(case(target=left(**more))))

    assert (finding.verdict, finding.reason) == (verdict, reason)
    assert (again is not None) == (reason == "health_unknown")


def test_what_serves_unwatched_is_what_callers_have_today_and_is_told_so():
    finding, _ = only(judge_rollback(case(target=serving(checked={}))))

    assert finding.verdict is Verdict.PASS
    assert "it serves, though its health is not watched" in finding.sentence


def test_the_way_back_of_a_plan_is_what_it_began_with():
    promotion = Promotion(
        version="8",
        stage="production",
        phase=Phase.ROLLING,
        begun=NOON,
        since=NOON,
        rollout=Rollout(
            endpoint="ep",
            deployment="green",
            before=TrafficStep(traffic={"blue": 100.0, "old": 0.0}),
            steps=(),
            status=RolloutStatus.MOVING,
            planned=NOON,
        ),
    )
    read = left()
    elsewhere = replace(promotion, rollout=replace(promotion.rollout, endpoint="other"))

    planned, _ = only(judge_rollback(case(target=read, promotion=promotion)))
    other, _ = only(judge_rollback(case(target=read, promotion=elsewhere)))
    without, _ = only(judge_rollback(case(target=read, promotion=replace(promotion, rollout=None))))

    assert planned.thing == other.thing == without.thing == "deployment/blue"


def test_a_candidate_without_a_signature_leaves_its_callers_unknown():
    finding, _ = only(judge_rollback(case(target=serving(), candidate=version("8", ()))))

    assert finding.sentence == f"{BACK}, but: the inputs that loan:8 takes are not known."


def test_who_compares_no_schemas_is_asked_for_none():
    read = serving(models={})

    finding, _ = only(judge_rollback(case(target=read, gates=Gates(schema=Enforcement.OFF))))

    assert finding.verdict is Verdict.PASS
    assert "schemas are not asked for" in finding.sentence


def test_a_deployment_of_an_unknown_model_is_called_so():
    unknown = Deployment(name="blue", provisioning_state="Succeeded", instances=1)

    finding, _ = only(judge_rollback(case(target=serving(unknown, models={}))))

    assert "deployment blue of ep (an unknown model), but: the inputs" in finding.sentence


def test_a_finding_tells_its_share_its_instances_and_every_reason():
    read = replaced(deployment("blue", "7", instances=1), deployment("red", "6"), models={})

    finding, _ = only(judge_rollback(case(target=read)))

    assert (finding.thing, finding.estimate) == ("deployment/blue", 60.0)
    assert finding.details == {"instances": 1, "reasons": ["fewer_instances", "schema_unknown"]}


def test_old_evidence_decides_nothing_about_the_way_back():
    for read in (serving(), not_there()):
        finding, _ = only(judge_rollback(case(target=read, at=NOON + HOUR + MINUTE)))

        assert (finding.verdict, finding.reason) == (Verdict.INCONCLUSIVE, "stale")


def test_nothing_is_asked_of_a_stage_without_an_endpoint():
    assert judge_rollback(case(target=serving(), stage=StagePolicy(name="production"))) == ()
