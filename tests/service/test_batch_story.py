"""A batch endpoint scores every night: runs fail, never come, never end, or write other rows.

Longer than most: each story needs nights that went before, which one world plays for all of them.
"""

import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest
import yaml
from pyarrow import parquet

from shared.domain.action import describe
from shared.domain.canonical import to_plain
from shared.domain.decisions.batch import decide_batch
from shared.domain.event import Check, Event
from shared.domain.evidence import BatchEvidence
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.service.codec import decode
from shared.service.reactions import batch_rows

POLICY = """\
model: loan-default
batch: [{endpoint: loan-scores, every: 1d, grace: 2h}]
"""
WATCHED = POLICY.replace("grace: 2h", "grace: 2h, outputs: scores")
MODEL = "model/loan-default"
DAY = timedelta(days=1)


class Nights:
    """The runs of `loan-scores`, one a night at four; the clock of the scene moves along."""

    def __init__(self, scene):
        self.scene = scene
        self.clock = scene.clock
        self.clock.now = self.clock.now.replace(hour=4, minute=0)
        self.looked = self.clock.now - DAY
        self.number = 0

    def job(self, name, state, started=None, ended=None, **facts):
        times = {"started": started, "ended": ended}
        told = {key: time for key, time in times.items() if time is not None}
        self.scene.write(
            f"workspace/jobs/{name}.yaml",
            yaml.safe_dump({"state": state, "endpoint": "loan-scores", **told, **facts}),
        )

    def run(self, state="Completed", *, took=timedelta(minutes=12), name=None, **facts):
        """A run that begins now and has ended, or not; the clock stands at its end."""
        self.number += 1
        name = name or f"run-{self.number}"
        started = self.clock.now
        self.clock.advance(took)
        ended = None if state in {"Running", "Queued"} else self.clock.now
        self.job(name, state, started, ended, **facts)
        return name

    def wait_for_night(self):
        """To four o'clock of the next day."""
        self.clock.now = self.clock.now.replace(hour=4, minute=0, second=0) + DAY

    def rows(self, center=0.0, rows=1000, name=None):
        """A file of scores, written now."""
        self.number += 1
        generator = np.random.default_rng(self.number)
        path = self.scene.home / "workspace/data" / (name or f"scores-{self.number}.parquet")
        path.parent.mkdir(parents=True, exist_ok=True)
        table = pa.table(
            {
                "customer": [f"c{self.number}-{index}" for index in range(rows)],
                "score": generator.normal(center, 1.0, rows),
                "accepted": generator.random(rows) < 0.4,
            }
        )
        parquet.write_table(table, path)
        self.touch(path)

    def touch(self, path):
        stamp = self.clock.now.timestamp()
        os.utime(path, (stamp, stamp))

    def night(self, center=0.0, rows=1000, **facts):
        """A whole night: a run that writes its rows, and the timer's look at it."""
        started = self.clock.now
        self.clock.advance(timedelta(minutes=11))
        if rows:
            self.rows(center, rows)
        self.clock.advance(timedelta(minutes=1))
        self.number += 1
        self.job(f"run-{self.number}", "Completed", started, self.clock.now, **facts)
        self.clock.advance(timedelta(minutes=6))
        decision = self.look()
        self.wait_for_night()
        return decision

    def look(self):
        """The timer, which asks once a minute at most."""
        if self.clock.now < self.looked + timedelta(minutes=1):
            self.clock.advance(timedelta(minutes=1))
        self.looked = self.clock.now
        self.scene.application.service.fan_out(Check.BATCH)
        self.scene.drain()
        return self.scene.last(MODEL)

    def alert(self):
        return self.scene.notices[-1]["data"]["alert"]


@pytest.fixture
def nights(scene):
    scene.policy(POLICY)
    scene.write("workspace/data/scores.yaml", "paths: ['scores-*.parquet', 'scores-*.csv']\n")
    (scene.home / "workspace/jobs").mkdir()
    return Nights(scene)


def test_nights_that_complete_disturb_nobody(nights):
    for _ in range(3):
        nights.run()
        decision = nights.look()
        nights.wait_for_night()

    assert decision["verdict"] == "pass"
    assert nights.scene.told() == []


