"""What can never be handled, on Azure's adapters: noted, looked at, mended, sent again, purged."""

import json

import pytest
from azure.servicebus import ServiceBusMessage

from shared.service.dead_letters.editing import keep, with_values
from shared.service.dead_letters.letters import find, named
from tests.conftest import EVENTS
from tests.integration.story.hosting import Host

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
PLACE = "DRIFTGATE-RESOURCE-EVENTS/2026/2/3/9/1f0c.json"
WHY = {"reason": "it is mended"}


@pytest.fixture
def host(story, monkeypatch):
    story.workspace.deploy("loan-endpoint", {"traffic": {"blue": 100}, "deployments": {"blue": {}}})
    return Host(story, monkeypatch)


def message(identity, body):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ServiceBusMessage(
        text, message_id=identity, session_id="endpoint/loan-endpoint", subject="s"
    )


def event(identity, kind="DeploymentCompleted"):
    return {
        "specversion": "1.0",
        "id": identity,
        "source": "somebody",
        "type": f"io.driftgate.{kind}",
        "subject": "endpoint/loan-endpoint",
        "time": "2026-02-03T12:00:00Z",
        "data": {"endpoint": "loan-endpoint", "deployment": "blue"},
    }


def listed(host, **query):
    status, body = host.call("GET", "deadletters", role="viewer", **query)
    assert (status, body["problems"]) == (200, [])
    return {one["message_id"]: one for one in body["dead_letters"]}


def decided(host):
    return [
        logged.decision["event"]["id"]
        for logged in host.application.ledger.chain("endpoint/loan-endpoint")
    ]


def test_poison_is_put_aside_the_rest_flows_on_and_what_is_mended_is_decided(host, monkeypatch):
    app, service = host.application, host.application.service
    handle = service.handle

    def buggy(body):
        if body["id"] == "bug":
            raise RuntimeError("https://user:s3cret@host")
        return handle(body)

    monkeypatch.setattr(service, "handle", buggy)
    host.send(
        "checks",
        message("m-bytes", b"\xff\xfe no JSON"),
        message("m-type", event("type", "NothingKnown")),
        message("m-bug", event("bug")),
        message("m-good", event("good")),
    )
    assert host.run() == 3 + 10

    letters = listed(host, queue="checks")
    assert {name: (one["reason"], one["tries"]) for name, one in letters.items()} == {
        "m-bytes": ("MalformedPayload", 1),
        "m-type": ("MalformedPayload", 1),
        "m-bug": ("RuntimeError", 10),
    }
    assert "s3cret" not in json.dumps(letters)
    assert decided(host) == ["good"]

    monkeypatch.setattr(service, "handle", handle)
    [odd] = named(find(app.adapters), [letters["m-type"]["id"]])
    mended = with_values(odd, ["type=io.driftgate.DeploymentCompleted"])
    keep(odd, mended, app.adapters, app.clock())
    ids = {"ids": [letters[name]["id"] for name in ("m-type", "m-bug", "m-bytes")], **WHY}
    assert (
        host.call("POST", "deadletters/resubmit", {**ids, "apply": True}, role="viewer")[0] == 403
    )
    _, sent = host.call("POST", "deadletters/resubmit", {**ids, "apply": True}, role="operator")
    assert {one["message_id"]: one["outcome"] for one in sent["dead_letters"]} == {
        "m-type": "sent",
        "m-bug": "sent",
        "m-bytes": "refused",
    }
    host.run()
    assert sorted(decided(host)) == ["bug", "good", "type"]
    assert (
        host.call("POST", "deadletters/purge", {"ids": ids["ids"][2:], **WHY}, role="operator")[0]
        == 403
    )
    purge = {"ids": ids["ids"][2:], **WHY}
    assert host.call("POST", "deadletters/purge", purge, role="administrator")[0] == 202
    assert listed(host) == {}
    host.run()
    audit = [logged.decision for logged in app.ledger.chain("deadletters/checks")]
    assert [one["event"]["type"].rpartition(".")[2] for one in audit] == [
        "DeadLettersResubmitted",
        "DeadLettersPurged",
    ]


def test_the_brokers_own_letters_and_event_grids_are_sent_again_and_known_by_their_id(host):
    """Ten tries without a word from a function: its host died each time."""
    host.send("checks", message("m-lost", event("lost")))
    for _ in range(10):
        host.run(most=1, dies=True)
    assert host.held("checks") == []
    given_up = [
        {
            **one,
            "deadLetterReason": "MaxDeliveryAttemptsExceeded",
            "deliveryAttempts": 30,
            "lastDeliveryOutcome": "NotFound",
            "publishTime": "2026-02-03T09:00:00Z",
            "lastDeliveryAttemptTime": "2026-02-04T09:00:00Z",
        }
        for one in json.loads(
            (EVENTS / "arm_online_deployment_write_success.derived.json").read_bytes()
        )
    ]
    sample = (EVENTS / "eventgrid_dead_letter.eventgrid.json").read_bytes()
    host.story.account.keep("deadletters", PLACE, json.dumps(given_up))
    host.story.account.keep("deadletters", PLACE.replace("1f0c", "2a"), sample)

    letters = listed(host)
    assert sorted((one["queue"], one["place"], one["reason"]) for one in letters.values()) == [
        ("checks", "broker", "MaxDeliveryCountExceeded"),
        ("event-grid", "event-grid", "MaxDeliveryAttemptsExceeded"),
        ("event-grid", "event-grid", "MaxDeliveryAttemptsExceeded"),
    ]
    for queue in ("checks", "event-grid"):
        asked = {"filter": {"queue": queue}, "apply": True, **WHY}
        _, sent = host.call("POST", "deadletters/resubmit", asked, role="operator")
        outcomes = sorted(one["outcome"] for one in sent["dead_letters"])
        assert outcomes == {"checks": ["sent"], "event-grid": ["refused", "sent"]}[queue]
    host.run()

    assert len(decided(host)) == 2, "the one that died was decided each time as the same"
    assert decided(host)[0] == "lost"
    archived = [
        one for one in host.application.archive.list() if one.via == "event-grid-dead-letters"
    ]
    assert [one.refusal is None for one in archived].count(True) == 1
    assert [one["place"] for one in listed(host).values()] == ["event-grid"]
    assert host.application.adapters.notes.count() == 0
