"""`driftgate retraining list` and `resume-retraining` as a person or a program runs them."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from shared.bootstrap import build
from shared.domain.canonical import to_plain
from shared.domain.retraining import (
    Retraining,
    RetrainingCause,
    RetrainingPhase,
    RetrainingWatch,
)
from shared.domain.state import SubjectState
from shared.settings import Settings

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)
DECISION = {
    "event": {"id": "e", "subject": "retraining/churn", "type": "CheckDue", "time": "now"},
    "verdict": "pass",
    "findings": [],
    "actions": [],
    "messages": [],
}
CAUSE = RetrainingCause(
    cause="kpi/[red]x[/]", window="a/b", time=NOON, features=("in##vso[x]come",)
)
ON_ITS_WAY = Retraining(
    id="0123456789abcdef",
    phase=RetrainingPhase.RUNNING,
    causes=(CAUSE,),
    cost=12.5,
    asked=NOON,
    changed=NOON + timedelta(hours=1),
    pipeline="acme/models/retrain.yml",
    run=7,
    address="https://github.example/runs/7",
)
REGISTERED = Retraining(
    id="fedcba9876543210",
    phase=RetrainingPhase.NOT_PROMOTED,
    causes=(CAUSE,),
    asked=NOON - timedelta(days=9),
    changed=NOON - timedelta(days=8),
    ended=NOON - timedelta(days=8),
    job="retrain-churn-fedcba987654",
    version="8",
    because="its gates failed",
)


@pytest.fixture
def run(tmp_path):
    """The command in this process."""
    from typer.testing import CliRunner

    from shared.cli.commands import app

    def command(*words):
        environment = {"DRIFTGATE_HOME": str(tmp_path), "LOGNAME": "berta"}
        done = CliRunner().invoke(app, [str(word) for word in words], env=environment)
        return SimpleNamespace(returncode=done.exit_code, stdout=done.stdout, stderr=done.stderr)

    return command


@pytest.fixture
def known(tmp_path):
    """Keeps what is remembered of a model's retrainings."""

    def keep(watch, decision=None):
        build(Settings(home=tmp_path, workspace=tmp_path / "workspace")).ledger.commit(
            subject="retraining/churn",
            version=0,
            event_key="seed",
            now=NOON,
            decision={**DECISION, **(decision or {})},
            state=to_plain(SubjectState(retraining=watch)),
            messages=[],
        )

    return keep


def test_without_any_the_command_says_what_asks_for_one(run):
    done = run("retraining", "list", "churn")

    assert done.returncode == 0
    assert "Nothing has asked for a retraining of churn" in done.stdout


def test_each_is_shown_with_phase_cost_cause_and_what_trains_it(run, known):
    told = {"rule": "retraining", "sentence": "One is on its way; the next may be on Friday."}
    known(RetrainingWatch(retrainings=(REGISTERED, ON_ITS_WAY)), {"findings": [told]})

    shown = run("retraining", "list").stdout

    first, *rest = shown.splitlines()
    assert first == "churn on its way"
    assert rest[0].strip() == told["sentence"]
    assert "running since 2026-02-03 13:00 UTC, cost 12.5" in rest[1]
    assert "because of kpi/[red]x[/] in a/b (in# #vso[x]come)" in rest[2]
    assert "run 7 of acme/models/retrain.yml https://github.example/runs/7" in rest[3]
    assert "not promoted since 2026-01-26 12:00 UTC, version 8: its gates failed" in rest[4]
    assert "job retrain-churn-fedcba987654" in rest[6]
    assert len(shown.splitlines()) == 8


def test_programs_get_the_same_as_one_document(run, known):
    known(RetrainingWatch(retrainings=(ON_ITS_WAY,), causes=(CAUSE,)))

    [row] = json.loads(run("retraining", "list", "--json").stdout)["retrainings"]

    assert (row["model"], row["standing"], row["stopped"]) == ("churn", "on its way", None)
    assert row["waiting"][0]["cause"] == CAUSE.cause
    assert row["retrainings"][0]["run"] == 7
    assert row["retrainings"][0]["open"]


def test_the_status_of_a_model_shows_its_last_retrainings_shortly(run, known):
    known(RetrainingWatch(retrainings=(REGISTERED, ON_ITS_WAY)))

    found = json.loads(run("status", "churn", "--json").stdout)

    [subject] = found["subjects"]
    assert [one["phase"] for one in subject["retrainings"]] == ["running", "not_promoted"]
    assert "running since 2026-02-03 13:00 UTC" in run("status", "churn").stdout


@pytest.mark.parametrize(
    ("watch", "sentence"),
    [
        (None, "Nothing has asked for a retraining of churn"),
        (RetrainingWatch(retrainings=(REGISTERED,)), "is not stopped; there is nothing to resume"),
    ],
)
def test_what_cannot_be_resumed_exits_with_three_and_says_why(run, known, watch, sentence):
    if watch is not None:
        known(watch)

    done = run("retraining", "resume", "churn", "--because", "labels were mended")

    assert done.returncode == 3
    assert sentence in done.stderr


def test_a_stopped_model_says_how_it_is_resumed(run, known):
    known(RetrainingWatch(retrainings=(REGISTERED,), stopped=NOON))

    shown = run("retraining", "list", "churn").stdout

    assert "churn stopped since 2026-02-03 12:00 UTC" in shown
    assert "go on with: driftgate retraining resume churn --because" in shown


def test_resuming_is_decided_at_once_and_kept_with_who_says_so(run, known):
    known(RetrainingWatch(retrainings=(REGISTERED,), stopped=NOON))

    done = run("retraining", "resume", "churn", "--because", "labels [b]were[/] mended")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        "Retraining of churn, stopped since 2026-02-03 12:00 UTC, goes on, says berta: "
        "labels [b]were[/] mended"
    )
    assert "RetrainingResumed retraining/churn" in done.stdout
    [row] = json.loads(run("retraining", "list", "--json").stdout)["retrainings"]
    assert (row["standing"], row["stopped"], row["resumed_by"]) == ("quiet", None, "berta")


def test_resuming_twice_is_refused_since_nothing_is_stopped_any_more(run, known):
    known(RetrainingWatch(retrainings=(REGISTERED,), stopped=NOON))
    words = ("resume-retraining", "churn", "--because", "mended", "--author", "anna", "--json")

    said = json.loads(run(*words).stdout)["resumed"]

    assert (said["model"], said["author"], said["reason"]) == ("churn", "anna", "mended")
    assert run(*words).returncode == 3
