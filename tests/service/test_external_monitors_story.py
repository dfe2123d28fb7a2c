"""Alarms that Azure's own monitors and alert rules raise, in the same life as ours."""

import json
from datetime import datetime, timedelta

import pytest

from shared.domain.canonical import format_time
from shared.domain.event import Check
from shared.errors import Unavailable
from shared.service.reactions import azure_alerts
from shared.settings import AzureSettings

FIRED = "azure_monitor_common_alert_metric_fired.derived.json"
LOG = "azure_monitor_common_alert_log_v2.derived.json"
BREACH = "aml_run_status_changed_monitor_breach.derived.json"
SUBJECT = "azure-alert/89c1d727805f5513"


@pytest.fixture
def at_noon(scene):
    """The clock stands a minute after the samples were told."""
    scene.clock.advance(timedelta(minutes=1))
    return scene


def resolved(payload, at):
    essentials = payload["data"]["essentials"]
    essentials |= {"monitorCondition": "Resolved", "resolvedDateTime": format_time(at)}
    return payload


def alert(scene, number=-1):
    return scene.notices[number]["data"]["alert"]


def test_a_metric_alert_is_told_with_its_numbers_and_closed_when_azure_resolves_it(at_noon, sample):
    at_noon.policy("model: loan-default\nendpoint: Loan-Endpoint\nowner: credit-risk\n")
    at_noon.send(sample(FIRED))
    at_noon.clock.advance(timedelta(hours=1))
    at_noon.send(resolved(sample(FIRED), at_noon.clock.now))

    assert at_noon.told() == [("PostAlert", "azure_alert"), ("ResolveAlert", "azure_alert")]
    assert alert(at_noon)["title"] == (
        "loan-endpoint-latency: RequestLatency_P95 (average) is 412.5, greater than 250 "
        "(deployment blue)"
    )
    assert alert(at_noon)["labels"] == {
        "rule": "loan-endpoint-latency",
        "series": "deployment=blue",
        "endpoint": "Loan-Endpoint",
        "model": "loan-default",
    }
    assert "Owner: credit-risk." in alert(at_noon)["text"]
    assert at_noon.notices[-1]["data"]["reason"] == (
        "Azure Monitor resolved it at 2026-02-03 13:01 UTC"
    )


def test_what_comes_twice_is_told_once(at_noon, sample):
    for _ in range(3):
        at_noon.send(sample(FIRED))

    assert at_noon.told() == [("PostAlert", "azure_alert")]


def test_resolved_first_and_fired_after_leaves_nothing_firing(at_noon, sample):
    at_noon.send(resolved(sample(FIRED), at_noon.clock.now))
    at_noon.send(sample(FIRED))

    assert at_noon.told() == []


def test_the_same_alert_that_fires_again_later_is_another_event(at_noon, sample):
    at_noon.send(sample(FIRED))
    at_noon.send(resolved(sample(FIRED), at_noon.clock.now))
    at_noon.clock.advance(timedelta(hours=1))
    again = sample(FIRED)
    again["data"]["essentials"]["firedDateTime"] = format_time(at_noon.clock.now)
    at_noon.send(again)

    assert [did for did, _ in at_noon.told()] == ["PostAlert", "ResolveAlert", "PostAlert"]


def test_a_stateless_log_alert_ends_after_a_day_by_its_own_check(at_noon, sample):
    at_noon.send(sample(LOG))
    assert "1 d after it was last told" in alert(at_noon)["text"]

    at_noon.clock.advance(timedelta(days=1))
    at_noon.drain()

    assert at_noon.told() == [("PostAlert", "azure_alert"), ("ResolveAlert", "azure_alert")]
    assert "nobody knows whether it is over" in at_noon.notices[-1]["data"]["reason"]


def loses_what_is_scheduled(scene, monkeypatch):
    send = scene.application.queue.send

    def lossy(messages):
        now = scene.clock.now
        send([m for m in messages if m.scheduled is None or m.scheduled <= now])

    monkeypatch.setattr(scene.application.queue, "send", lossy)


def test_the_reconcile_timer_ends_it_too_when_that_check_was_lost(at_noon, sample, monkeypatch):
    loses_what_is_scheduled(at_noon, monkeypatch)
    at_noon.send(sample(FIRED))
    assert at_noon.application.queue.next_due() is None
    at_noon.clock.advance(timedelta(days=6))
    assert at_noon.application.service.fan_out(Check.RECONCILE) == 1
    at_noon.drain()
    assert at_noon.told() == [("PostAlert", "azure_alert")]

    at_noon.clock.advance(timedelta(days=1))
    at_noon.application.service.fan_out(Check.RECONCILE)
    at_noon.drain()

    assert at_noon.told()[-1] == ("ResolveAlert", "azure_alert")
    assert at_noon.application.service.fan_out(Check.RECONCILE) == 0


def test_the_text_of_a_log_search_is_neither_archived_nor_told(at_noon, sample):
    at_noon.send(sample(LOG))

    kept = [
        archived.body + json.dumps(archived.event).encode()
        for archived in at_noon.application.archive.list()
    ]
    assert kept
    assert all(b"Jane" not in one for one in kept)
    assert "Jane" not in json.dumps(at_noon.notices)