def test_a_failed_run_is_told_with_how_long_it_ran_and_how_to_read_its_log(nights):
    nights.run()
    nights.wait_for_night()
    nights.run("Failed", took=timedelta(minutes=3), name="run-b")
    nights.look()

    assert nights.scene.told() == [("PostAlert", "batch_failed")]
    alert = nights.alert()
    assert alert["severity"] == "warning"
    assert alert["title"] == "batch endpoint loan-scores: run run-b failed"
    assert "began 2026-02-04 04:00 UTC, failed after 3 min" in alert["text"]
    assert "The last run that completed began 2026-02-03 04:00 UTC." in alert["text"]
    assert "The one completed run took 12 min." in alert["text"]
    assert "A retry that begins by 2026-02-04 06:00 UTC comes in time." in alert["text"]
    assert "az ml job stream --name run-b" in alert["first_step"]


def test_a_retry_that_completes_ends_the_alert_and_says_which(nights):
    nights.run()
    nights.wait_for_night()
    nights.run("Failed")
    nights.look()
    nights.run(name="retry")
    nights.look()

    assert nights.scene.told() == [("PostAlert", "batch_failed"), ("ResolveAlert", "batch_failed")]
    assert nights.scene.notices[-1]["data"]["reason"] == (
        "run retry, began 2026-02-04 04:12 UTC, completed after 12 min"
    )


def test_a_failure_that_nobody_mended_by_the_time_it_is_due_is_told_again_as_worse(nights):
    nights.run()
    nights.wait_for_night()
    nights.run("Failed")
    nights.look()
    nights.clock.advance(timedelta(hours=1, minutes=48))
    nights.scene.drain()

    assert nights.scene.told() == [("PostAlert", "batch_failed")] * 2
    assert nights.alert()["severity"] == "critical"
    assert "One that completes was due by 2026-02-04 06:00 UTC" in nights.alert()["text"]


def test_several_failures_in_a_row_are_one_alert_told_again_once_when_it_grew_worse(nights):
    nights.run()
    nights.wait_for_night()
    for _ in range(4):
        nights.run("Failed")
        nights.look()

    assert nights.scene.told() == [("PostAlert", "batch_failed")] * 2
    assert nights.alert()["severity"] == "critical"
    assert nights.alert()["title"] == "batch endpoint loan-scores: the last 2 runs failed"
    assert nights.alert()["since"] == "2026-02-04T04:12:00Z"


def test_a_run_that_never_came_is_told_when_it_is_due_and_over_when_one_begins(nights):
    nights.run()
    nights.look()
    nights.clock.now += timedelta(hours=24)
    nights.look()
    assert nights.scene.told() == []

    nights.clock.advance(timedelta(hours=1, minutes=48))
    nights.scene.drain()

    assert nights.scene.told() == [("PostAlert", "batch_missing")]
    assert nights.alert()["title"] == (
        "batch endpoint loan-scores has not run since 2026-02-03 04:00 UTC"
    )
    assert nights.alert()["since"] == "2026-02-04T06:00:00Z"

    nights.run("Running", name="late", took=timedelta(minutes=5))
    nights.look()

    assert nights.scene.notices[-1]["data"]["reason"] == "run late began 2026-02-04 06:00 UTC"


def test_a_batch_endpoint_that_never_ran_is_waited_for_since_the_policy_was_first_seen(nights):
    nights.look()
    nights.clock.advance(timedelta(hours=25))
    nights.look()
    assert nights.scene.told() == []

    nights.clock.advance(timedelta(hours=1))
    nights.look()

    assert nights.alert()["title"] == "no run of batch endpoint loan-scores came"
    assert "it is waited for since 2026-02-03 04:00 UTC" in nights.alert()["text"]


