"""`POST /api/v1/events`: any payload of those that Driftgate reads, from whoever may."""

import json

import pytest

from shared.service.intake.own import OURS_ALONE
from shared.web.operations import api
from tests.web.platform import ask


@pytest.fixture
def hand_in(scene):
    app = api(scene.application)

    def post(payload):
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        answer = ask(app, "POST", "/api/v1/events", body)
        return answer.status_code, json.loads(answer.get_body())

    return post


def own(kind, subject="model/churn", **data):
    return {
        "specversion": "1.0",
        "id": "made-up",
        "source": "somebody",
        "type": f"io.driftgate.{kind}",
        "subject": subject,
        "time": "2026-02-03T12:00:00Z",
        "data": data,
    }


def test_what_is_handed_in_is_kept_decided_by_the_host_and_known_the_second_time(
    scene, hand_in, registered
):
    status, first = hand_in(registered("7"))
    scene.drain()
    again = hand_in(registered("7"))[1]

    assert status == 202
    [event] = first["events"]
    assert (event["subject"], event["type"]) == ("model/loan-default", "ModelRegistered")
    assert (first["already_decided"], first["refused"]) == ([], [])
    assert again["already_decided"][0]["event_id"] == event["id"]
    assert [one.via for one in scene.application.archive.list()] == ["api"]


def test_one_that_cannot_be_read_stops_no_other_and_is_kept_with_its_sentence(
    scene, hand_in, registered
):
    status, told = hand_in([{"no": "event"}, *registered("7")])

    assert (status, len(told["events"])) == (202, 1)
    assert told["refused"][0]["sentence"].startswith("The envelope is none we know")
    assert len(scene.application.archive.list()) == 2


@pytest.mark.parametrize("kind", sorted(OURS_ALONE))
def test_nobody_hands_in_what_driftgate_alone_may_say(hand_in, kind):
    status, told = hand_in(own(kind.value, model="churn", version="7"))

    assert (status, told["events"]) == (202, [])
    assert len(told["refused"]) == 1


def test_nobody_says_an_intent_in_somebody_elses_name(scene, hand_in):
    said = own(
        "IntentDeclared",
        "endpoint/loan-endpoint",
        author="carla",
        reason="x",
        deployment="green",
        until="2026-02-04T12:00:00Z",
        id="0f0f",
        since="2026-02-03T12:00:00Z",
    )

    status, told = hand_in(said)

    assert status == 400
    assert told["title"].endswith("say it in your own with POST /api/v1/intents.")
    assert list(scene.application.archive.list()) == []


@pytest.mark.parametrize(
    ("payload", "status"),
    [(b"{", 400), (b"7", 400), (b"[7]", 400), (b"[]", 202), (b" " * 70_000, 413)],
)
def test_what_is_no_object_is_refused_in_one_sentence(hand_in, payload, status):
    code, told = hand_in(payload)

    assert code == status
    assert ("title" in told) is (status != 202)