def test_an_endpoint_without_a_policy_is_named_as_the_workspace_spells_it(at_noon, sample):
    at_noon.endpoint("{}", "{}", name="LOAN-endpoint")
    at_noon.send(sample(FIRED))

    assert alert(at_noon)["labels"]["endpoint"] == "LOAN-endpoint"
    assert "model" not in alert(at_noon)["labels"]


def test_an_endpoint_nobody_knows_is_no_label(at_noon, sample):
    at_noon.send(sample(FIRED))

    assert set(alert(at_noon)["labels"]) == {"rule", "series"}


def test_an_alert_is_not_held_back_by_a_workspace_out_of_reach(at_noon, sample, monkeypatch):
    def away():
        raise Unavailable("The workspace does not answer.")

    monkeypatch.setattr(at_noon.application.service._world.workspace, "endpoints", away)
    at_noon.send(sample(FIRED))

    assert at_noon.told() == [("PostAlert", "azure_alert")]
    assert "could not be looked up: The workspace does not answer." in alert(at_noon)["text"]


@pytest.mark.parametrize(("workspace", "ours"), [("ws-prod", True), ("ws-test", False)])
def test_an_endpoint_of_another_workspace_is_a_namesake(workspace, ours):
    class Settings:
        azure = AzureSettings(
            blob_endpoint="b",
            table_endpoint="t",
            service_bus="s",
            workspace_id="/subscriptions/S1/resourceGroups/rg-ml/providers"
            f"/Microsoft.MachineLearningServices/workspaces/{workspace}",
            log_analytics_id="l",
        )

    class World:
        settings = Settings

    target = (
        "/subscriptions/s1/resourcegroups/rg-ml/providers/microsoft.machinelearningservices"
        "/workspaces/ws-prod/onlineendpoints/loan-endpoint"
    )
    assert azure_alerts._is_ours(target, World) is ours


# Azure Machine Learning's own monitors.


def run_of(sample, run, at, *, kind="RunCompleted", tags=None):
    payload = sample(BREACH)
    payload[0] |= {
        "id": f"{run}-{kind}",
        "eventType": f"Microsoft.MachineLearningServices.{kind}",
        "eventTime": at.isoformat(),
    }
    payload[0]["data"] |= {
        "runId": run,
        "runStatus": "Completed",
        "runType": "azureml.PipelineRun",
        "runTags": tags or {},
    }
    return payload


def test_a_breach_ends_when_a_later_run_of_the_monitor_tells_of_none(scene, sample):
    told = sample(BREACH)
    told[0]["data"]["runTags"]["azureml.pipelinerunid"] = "first"
    scene.send(told)
    scene.clock.advance(timedelta(days=1))
    scene.send(run_of(sample, "next", scene.clock.now))
    assert scene.told() == [("PostAlert", "monitor_breach")]

    scene.clock.advance(timedelta(minutes=30))
    scene.drain()

    assert scene.told() == [("PostAlert", "monitor_breach"), ("ResolveAlert", "monitor_breach")]
    assert scene.notices[-1]["data"]["reason"] == (
        "run next of the monitor completed at 2026-02-04 12:00 UTC and told of no breach"
    )


def test_a_whole_run_with_a_signals_tag_is_a_breach_too(scene, sample):
    """The tag that a monitor with mail addresses gives to its pipeline run."""
    text = sample(BREACH)[0]["data"]["runTags"]["azureml_modelmonitor_threshold_breached"]
    tags = {
        "azureml.modelmonitor.threshold.breached.loan-drift": text.replace(
            "loan-monitor-feature-drift", "loan-drift"
        ),
        "azureml.modelmonitor.threshold.breached.loan-quality": "odd text",
    }

    scene.send(run_of(sample, "whole", scene.clock.now, tags=tags))

    assert [alert(scene, n)["labels"]["signal"] for n in (0, 1)] == ["loan-drift", "loan-quality"]
    assert "odd text" in alert(scene)["text"]


def test_a_run_of_an_experiment_that_never_breached_asks_for_nothing(scene, sample):
    scene.send(run_of(sample, "quiet", scene.clock.now))

    assert scene.application.queue.peek("checks") == []
    assert scene.last("run/quiet")["findings"][0]["sentence"] == (
        "Run quiet is Completed; nobody waits for it."
    )


def test_the_reconcile_timer_ends_a_breach_that_no_run_follows_after_35_days(scene, sample):
    payload = sample(BREACH)
    payload[0]["eventTime"] = scene.clock.now.isoformat()
    scene.send(payload)
    scene.clock.advance(timedelta(days=34))
    scene.application.service.fan_out(Check.RECONCILE)
    scene.drain()
    assert scene.last("monitor/loan-monitor")["findings"][0]["reason"] == "no_newer_run"
    assert scene.told() == [("PostAlert", "monitor_breach")]

    scene.clock.advance(timedelta(days=1))
    scene.application.service.fan_out(Check.RECONCILE)
    scene.drain()

    assert scene.told()[-1] == ("ResolveAlert", "monitor_breach")
    assert "nobody knows whether it is over" in scene.notices[-1]["data"]["reason"]


def test_other_events_are_only_recorded(scene, sample):
    scene.send(sample("aml_dataset_drift_detected.eventgrid.json"))

    finding = scene.last("monitor/myDriftMonitor")["findings"][0]
    assert finding["reason"] == "recorded"
    assert datetime.fromisoformat(scene.last("monitor/myDriftMonitor")["decided"])
