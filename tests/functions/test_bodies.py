"""Each function, called with the worker's own objects, on the embedded adapters."""

import json
import logging
from dataclasses import fields
from types import SimpleNamespace

import azure.functions as func
import pytest
from azure.functions.timer import TimerRequest

import shared.bootstrap
from functions import (
    checks,
    deployments,
    monitoring,
    notifications,
    promotion,
    registry,
    retraining,
    schedules,
)
from functions.envelopes import envelope_bytes
from shared.bootstrap import Application
from tests.conftest import EVENTS

JSON = {"Content-Type": "application/json; charset=utf-8"}


def user_function(builder):
    return builder._function.get_user_function()


@pytest.fixture
def app(scene, monkeypatch):
    modules = (registry, deployments, monitoring, schedules, checks)
    modules += (promotion, retraining, notifications)
    for module in modules:
        monkeypatch.setattr(module, "application", lambda: scene.application)
    return scene


def decoded(payload):
    """An Event Grid event as the worker's own decoder makes it."""
    from azure.functions.eventgrid import EventGridEventInConverter
    from azure.functions.meta import Datum

    datum = Datum(json.dumps(payload[0]), "json")
    return EventGridEventInConverter.decode(datum, trigger_metadata=None)


def message(body, **properties):
    from azure.functions.meta import Datum
    from azure.functions.servicebus import ServiceBusMessageInConverter

    metadata = {"MessageId": Datum("m1", "string"), "UserProperties": Datum("{}", "json")}
    return ServiceBusMessageInConverter.decode(
        Datum(json.dumps(body), "string"), trigger_metadata={**metadata, **properties}
    )


@pytest.mark.parametrize(
    "name",
    ["aml_model_registered.eventgrid.json", "aml_model_registered.cloudevents.json"],
)
def test_an_event_of_either_schema_reaches_the_queue(app, sample, name):
    user_function(registry.workspace_events)(decoded(sample(name)))

    [waiting] = app.application.queue.peek("checks")
    assert waiting.session == "model/sklearn_regression_model"
    assert waiting.body["type"] == "io.driftgate.ModelRegistered"


def test_an_envelope_is_handed_on_with_its_time_and_data(sample):
    payload = sample("aml_model_registered.eventgrid.json")

    envelope = json.loads(envelope_bytes(decoded(payload)))

    assert envelope["data"] == payload[0]["data"]
    assert envelope["eventTime"].startswith("2017-06-26T18:41:00.958410")


def test_a_resource_event_is_decided_when_its_message_comes(app, completed):
    app.endpoint("{blue: 100}", '{blue: {model: "loan-default:7"}}')
    user_function(deployments.resource_events)(decoded(completed("blue")))
    [waiting] = app.application.queue.peek("checks")

    user_function(checks.decide_event)(message(dict(waiting.body)))

    assert app.last("endpoint/loan-endpoint")["verdict"] == "pass"


def hook(body):
    return func.HttpRequest(method="POST", url="/api/devops/hooks", body=body, headers=JSON)


@pytest.mark.usefixtures("app")
def test_a_service_hook_is_answered_once_it_is_kept():
    answer = user_function(deployments.devops_hooks)(
        hook((EVENTS / "ado_build_complete.v2.json").read_bytes())
    )

    assert answer.status_code == 202
    assert [entry["refusal"] for entry in json.loads(answer.get_body())] == [None]


def test_a_service_hook_that_cannot_be_read_is_kept_and_answered_with_the_sentence(app):
    answer = user_function(deployments.devops_hooks)(hook(b"{"))

    assert answer.status_code == 202
    [entry] = json.loads(answer.get_body())
    assert entry["refusal"].startswith("The payload is not JSON")
    assert app.application.archive.get(entry["key"]).body == b"{"


def test_an_alert_of_an_action_group_reaches_the_queue(app, sample):
    body = json.dumps(sample("azure_monitor_common_alert_metric_fired.derived.json")).encode()
    request = func.HttpRequest(method="POST", url="/api/azure/alerts", body=body, headers=JSON)

    answer = user_function(monitoring.azure_alerts)(request)

    assert answer.status_code == 202
    [waiting] = app.application.queue.peek("checks")
    assert waiting.body["type"] == "io.driftgate.AzureAlertFired"
    [kept] = app.application.archive.list()
    assert kept.via == "azure-monitor"


def test_an_alert_that_cannot_be_read_is_kept_and_answered_with_the_sentence(app):
    request = func.HttpRequest(method="POST", url="/api/azure/alerts", body=b"{}", headers=JSON)

    answer = user_function(monitoring.azure_alerts)(request)

    assert answer.status_code == 202
    [entry] = json.loads(answer.get_body())
    assert entry["refusal"].startswith("The envelope is none we know")
    assert app.application.archive.get(entry["key"]).body == b"{}"