def test_a_run_that_hangs_is_told_by_what_the_others_took_and_over_when_it_is_cancelled(nights):
    for took in (50, 70, 400, 60):
        nights.run(took=timedelta(minutes=took))
        nights.wait_for_night()
    nights.run("Running", name="slow", took=timedelta(minutes=130))
    nights.look()
    assert nights.scene.told() == []

    nights.clock.advance(timedelta(minutes=11))
    nights.scene.drain()

    assert nights.scene.told() == [("PostAlert", "batch_stuck")]
    assert (
        nights.alert()["title"] == "batch endpoint loan-scores: run slow is running for 2 h 21 min"
    )
    assert "More than 2 h 20 min is too long: twice the second longest" in nights.alert()["text"]

    nights.clock.advance(timedelta(minutes=1))
    nights.job("slow", "Canceled", nights.clock.now - timedelta(hours=2), nights.clock.now)
    nights.look()

    assert nights.scene.told()[-1] == ("ResolveAlert", "batch_stuck")


def batch_event(sample, run, *, status="Completed", at, endpoint="loan-scores", event=None):
    payload = sample("aml_run_completed_batch.derived.json")
    payload[0] |= {"id": event or f"{run}-{status}", "eventTime": at.isoformat()}
    payload[0]["eventType"] = "Microsoft.MachineLearningServices.RunStatusChanged"
    payload[0]["data"] |= {"runId": run, "runStatus": status}
    if endpoint is None:
        del payload[0]["data"]["runProperties"]["azureml.endpointname"]
    else:
        payload[0]["data"]["runProperties"]["azureml.endpointname"] = endpoint
    return payload


@pytest.mark.parametrize("endpoint", ["loan-scores", None])
def test_a_runs_event_leads_to_a_look_at_once_also_when_it_names_no_endpoint(
    nights, sample, endpoint
):
    name = nights.run("Failed")

    nights.scene.send(
        batch_event(sample, name, status="Failed", at=nights.clock.now, endpoint=endpoint)
    )

    assert nights.scene.told() == [("PostAlert", "batch_failed")]


def test_the_timer_reaches_the_same_decision_when_every_event_is_lost(nights, sample):
    name = nights.run("Failed")
    nights.look()
    by_timer = nights.alert()

    nights.scene.send(batch_event(sample, name, status="Failed", at=nights.clock.now))

    assert nights.scene.told() == [("PostAlert", "batch_failed")]
    assert by_timer["title"] == "batch endpoint loan-scores: run run-1 failed"


@pytest.mark.parametrize(
    ("endpoint", "status"), [("other-scores", "Completed"), ("loan-scores", "Preparing")]
)
def test_a_run_nobody_waits_for_is_only_recorded(nights, sample, endpoint, status):
    nights.run()

    nights.scene.send(
        batch_event(sample, "run-1", status=status, at=nights.clock.now, endpoint=endpoint)
    )

    assert nights.scene.application.ledger.decisions(MODEL) == []
    assert nights.scene.last("run/run-1")["findings"][0]["reason"] == "recorded"


def test_jobs_that_cannot_be_read_are_an_error_and_no_pass(nights):
    nights.run("Failed")
    nights.look()
    nights.scene.write("workspace/jobs/odd.yaml", "- 1\n")

    decision = nights.look()

    assert decision["verdict"] == "error"
    assert decision["findings"][0]["sentence"] == "odd.yaml must hold a mapping of keys to values."
    assert nights.scene.told() == [("PostAlert", "batch_failed")]


def test_a_policy_that_no_longer_names_the_batch_endpoint_ends_its_alerts(nights):
    nights.run("Failed")
    nights.look()
    nights.scene.policy(POLICY.replace("loan-scores", "other-scores"))
    nights.look()

    assert nights.scene.notices[-1]["data"]["reason"] == (
        "the policy no longer names batch endpoint loan-scores"
    )


# What the runs write.


@pytest.fixture
def learnt(nights):
    """Ten nights of the same scores."""
    nights.scene.policy(WATCHED)
    for _ in range(10):
        nights.night()
    assert nights.scene.told() == []
    return nights


def reasons(decision):
    return [finding["reason"] for finding in decision["findings"]]


def test_the_first_ten_runs_are_learnt_and_said_to_be(nights):
    nights.scene.policy(WATCHED)
    decisions = [nights.night() for _ in range(10)]

    sentences = [
        finding["sentence"]
        for decision in decisions
        for finding in decision["findings"]
        if finding["reason"] == "learnt"
    ]
    assert len(sentences) == 10
    assert sentences[0].endswith("1 of 10 runs, 1000 rows.")
    assert sentences[-1].endswith("10 of 10 runs, 10 000 rows.")


