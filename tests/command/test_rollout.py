"""`driftgate rollout` shows the plan as people read it, and moves nothing."""

import json

import pytest

POLICY = """
model: loan
stages: [{name: production, endpoint: ep, rollout: {mode: plan, mirror: 20}}]
"""


@pytest.fixture
def home(tmp_path):
    for folder in ("workspace/models/loan", "workspace/endpoints", "policies"):
        (tmp_path / "home" / folder).mkdir(parents=True)
    (tmp_path / "home/workspace/models/loan/8.yaml").write_text("tags: {}\n")
    (tmp_path / "home/policies/loan.yaml").write_text(POLICY)
    (tmp_path / "home/workspace/endpoints/ep.yaml").write_text(
        'traffic: {blue: 100}\ndeployments: {blue: {model: "loan:7"}, green: {model: "loan:8"}}\n'
    )
    return tmp_path / "home"


def test_the_plan_is_a_table_with_the_commands_of_each_step(run, home):
    done = run("rollout", "loan", home=home)

    assert done.returncode == 0, done.stderr
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0] == (
        "loan:8 to production at ep, mode plan: not promoted yet; the plan as it would be now"
    )
    assert any(line.startswith("1 blue 100 %, mirrored to green 20 % 1 h 20") for line in lines)
    assert any(line.startswith("4 green 100 % 1 h") and line.endswith("to come") for line in lines)
    update = "az ml online-endpoint update --name ep --traffic"
    assert f'{update} "blue=50 green=50"' in lines


def test_a_program_gets_one_document_and_a_refusal_its_sentence(run, home):
    found = json.loads(run("rollout", "loan", "8", "--json", home=home).stdout)
    refused = run("rollout", "fraud", home=home)

    assert len(found["rollout"]["steps"]) == 4
    assert (refused.returncode, refused.stderr) == (
        3,
        "No policy names the model fraud; its rollout is not known.\n",
    )