@pytest.mark.parametrize(
    ("timer", "subjects"),
    [
        (schedules.drift_timer, ["model/loan-default"]),
        (schedules.kpi_timer, []),
        (schedules.routing_timer, ["endpoint/loan-endpoint"]),
        (schedules.health_timer, ["endpoint/loan-endpoint"]),
        (schedules.reconcile_timer, ["endpoint/loan-endpoint", "model/loan-default"]),
        (schedules.batch_timer, []),
        (schedules.heartbeat, ["service/driftgate"]),
        (schedules.outbox_sweep, []),
    ],
)
def test_a_timer_asks_for_one_check_a_subject(app, timer, subjects):
    app.policy("model: loan-default\n")
    app.endpoint("{blue: 100}", "{blue: {}}")

    user_function(timer)(TimerRequest(past_due=False))

    assert [m.session for m in app.application.queue.peek("checks")] == subjects


def test_a_notice_is_logged_as_a_person_reads_it(app, completed, caplog):
    app.endpoint("{blue: 100}", "{blue: {}, green: {provisioning_state: Failed}}")
    app.send(completed("green"))

    with caplog.at_level(logging.WARNING, logger="driftgate.alerts"):
        user_function(notifications.log_alert)(message(app.notices[0]))

    assert "deployment green of loan-endpoint is failed" in caplog.text


@pytest.mark.usefixtures("app")
def test_requests_are_logged_in_one_sentence(caplog):
    data = {"action": "RequestPromotion", "model": "m", "version": "3", "stage": "production"}
    with caplog.at_level(logging.INFO, logger="driftgate.requests"):
        user_function(promotion.promotion_request)(message({"data": data}))
        retrain = {"action": "RequestRetraining", "model": "m", "cause": "drift", "window": "w"}
        user_function(retraining.retraining_request)(
            message({"data": {**retrain, "features": ["income"]}})
        )

    assert caplog.messages == [
        "m:3 passed every gate and is put forward for production.",
        "Retraining of m requested because of drift in w (features: income).",
    ]


def gate(model, version, **params):
    request = func.HttpRequest(
        method="GET",
        url=f"/api/gate/{model}/{version}",
        params=params,
        route_params={"model": model, "version": version},
        body=b"",
    )
    answer = user_function(promotion.promotion_gate)(request)
    return json.loads(answer.get_body())


def test_the_gate_lets_only_a_version_through_that_passed(app, registered):
    app.policy("model: loan-default\ngates: {min_auc: 0.9}\n")
    app.model("1", "metrics: {auc: 0.95}\n")
    app.model("2", "metrics: {auc: 0.5}\n")
    app.send(registered("1"))
    app.send(registered("2"))

    assert gate("loan-default", "1")["status"] == "successful"
    assert gate("loan-default", "2")["status"] == "blocked"
    assert gate("loan-default", "3")["status"] == "unknown"


def test_the_gate_of_a_stage_lets_nobody_through_who_was_judged_for_another(app, registered):
    app.policy("model: loan-default\ngates: {min_auc: 0.9}\n")
    app.model("1", "metrics: {auc: 0.95}\n")
    app.send(registered("1"))

    assert gate("loan-default", "1", stage="production")["status"] == "successful"
    answer = gate("loan-default", "1", stage="staging")
    assert answer["status"] == "unknown"
    assert answer["findings"] == [
        "loan-default:1 was never judged for staging; register it, or check its name."
    ]


async def call_api(application, path):
    from shared.web.operations import api

    request = func.HttpRequest(method="GET", url=f"https://localhost{path}", body=b"")
    return await func.AsgiMiddleware(api(application)).handle_async(request)


@pytest.mark.parametrize("path", ["health", "status", "alerts", "events", "decisions"])
def test_the_api_answers_through_the_asgi_middleware(scene, path):
    import asyncio

    answer = asyncio.run(call_api(scene.application, f"/api/v1/{path}"))

    assert answer.status_code == 200
    assert isinstance(json.loads(answer.get_body()), dict)


def test_the_api_says_what_it_does_not_know(scene):
    import asyncio

    answer = asyncio.run(call_api(scene.application, "/api/v1/status/nobody"))

    assert answer.status_code == 404
    assert json.loads(answer.get_body())["title"].startswith("Nothing is known of nobody")


def test_the_process_has_one_application(monkeypatch, tmp_path):
    monkeypatch.setenv("DRIFTGATE_HOME", str(tmp_path))
    shared.bootstrap.application.cache_clear()

    assert shared.bootstrap.application() is shared.bootstrap.application()
    shared.bootstrap.application.cache_clear()


class Heard(Application):
    """Delivers nothing: it keeps what it was to deliver."""

    def deliver(self, body):
        self.settings.heard.append(body)


@pytest.fixture
def heard(scene, monkeypatch):
    given = []
    app = scene.application
    parts = {one.name: getattr(app, one.name) for one in fields(app)}
    application = Heard(**{**parts, "settings": SimpleNamespace(heard=given)})
    monkeypatch.setattr(notifications, "application", lambda: application)
    return given


@pytest.mark.parametrize("kind", ["teams", "slack", "pagerduty", "email", "webhook", "work_item"])
def test_each_channel_delivers_what_is_ordered_of_it(heard, kind):
    user_function(getattr(notifications, f"deliver_{kind}"))(
        message({"data": {"action": "Deliver"}})
    )

    assert heard == [{"data": {"action": "Deliver"}}]


def test_the_log_delivers_the_notices_of_receivers_that_are_a_log(heard):
    user_function(notifications.log_alert)(message({"data": {"action": "Deliver"}}))

    assert len(heard) == 1