def test_rows_as_ever_pass(learnt):
    decision = learnt.night()

    assert decision["verdict"] == "pass"
    assert {f["thing"] for f in decision["findings"] if f["rule"] == "drift"} == {
        "batch/loan-scores/score",
        "batch/loan-scores/accepted",
    }


def test_scores_that_moved_are_told_since_the_run_they_moved_with_and_end_by_themselves(learnt):
    moved = learnt.clock.now
    learnt.night(center=0.6)

    assert learnt.scene.told() == [("PostAlert", "drift")]
    alert = learnt.alert()
    assert alert["labels"] == {"model": "loan-default", "batch": "loan-scores"}
    assert alert["title"].startswith("batch endpoint loan-scores: 1 of 2 columns of its rows drift")
    assert alert["since"] == moved.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert "- score: its values are higher, by +0.6" in alert["text"]

    learnt.night()

    assert learnt.scene.told() == [("PostAlert", "drift"), ("ResolveAlert", "drift")]


def test_a_small_shift_that_stays_adds_up_over_the_runs(learnt):
    nights = [learnt.clock.now]
    while not learnt.scene.told() and len(nights) < 20:
        learnt.night(center=0.12)
        nights.append(learnt.clock.now)

    assert learnt.scene.told() == [("PostAlert", "drift")]
    assert 2 < len(nights) < 15
    since = learnt.alert()["since"]
    assert since in [night.strftime("%Y-%m-%dT%H:%M:%SZ") for night in nights[:4]]


def test_rows_far_from_the_first_run_are_told_while_the_others_are_still_learnt(nights):
    nights.scene.policy(WATCHED)
    nights.night()
    nights.night(center=3.0)

    assert nights.scene.told() == [("PostAlert", "drift")]

    nights.night()

    assert nights.scene.told()[-1] == ("ResolveAlert", "drift")


def test_a_change_that_is_meant_is_learnt_anew_when_the_policy_says_from_when(learnt):
    changed = learnt.clock.now
    learnt.night(center=2.0)
    learnt.scene.policy(
        WATCHED.replace("outputs: scores", f"outputs: scores, learn_from: {changed.isoformat()}")
    )
    learnt.look()

    assert learnt.scene.told()[-1] == ("ResolveAlert", "drift")
    assert learnt.scene.notices[-1]["data"]["reason"] == (
        "what it writes is learnt anew from 2026-02-13 04:00 UTC on, as the policy says"
    )
    for _ in range(3):
        learnt.night(center=2.0)
    assert learnt.scene.told()[-1] == ("ResolveAlert", "drift")


@pytest.mark.parametrize(
    ("rows", "title", "severity"),
    [
        (0, "run run-101 wrote no rows", "critical"),
        (400, "run run-102 wrote only 400 rows", "critical"),
        (2500, "run run-102 wrote too many rows", "warning"),
    ],
)
def test_a_run_that_wrote_too_few_or_too_many_rows_is_told_until_one_is_as_usual(
    learnt, rows, title, severity
):
    learnt.number = 100
    learnt.night(rows=rows)

    assert learnt.scene.told() == [("PostAlert", "batch_volume")]
    assert learnt.alert()["title"] == f"batch endpoint loan-scores: {title}"
    assert learnt.alert()["severity"] == severity

    learnt.night(rows=900)

    assert learnt.scene.told()[-1] == ("ResolveAlert", "batch_volume")


def test_each_deployment_is_held_against_its_own_first_runs(nights):
    nights.scene.policy(WATCHED)
    for _ in range(4):
        nights.night(center=0.0, deployment="blue")
        nights.night(center=3.0, deployment="green")

    assert nights.scene.told() == []
    watch = nights.scene.application.ledger.state(MODEL).state["batch"]["loan-scores"]
    assert {name: len(one["learnt"]) for name, one in watch["outputs"].items()} == {
        "blue": 4,
        "green": 4,
    }


def test_alerts_of_a_deployment_that_was_replaced_end_when_it_no_longer_scores(nights):
    nights.scene.policy(WATCHED)
    nights.night(deployment="blue")
    nights.night(center=3.0, deployment="blue")
    assert nights.alert()["labels"]["deployment"] == "blue"
    for _ in range(4):
        nights.night(deployment="green")

    assert nights.scene.notices[-1]["data"]["reason"] == (
        "deployment blue has not scored for 3 periods, others have"
    )


