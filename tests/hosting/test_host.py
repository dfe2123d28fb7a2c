"""The embedded host as a whole: from a request to a decision, over a real server."""

import json
import socket

import pytest

from shared.access_settings import Access, AccessSettings
from shared.errors import Refused, Unavailable
from shared.hosting.host import refuse_what_cannot_be_hosted, warm
from shared.hosting.server import bound
from shared.settings import AzureSettings, Settings
from tests.conftest import EVENTS

EVENT_GRID = "/runtime/webhooks/EventGrid"


def payload(name):
    return (EVENTS / name).read_bytes()


def test_a_payload_that_comes_in_is_decided_and_seen_over_the_api(running, scene):
    scene.endpoint("{blue: 100}", "{blue: {}}")

    status, [receipt] = running.ask(
        "POST", EVENT_GRID, payload("arm_online_deployment_write_success.derived.json")
    )

    assert (status, receipt["refusal"]) == (202, None)
    decision = running.decided("endpoint/loan-endpoint", "DeploymentCompleted")
    assert decision["verdict"] == "pass"


@pytest.mark.parametrize(
    ("door", "name", "subject"),
    [
        ("/api/devops/hooks", "ado_run_state_changed.json", "pipeline/1"),
        (EVENT_GRID, "aml_model_registered.cloudevents.json", None),
        ("/api/azure/alerts", "azure_monitor_common_alert_metric_resolved.json", None),
    ],
)
def test_each_door_keeps_what_comes_by_it(running, door, name, subject):
    status, [receipt] = running.ask("POST", door, payload(name))

    assert (status, receipt["refusal"]) == (202, None)
    kept = running.host.application.archive.get(receipt["key"])
    assert json.loads(kept.body)
    if subject is not None:
        assert running.decided(subject, "PipelineRunCompleted")


def test_what_is_refused_is_kept_with_its_sentence_and_the_next_is_decided(running, scene):
    scene.endpoint("{blue: 100}", "{blue: {}}")

    _, [receipt] = running.ask("POST", EVENT_GRID, b'{"eventType": "Microsoft')
    running.ask("POST", EVENT_GRID, payload("arm_online_deployment_write_success.derived.json"))

    assert receipt["refusal"]
    assert running.decided("endpoint/loan-endpoint", "DeploymentCompleted")


def test_both_handshakes_of_event_grid_are_answered(running):
    asked = payload("eventgrid_subscription_validation.eventgrid.json")
    code = json.loads(asked)[0]["data"]["validationCode"]

    answered = running.ask("POST", EVENT_GRID, asked, aeg_event_type="SubscriptionValidation")

    assert answered == (200, {"validationResponse": code})
    allowed = running.ask("OPTIONS", EVENT_GRID, WebHook_Request_Origin="eventgrid.azure.net")
    assert allowed[0] == 200
    assert running.ask("OPTIONS", EVENT_GRID)[0] == 400


def test_the_gate_and_the_check_answer_as_the_functions_do(running):
    status, gate = running.ask("GET", "/api/gate/loan-default/7")
    assert (status, gate["status"]) == (200, "unknown")

    status, sentence = running.ask("POST", "/api/checks/environment", b"{}")
    assert status == 400
    assert sentence.startswith(b"The check's header PlanUrl is missing")


def test_whoever_types_the_bare_address_is_led_to_the_console(running):
    assert running.ask("GET", "/")[0] == 307


def test_a_body_without_end_is_refused_at_its_limit(running):
    status, answer = running.ask("POST", EVENT_GRID, b" " * 1_100_000)

    assert status == 413
    assert "over the limit" in answer["title"]


@pytest.mark.parametrize("path", ["/api/gate/loan-default/7", "/api/v1/health", EVENT_GRID])
def test_a_page_that_leads_its_own_name_here_gets_nothing(running, path):
    status, answer = running.ask("GET", path, Host="evil.example")

    assert status == 403
    assert "answers to this machine alone" in answer["title"]


def test_the_policies_are_read_at_the_start_and_not_by_whoever_asks_first(scene, monkeypatch):
    scene.policy("model: loan-default\nendpoint: loan-endpoint\n")

    warm(scene.application)
    monkeypatch.setattr("shared.policies.store.read_policy", lambda *_: pytest.fail("read late"))

    assert [policy.model for policy in scene.application.policies.all()] == ["loan-default"]


def test_policies_that_cannot_be_read_at_the_start_keep_nobody_from_being_served(
    scene, monkeypatch
):
    def away():
        raise Unavailable("The policies do not answer.")

    monkeypatch.setattr(scene.application.policies._policies, "_ask", away)

    warm(scene.application)

    with pytest.raises(Unavailable):
        scene.application.policies.all()


def test_an_answer_does_not_wait_until_its_headers_are_acknowledged():
    with bound("127.0.0.1", 0) as listening:
        caller = socket.create_connection(listening.getsockname())
        answering, _ = listening.accept()
        with caller, answering:
            assert answering.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_a_taken_port_is_one_sentence_that_names_another():
    with bound("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            Refused, match=f"Port {port} of 127.0.0.1 is taken; .*--port {port + 1}"
        ):
            bound("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port", "names"),
    [("127.0.0.1", 70_000, "--port 70000"), ("192.0.2.1", 0, "--host 192.0.2.1")],
)
def test_what_cannot_be_listened_at_is_refused_by_its_option(host, port, names):
    with pytest.raises(Refused, match=names):
        bound(host, port)


AZURE = AzureSettings(
    blob_endpoint="", table_endpoint="", service_bus="", workspace_id="", log_analytics_id=""
)


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (Settings(azure=AZURE), "DRIFTGATE_ADAPTERS is azure"),
        (Settings(access=AccessSettings(mode=Access.KEY)), "DRIFTGATE_ACCESS is key"),
        (Settings(access=AccessSettings(mode=Access.ENTRA)), "DRIFTGATE_ACCESS is entra"),
    ],
)
def test_what_another_host_has_to_guard_is_refused_in_a_sentence(settings, names):
    with pytest.raises(Refused, match=names):
        refuse_what_cannot_be_hosted(settings)


def test_one_machine_with_open_access_is_hosted():
    refuse_what_cannot_be_hosted(Settings())
