"""From a finding to a job: what drifts asks the governor, which asks for one training."""

from datetime import timedelta

import pytest
import yaml

from shared.domain.event import Check
from tests.service.test_batch_story import WATCHED, learnt, nights
from tests.service.test_drift_and_kpi_story import POLICY, days_of, look, watched

__all__ = ["learnt", "nights", "watched"]
BY_JOB = "retraining: {job: {component: 'retrain:1', compute: cpu}, cool_down: 3d}\n"


def wants(scene):
    """What asked the governor, by time: cause and features."""
    told = [
        decision["event"]["data"]
        for decision in scene.application.ledger.decisions(limit=1000)
        if decision["event"]["type"] == "io.driftgate.RetrainingWanted"
    ]
    return [(data["cause"], data["features"]) for data in reversed(told)]


def jobs(scene):
    paths = (scene.home / "workspace/jobs").glob("retrain-*.yaml")
    return [yaml.safe_load(path.read_text()) for path in sorted(paths)]


def drain(scene):
    """Everything that waits, and with it the consumer of requests as it runs in the app."""
    scene.application.worker({"alerts": lambda body: scene.notices.append(dict(body))}).drain()


@pytest.fixture
def drifting(watched):
    watched.policy(POLICY + BY_JOB)
    watched.clock.advance(timedelta(days=1))
    days_of(watched, "rows.parquet", [0.0] * 3 + [1.5] * 4)
    return watched


def pass_day(scene, centers):
    scene.clock.advance(timedelta(days=1))
    days_of(scene, "rows.parquet", centers)
    scene.application.service.fan_out(Check.DRIFT)
    drain(scene)


def test_drift_starts_one_job_whose_version_is_recognised(drifting):
    drifting.application.service.fan_out(Check.DRIFT)
    drain(drifting)

    [job] = jobs(drifting)
    watch = drifting.application.ledger.state("retraining/loan-default").state["retraining"]
    [one] = watch["retrainings"]
    assert (one["phase"], one["job"]) == ("running", f"retrain-loan-default-{one['id'][:12]}")
    assert job["training"]["tags"]["driftgate-retraining"] == one["id"]
    assert job["training"]["offers"]["features"] == "income"


def test_drift_that_lasts_asks_each_day_and_is_trained_for_once(drifting):
    """The governor takes in what asks meanwhile: one is on its way, and then it cools down."""
    drifting.application.service.fan_out(Check.DRIFT)
    drain(drifting)
    for _ in range(2):
        pass_day(drifting, [0.0] * 2 + [1.5] * 5)
        pass_hour(drifting)

    assert wants(drifting) == [("drift", ["income"])] * 3
    assert len(jobs(drifting)) == 1


def pass_hour(scene):
    scene.clock.advance(timedelta(hours=1))
    scene.application.service.fan_out(Check.DRIFT)
    drain(scene)


def test_a_policy_that_wants_no_retraining_is_asked_nothing(drifting):
    drifting.policy(POLICY.replace("{window: 7d}", "{window: 7d, retrain: false}"))

    look(drifting)

    assert drifting.told() == [("PostAlert", "drift")]
    assert wants(drifting) == []
    assert "retraining" not in drifting.notices[0]["data"]["alert"]["text"]


@pytest.mark.parametrize("retrain", [True, False])
def test_rows_of_a_batch_endpoint_ask_where_its_owner_wants_that(learnt, retrain):
    asked = WATCHED.replace("outputs: scores", f"outputs: scores, retrain: {str(retrain).lower()}")
    learnt.scene.policy(asked)

    learnt.night(center=3.0)
    learnt.look()

    found = wants(learnt.scene)
    assert [cause for cause, _ in found] == ["batch_drift/loan-scores"] * retrain
    assert [features for _, features in found] == [["score"]] * retrain


MONITOR = "model: loan\nendpoint: ep\ndrift: {monitors: [loan-monitor]}\n"


@pytest.mark.parametrize(
    ("policy", "asked"),
    [
        (MONITOR, [("monitor/loan-monitor/loan-monitor-feature-drift", ["income", "age"])]),
        (MONITOR.replace("[loan-monitor]", "[other]"), []),
        (MONITOR.replace("{monitors", "{retrain: false, monitors"), []),
    ],
)
def test_a_breach_of_azures_own_monitor_asks_where_the_policy_names_it(
    scene, sample, policy, asked
):
    scene.policy(policy)

    scene.send(sample("aml_run_status_changed_monitor_breach.derived.json"))

    assert scene.told() == [("PostAlert", "monitor_breach")]
    assert wants(scene) == asked