def test_runs_that_wrote_at_the_same_time_tell_nothing_of_their_rows(nights):
    nights.scene.policy(WATCHED)
    started = nights.clock.now
    nights.clock.advance(timedelta(minutes=5))
    nights.rows()
    for name in ("one", "other"):
        nights.job(name, "Completed", started, nights.clock.now)
    nights.clock.advance(timedelta(minutes=6))

    decision = nights.look()

    assert decision["verdict"] == "pass"
    assert reasons(decision).count("together") == 2


def test_what_a_later_run_wrote_over_is_not_taken_for_no_rows(nights):
    nights.scene.policy(WATCHED)
    nights.run()
    nights.rows(name="scores-same.parquet")
    nights.wait_for_night()
    nights.clock.advance(timedelta(minutes=11))
    nights.rows(name="scores-same.parquet")
    nights.job("later", "Completed", nights.clock.now - timedelta(minutes=11), nights.clock.now)
    nights.clock.advance(timedelta(minutes=6))

    decision = nights.look()

    assert "written_over" in reasons(decision)
    assert "learnt" in reasons(decision)
    assert nights.scene.told() == []


def test_an_asset_that_is_not_there_is_an_error_that_hides_no_failed_run(nights):
    nights.scene.policy(WATCHED.replace("outputs: scores", "outputs: elsewhere"))
    nights.run()
    nights.run("Failed")
    nights.clock.advance(timedelta(minutes=6))

    decision = nights.look()

    assert [f["sentence"] for f in decision["findings"] if f["verdict"] == "error"] == [
        "The workspace has no data asset elsewhere."
    ]
    assert nights.scene.told() == [("PostAlert", "batch_failed")]


def test_a_file_that_cannot_be_read_is_an_error_until_a_later_run_writes_a_good_one(nights):
    nights.scene.policy(WATCHED)
    started = nights.clock.now
    nights.scene.write("workspace/data/scores-odd.parquet", "no parquet")
    nights.clock.advance(timedelta(minutes=12))
    nights.touch(nights.scene.home / "workspace/data/scores-odd.parquet")
    nights.job("odd", "Completed", started, nights.clock.now)
    nights.clock.advance(timedelta(minutes=6))

    first = nights.look()
    nights.wait_for_night()
    second = nights.night()

    assert first["verdict"] == "error"
    assert "What run odd wrote to scores cannot be read" in first["findings"][-1]["sentence"]
    assert second["verdict"] == "pass"
    assert "given_up" in reasons(second)


def test_a_csv_without_a_first_line_of_names_is_said_to_look_like_that(nights):
    """As Azure Machine Learning's own predictions.csv is."""
    nights.scene.policy(WATCHED)
    for number in range(2):
        started = nights.clock.now
        lines = [f"{number}{index}.jpg,{index % 7 + number / 10}" for index in range(300)]
        nights.scene.write(f"workspace/data/scores-{number}.csv", "\n".join(lines) + "\n")
        nights.clock.advance(timedelta(minutes=12))
        nights.touch(nights.scene.home / f"workspace/data/scores-{number}.csv")
        nights.job(f"run-{number}", "Completed", started, nights.clock.now)
        nights.clock.advance(timedelta(minutes=6))
        nights.look()
        nights.wait_for_night()

    assert nights.scene.told() == [("PostAlert", "drift")]
    assert "A CSV file without a first line of names looks like that" in nights.alert()["text"]


def test_a_policy_that_no_longer_watches_the_rows_ends_what_was_told_of_them(learnt):
    learnt.night(center=2.0)
    learnt.scene.policy(POLICY)
    learnt.look()

    assert learnt.scene.notices[-1]["data"]["reason"] == (
        "the policy no longer names what batch endpoint loan-scores writes"
    )


def test_profiles_that_are_gone_are_learnt_anew(learnt):
    shutil.rmtree(learnt.scene.home / "profiles/batch")

    decision = learnt.night(center=2.0)

    assert "learnt" in reasons(decision)
    assert learnt.scene.told() == []


