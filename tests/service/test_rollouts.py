"""The plan of a rollout can be seen before anything acts, and where it stands while it does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.canonical import to_plain
from shared.domain.promotion import Phase, RolloutStatus, StopCause
from shared.domain.state import SubjectState
from shared.errors import NotFound, Refused
from shared.service.rollouts import rollout_of
from tests.conftest import NOON
from tests.service.test_rollout_plans_story import BOTH, PROMOTION, ROLLOUT

POLICY = """
model: loan-default
stages:
- {name: test, endpoint: test-endpoint}
- {name: production, endpoint: loan-endpoint, rollout: {mode: plan, shown_for: 30m, mirror: 20}}
"""


@pytest.fixture
def show(scene):
    scene.policy(POLICY)
    scene.endpoint("{blue: 100}", BOTH, name="loan-endpoint")
    scene.model("8", "registered: 2026-02-01\n")

    def showing(version=None, stage=None, promotions=()):
        ledger, subject = scene.application.ledger, "model/loan-default"
        if promotions:
            ledger.commit(
                subject=subject,
                version=ledger.state(subject).version,
                event_key="set",
                now=NOON,
                decision={"hash": "h"},
                state=to_plain(SubjectState(promotions=tuple(promotions))),
                messages=[],
            )
        return rollout_of(scene.application.adapters, "loan-default", version, stage, NOON)

    return showing


def standings(found):
    return [step["standing"] for step in found["rollout"]["steps"]]


def test_a_plan_is_shown_before_there_is_any_promotion(show):
    found = show()

    assert (found["version"], found["stage"], found["phase"]) == ("8", "production", None)
    assert [step["command"] for step in found["rollout"]["steps"]][:2] == [
        'az ml online-endpoint update --name loan-endpoint --traffic "blue=100" '
        '--mirror-traffic "green=20"',
        'az ml online-endpoint update --name loan-endpoint --traffic "blue=90 green=10" '
        '--mirror-traffic "green=0"',
    ]
    assert [step["not_before"] for step in found["rollout"]["steps"]][:2] == [
        "2026-02-03T12:30:00Z",
        "2026-02-03T13:30:00Z",
    ]
    assert set(standings(found)) == {"to come"}
    assert found["now"]["traffic"] == {"blue": 100.0}


def test_a_version_that_is_not_deployed_is_planned_with_a_deployment_of_its_own(show, scene):
    scene.endpoint("{blue: 100}", '{blue: {model: "loan-default:7"}}', name="loan-endpoint")
    found = show()

    assert found["assumed"]
    assert found["rollout"]["deployment"] == "new-deployment"
    assert found["problem"].startswith("No deployment of loan-endpoint carries loan-default:8")


def test_what_cannot_be_planned_says_why(show, scene):
    scene.endpoint("{blue: 60}", BOTH, name="loan-endpoint")
    assert "sum to 60" in show()["problem"]

    scene.endpoint("{blue: 60}", '{blue: {model: "loan-default:7"}}', name="loan-endpoint")
    found = show()
    assert (found["rollout"], found["assumed"]) == (None, False)
    assert "sum to 60" in found["problem"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": RolloutStatus.MOVING, "at": 0}, ["moved to", "to come"]),
        ({"status": RolloutStatus.BAKING, "at": 0}, ["in force", "to come"]),
        ({"status": RolloutStatus.PAUSED, "at": 1}, ["passed", "in force"]),
        ({"status": RolloutStatus.COMPLETE, "at": 1}, ["passed", "passed"]),
        ({"status": RolloutStatus.RETURNED, "at": 0}, ["given back", "not made"]),
    ],
)
def test_each_step_says_where_it_stands(show, changes, expected):
    found = show("8", promotions=[replace(PROMOTION, rollout=replace(ROLLOUT, **changes))])

    assert standings(found) == expected


def test_why_a_rollout_stopped_and_the_way_back_are_shown(show):
    stopped = replace(
        ROLLOUT,
        status=RolloutStatus.STOPPED,
        at=0,
        cause=StopCause.CHANGED,
        why="Somebody.",
        since=NOON,
    )
    found = show(promotions=[replace(PROMOTION, rollout=stopped, why="somebody")])

    assert (found["why"], found["rollout"]["cause"]) == ("somebody", "changed")
    assert found["rollout"]["back"].endswith('--traffic "blue=100 green=0"')


def test_what_is_over_is_shown_for_its_version_only(show, scene):
    ended = replace(
        PROMOTION,
        phase=Phase.ROLLED_BACK,
        rollout=replace(ROLLOUT, status=RolloutStatus.RETURNED, at=0),
    )
    waiting = replace(
        PROMOTION, version="9", phase=Phase.WAITING, rollout=None, begun=NOON - timedelta(hours=1)
    )
    scene.model("9", "registered: 2026-02-02\n")
    assert show("8", promotions=[ended, waiting])["rollout"]["status"] == "returned"
    assert show()["version"] == "9"


def test_an_endpoint_that_cannot_be_read_is_said(show, scene):
    (scene.home / "workspace/endpoints/loan-endpoint.yaml").unlink()

    assert show()["problem"] == "The workspace has no online endpoint loan-endpoint."


@pytest.mark.parametrize(
    ("policy", "version", "stage", "error", "sentence"),
    [
        ("model: other\n", None, None, NotFound, "No policy names the model loan-default"),
        ("model: loan-default\n", None, None, Refused, "No stage of loan-default has a rollout"),
        (POLICY, None, "staging", NotFound, "no stage 'staging'; there are test, production."),
        (
            "model: loan-default\nstages: [{name: a}]\n",
            None,
            "a",
            Refused,
            "The stage a of loan-default names no endpoint",
        ),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(
    show, scene, policy, version, stage, error, sentence
):
    scene.policy(policy)
    with pytest.raises(error, match=sentence):
        show(version, stage)


def test_a_model_without_versions_has_no_newest_one(show, scene):
    (scene.home / "workspace/models/loan-default/8.yaml").unlink()
    with pytest.raises(NotFound, match="No version of loan-default is registered"):
        show()


def test_the_endpoint_is_read_in_the_workspace_of_its_stage(show, scene):
    scene.policy(POLICY.replace("rollout: {", "workspace: live, rollout: {"))
    with pytest.raises(Refused, match="There is no workspace 'live'"):
        show()

    (scene.home / "workspace/endpoints/loan-endpoint.yaml").unlink()
    scene.write(
        "workspaces/live/endpoints/loan-endpoint.yaml", f"traffic: {{}}\ndeployments: {BOTH}\n"
    )
    assert show()["rollout"]["steps"][0]["traffic"] == {"green": 100.0}
