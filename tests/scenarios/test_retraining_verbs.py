"""Sentences about retrainings: what they write, and what they refuse."""

import pytest
import yaml

from shared.errors import InvalidScenario
from shared.scenarios import play
from shared.scenarios.pipelines import NoRun
from shared.scenarios.trainings import started

MONITORED = (
    "watched from the start\n"
    "policy\n  model: churn\n  drift: {monitors: [churn-monitor]}\n"
    "  retraining: {job: {component: 'retrain:3', compute: cpu}}\n"
    "at 00:05 monitor churn-monitor finds income at 0.3 over 0.1, signal inputs\n"
    'at 00:05 expect alert monitor_breach of churn-monitor "income"\n'
    "at 00:05 expect request retraining of churn\n"
)


def write(folder, name, facts):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(facts))


def job(model, state, identity="f" * 64):
    tags = {"driftgate-model": model, "driftgate-retraining": identity}
    return {"state": state, "training": {"tags": tags}}


def test_a_sentence_speaks_of_the_job_or_the_run_that_is_under_way(tmp_path):
    write(tmp_path, "jobs/retrain-churn-a.yaml", job("churn", "Completed", "a" * 64))
    write(tmp_path, "jobs/retrain-churn-b.yaml", job("churn", "NotStarted", "b" * 64))
    write(tmp_path, "jobs/retrain-loan-c.yaml", job("loan", "Running", "c" * 64))

    assert started(tmp_path, "churn").retraining == "b" * 64

    given = {"model": "churn", "retraining": "d" * 64}
    for number, state in ((9, "completed"), (10, "inProgress")):
        run = {"state": state, "parameters": given}
        write(tmp_path, f"pipelines/acme/models/retrain.yml/{number}.yaml", run)
    promotes = {"state": "inProgress", "parameters": {"model": "churn", "version": "7"}}
    write(tmp_path, "pipelines/acme/models/retrain.yml/11.yaml", promotes)

    assert (started(tmp_path, "churn").number, started(tmp_path, "loan").number) == (10, None)


def test_without_one_under_way_there_is_none_to_speak_of(tmp_path):
    write(tmp_path, "jobs/retrain-churn-a.yaml", job("churn", "Failed"))

    with pytest.raises(NoRun, match="no retraining of churn is under way"):
        started(tmp_path, "churn")


def test_a_training_that_never_started_is_a_failure_of_the_scenario(script):
    played = play(script("at 00:10 the retraining of churn fails\nat 00:11 nothing fires\n"))

    assert "no retraining of churn is under way" in played.failures[0].spelled()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("at 00:10 the retraining of churn waits for approval\n", "a job trains churn, and only"),
        ("at 00:10 anna approves the retraining of churn\n", "a job trains churn, and only"),
        (f'at 00:10 anna resumes retraining of churn because "{"x" * 501}"\n', "reason has more"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_line(script, text, sentence):
    with pytest.raises(InvalidScenario, match=sentence):
        play(script(MONITORED + text))


def test_somebody_who_refuses_ends_the_run_and_is_named_in_the_alert(script):
    text = MONITORED.replace("{job: {component: 'retrain:3', compute: cpu}}", "{pipeline: 12}")
    played = play(
        script(
            f"pipeline 12\n{text}"
            "at 00:06 the retraining of churn waits for approval\n"
            'at 00:20 anna refuses the retraining of churn because "not this quarter"\n'
            'within 10 min expect alert retraining_failed of churn "not this quarter"\n'
            "at 00:40 retraining_failed fires\n"
        )
    )

    assert [failure.spelled() for failure in played.failures] == []


def test_a_training_that_is_cancelled_alarms_nobody(script):
    played = play(
        script(
            f"{MONITORED}at 00:06 the retraining of churn runs\n"
            "at 00:10 the retraining of churn is cancelled\n"
            'within 10 min expect verdict pass of retraining because "cancelled"\n'
            "at 00:25 monitor_breach fires\n"
        )
    )

    assert [failure.spelled() for failure in played.failures] == []