def test_too_few_rows_to_tell_neither_tell_nor_end_anything(learnt):
    learnt.night(center=2.0)
    learnt.scene.policy(WATCHED + "drift: {alarm: limits}\n")
    learnt.night(center=0.3, rows=20)

    assert ("ResolveAlert", "drift") not in learnt.scene.told()


def test_a_run_too_small_to_be_learnt_from_is_said_to_be(nights):
    nights.scene.policy(WATCHED)
    decision = nights.night(rows=120)

    [finding] = [f for f in decision["findings"] if f["reason"] == "too_small"]
    assert finding["sentence"].startswith("Run run-2 wrote 120 rows; 200 are needed")
    assert finding["verdict"] == "inconclusive"

    assert "learnt" in reasons(nights.night(rows=400))


def test_rows_with_more_shapes_and_shares_than_are_watched_are_told_with_the_way_out(
    nights, monkeypatch
):
    monkeypatch.setattr(batch_rows, "MOST_OF_ANSWERS", 11)
    nights.scene.policy(WATCHED)

    [told] = [f for f in nights.night()["findings"] if f["reason"] == "unreadable"]
    assert (
        "would watch 12 shares and shapes of 2 columns, and 11 is the most; leave columns"
        in (told["sentence"])
    )
    nights.scene.policy(f"{WATCHED}drift: {{exclude: [accepted]}}\n")
    assert "learnt" in reasons(nights.night())


def test_what_was_learnt_can_be_decided_again_from_what_was_kept(learnt):
    """The evidence of a look at rows gives the same decision once more."""
    before = learnt.scene.application.ledger.state(MODEL).state
    learnt.night(center=0.6)
    decision = learnt.scene.last(MODEL)
    kept = learnt.scene.application.evidence.get(decision["evidence"])
    policy = learnt.scene.application.evidence.get(decision["policy"])
    evidence = decode(json.loads(kept), BatchEvidence)
    event = Event.from_cloud_event(decision["event"])

    again = decide_batch(
        event,
        evidence,
        decode(json.loads(policy), Policy),
        decode(before, SubjectState),
        evidence.taken,
    )

    assert to_plain(again.findings) == decision["findings"]
    assert [describe(action) for action in again.actions] == decision["actions"]


def test_rows_are_counted_only_when_the_run_had_time_to_write_them(nights, sample):
    """The event of a run comes at its end; storage may be a little later."""
    nights.scene.policy(WATCHED)
    name = nights.run()
    nights.scene.send(batch_event(sample, name, at=nights.clock.now))
    assert "no_rows" not in reasons(nights.scene.last(MODEL))

    nights.clock.advance(timedelta(minutes=1))
    nights.rows()
    nights.clock.advance(timedelta(minutes=4))
    nights.scene.drain()

    assert "learnt" in reasons(nights.scene.last(MODEL))
    assert nights.scene.told() == []


def test_a_policy_without_any_batch_endpoint_left_is_looked_at_once_more(nights):
    nights.run("Failed")
    nights.look()
    nights.scene.policy("model: loan-default\n")
    nights.look()
    nights.clock.advance(timedelta(hours=4))

    assert nights.scene.told()[-1] == ("ResolveAlert", "batch_failed")
    assert nights.scene.application.service.fan_out(Check.BATCH) == 0
    nights.scene.application.service.heartbeat()
    nights.scene.drain()
    assert nights.scene.last("service/driftgate")["verdict"] == "pass"


def test_a_run_is_looked_at_once_however_often_the_timer_looks(learnt):
    state = learnt.scene.application.ledger.state(MODEL).state["batch"]
    learnt.clock.advance(timedelta(minutes=10))
    learnt.look()

    assert learnt.scene.application.ledger.state(MODEL).state["batch"] == state


def test_looking_at_runs_alone_never_pays_for_numpy():
    code = (
        "import sys;"
        "from importlib import import_module as take;"
        "[take(f'shared.service.reactions.{name}')"
        " for name in ('batch', 'runs', 'monitors', 'azure_alerts')];"
        "sys.exit(sum(name in sys.modules for name in ('numpy', 'pyarrow', 'scipy')))"
    )

    done = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603  our own code

    assert done.returncode == 0
