"""`driftgate approve`, `approvals` and `withdraw-approval` as a person or a program runs them."""

import json
from types import SimpleNamespace

import pytest

from shared.bootstrap import build
from shared.domain.event import Event, EventType
from shared.settings import Settings

POLICY = """model: churn
gates: {min_auc: 0.9, rollback: off, budget: off}
stages: [{name: production, approvals: {needed: 2, given: driftgate, by: [berta, carl, "d[red]"]}}]
"""


@pytest.fixture
def run(tmp_path):
    """The command in this process."""
    from typer.testing import CliRunner

    from shared.cli.commands import app

    (tmp_path / "policies").mkdir()

    def command(*words):
        environment = {
            "DRIFTGATE_HOME": str(tmp_path),
            "DRIFTGATE_POLICIES": str(tmp_path / "policies"),
            "LOGNAME": "berta",
        }
        done = CliRunner().invoke(app, [str(word) for word in words], env=environment)
        return SimpleNamespace(returncode=done.exit_code, stdout=done.stdout, stderr=done.stderr)

    return command


@pytest.fixture
def asking(run, tmp_path):
    """Version 7 of churn waits for two approvals; `run` has made its folder."""
    del run
    settings = Settings(
        home=tmp_path, workspace=tmp_path / "workspace", policies=tmp_path / "policies"
    )
    models = settings.workspace / "models" / "churn"
    for folder in (models, settings.workspace / "endpoints"):
        folder.mkdir(parents=True)
    (settings.policies / "churn.yaml").write_text(POLICY, encoding="utf-8")
    (models / "7.yaml").write_text("metrics: {auc: 0.95}\n", encoding="utf-8")
    application = build(settings)
    application.service.say(
        Event(
            id="churn-7",
            source="test",
            type=EventType.MODEL_REGISTERED,
            subject="model/churn",
            time=application.clock(),
            data={"version": "7"},
        ),
        via="test",
    )
    application.worker({}).drain()


@pytest.mark.usefixtures("asking")
def test_two_people_approve_and_it_is_asked_for(run):
    shown = run("approvals").stdout
    assert shown.startswith("waits churn:7 to production: 0 of 2 given in driftgate, of ")
    assert "  not yet: berta, carl, d[red]" in shown

    done = run("approve", "churn", "7", "--because", "figures [red]looked[/] at", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert (said["approval"]["author"], said["approval"]["approves"]) == ("berta", True)
    assert [one["event"]["type"] for one in said["decisions"]] == [
        "io.driftgate.ApprovalSaid",
        "io.driftgate.CheckDue",
    ]
    done = run("approve", "churn", "7", "--because", "me too", "--author", "carl")
    assert f"approves churn:7 for production as {said['approval']['basis'][:12]} until " in (
        done.stdout
    )
    assert "RequestPromotion" in done.stdout

    shown = run("approvals", "churn").stdout
    assert shown.startswith("approved churn:7 to production: 2 of 2 given in driftgate, of ")
    assert "    figures [red]looked[/] at" in shown
    [row] = json.loads(run("approvals", "--json").stdout)["approvals"]
    assert (row["phase"], [one["by"] for one in row["words"]]) == ("done", ["berta", "carl"])


@pytest.mark.usefixtures("asking")
def test_it_is_refused_with_a_reason(run):
    done = run("approve", "churn", "7", "--refuse", "--because", "not before the audit")

    assert done.returncode == 0
    assert " refuses churn:7 for production as " in done.stdout
    assert ", says berta: not before the audit" in done.stdout
    shown = run("approvals").stdout
    assert shown.startswith("refused churn:7 to production: 0 of 2")
    assert "berta rejected" in shown


@pytest.mark.usefixtures("asking")
def test_one_takes_back_ones_own(run):
    said = json.loads(run("approve", "churn", "7", "--because", "ok", "--json").stdout)["approval"]
    words = ("withdraw-approval", "churn", said["id"], "--because", "the wrong run")

    strange = run(*words, "--author", "carl")
    assert (strange.returncode, strange.stdout) == (3, "")
    assert strange.stderr.startswith(f"Approval {said['id']} is berta's to take back; ")
    done = run(*words)
    assert done.stdout.startswith(f"Taken back: {said['id']} approves churn:7 for production as ")
    assert "does not count: it was taken back" in run("approvals").stdout


@pytest.mark.usefixtures("asking")
def test_what_cannot_be_said_exits_three_with_one_sentence(run):
    words = ("approve", "churn", "7", "--because", "x")
    done = run(*words, "--author", "eve")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == ("eve is not among those who may approve: berta, carl, d[red].\n")
    assert run(*words, "--stage", "test").returncode == 3
    assert run(*words, "--basis", "0" * 12).stderr.startswith("basis is 000000000000, and in for")
    assert run("approve", "churn", "7").returncode == 3


def test_a_new_home_says_that_nothing_asks(run):
    assert run("approvals").stdout == (
        "No promotion asks for approvals; try: driftgate promotions\n"
    )
    assert "No promotion of churn asks" in run("approvals", "churn").stdout
