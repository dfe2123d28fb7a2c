"""Intents over HTTP, through the middleware that the trigger hands its request to."""

import asyncio
import json
from datetime import timedelta

import azure.functions as func
import pytest

from functions import operations
from tests.conftest import NOON

SAID = {
    "endpoint": "loan-endpoint",
    "deployment": "green",
    "until": "2d",
    "reason": "waits for the auditors",
    "author": "anna",
}


@pytest.fixture
def call(scene, monkeypatch):
    """The trigger, called as the host does; answers status, body and media type."""
    monkeypatch.setattr(operations, "application", lambda: scene.application)
    trigger = operations.operations._function.get_user_function()

    def ask(method, path, body=None, **headers):
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body)
        request = func.HttpRequest(
            method=method,
            url=f"https://localhost/api/v1/{path}",
            headers=headers,
            body=content if isinstance(content, bytes) else content.encode(),
        )
        answer = asyncio.run(trigger(request, None))
        return answer.status_code, json.loads(answer.get_body()), answer

    return ask


def test_an_intent_is_said_listed_and_counts_when_it_is_decided(scene, call):
    scene.endpoint("{blue: 100}", "{blue: {}, green: {}}")
    status, body, answer = call("POST", "intents", SAID)

    assert (status, answer.headers["location"]) == (202, "/api/v1/intents/loan-endpoint")
    assert (body["intent"]["deployment"], body["intent"]["standing"]) == ("green", "in force")
    assert call("GET", "intents")[1] == {"intents": []}
    scene.drain()

    listed = call("GET", "intents/loan-endpoint")[1]["intents"]
    assert listed == [body["intent"]]
    assert call("GET", "intents/elsewhere")[1] == {"intents": []}
    assert call("GET", "intents")[1]["intents"] == listed
    kept = next(iter(scene.application.archive.list()))
    assert kept.via == "api"


def test_what_is_listed_can_be_said_again(scene, call):
    plan = {**SAID, "deployment": None, "traffic": {"green": 10, "blue": 90}, "since": "1d"}
    said = call("POST", "intents", plan)[1]["intent"]
    fields = ("endpoint", "deployment", "traffic", "since", "until", "reason", "author")
    scene.clock.advance(timedelta(minutes=1))
    again = call("POST", "intents", {name: said[name] for name in fields})[1]["intent"]

    assert said["since"] == again["since"] == "2026-02-04T12:00:00Z"
    assert said["traffic"] == again["traffic"] == {"green": 10.0, "blue": 90.0}


def test_whom_the_platform_signed_in_is_the_author_whatever_the_body_says(scene, call):
    name = "jörg@contoso.com"
    said = call("POST", "intents", SAID, **{"X-MS-CLIENT-PRINCIPAL-NAME": name})[1]["intent"]
    assert said["author"] == name

    nobody = {key: value for key, value in SAID.items() if key != "author"}
    said = call("POST", "intents", nobody, **{"x-ms-client-principal-name": name})[1]["intent"]
    assert said["author"] == name
    scene.drain()

    assert call("POST", "intents", nobody)[1]["title"] == "author is missing; send it as text."


def test_taken_back_it_counts_no_more(scene, call):
    said = call("POST", "intents", SAID)[1]["intent"]["id"]
    scene.drain()
    status, body, _ = call(
        "DELETE", f"intents/loan-endpoint/{said}", {"reason": "they came", "author": "ben"}
    )
    scene.drain()

    assert (status, body["intent"]["id"]) == (202, said)
    [one] = call("GET", "intents")[1]["intents"]
    assert (one["standing"], one["withdrawn_by"]) == ("withdrawn", "ben")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"{", "The body is not JSON; send an object."),
        (b"\xff", "The body is not JSON; send an object."),
        (b"[" * 60_000, "The body is not JSON; send an object."),
        ([SAID], "The body is no JSON object; send one."),
        ({**SAID, "standby": "green"}, "'standby' is not known here; known are: author, "),
        ({**SAID, "until": None}, "until is missing; send it as text."),
        ({**SAID, "until": "Friday"}, "until is 'Friday', which has no hour"),
        ({**SAID, "reason": " "}, "reason is missing; send it as text."),
        ({**SAID, "endpoint": "a/b"}, "endpoint is 'a/b'; write letters, digits"),
        ({**SAID, "deployment": 7}, "deployment is 7, which is no text; send it as text."),
        ({**SAID, "traffic": {"green": 100}}, "Name either a deployment that stands by or"),
        (
            {**SAID, "deployment": None, "traffic": {"green": "10"}},
            "traffic.green is '10', which is no number; send it as a number.",
        ),
        ({**SAID, "deployment": None, "traffic": [1]}, "traffic is [1], which is no object; "),
        ({**SAID, "deployment": None, "traffic": {"a": 60}}, "traffic sums to 60 %"),
        ({**SAID, "until": "91d"}, "until is more than 90 days away; say it again then."),
    ],
)
def test_what_cannot_be_meant_is_a_problem_with_its_sentence_and_nothing_is_kept(
    scene, call, body, sentence
):
    status, problem, answer = call("POST", "intents", body)

    assert (status, answer.headers["content-type"]) == (400, "application/problem+json")
    assert problem["status"] == 400
    assert problem["title"].startswith(sentence)
    assert list(scene.application.archive.list()) == []


@pytest.mark.usefixtures("scene")
def test_what_is_not_there_or_too_much_is_a_problem_of_its_own_kind(call):
    reason = {"reason": "they came", "author": "ben"}
    status, problem, _ = call("DELETE", "intents/loan-endpoint/abc", reason)
    assert (status, problem["title"][:38]) == (404, "loan-endpoint has no intent abc; known")

    assert call("POST", "intents", b" " * 70_000)[0] == 413
    assert call("DELETE", "intents/loan-endpoint/abc", b" " * 70_000)[0] == 413
    assert call("DELETE", "intents/loan-endpoint/abc", {})[1]["title"].startswith("reason is")
    status, problem, answer = call("DELETE", "intents")
    assert (status, problem["title"]) == (
        405,
        "The path has no such method; GET /api/v1/openapi.json names those that it has.",
    )
    assert set(answer.headers["allow"].split(", ")) >= {"GET"}
    status, problem, answer = call("POST", "nowhere", SAID)
    assert (status, problem) == (
        404,
        {
            "status": 404,
            "title": "There is nothing at this path; GET /api/v1/openapi.json names every one.",
        },
    )
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_queue_that_is_down_asks_to_try_again(scene, call):
    from shared.errors import NoPermission, Unavailable

    def raising(error):
        def send(_):
            raise error

        return send

    sender = scene.application.service._sender
    scene.application.service._sender = type("Down", (), {})()
    scene.application.service._sender.send = raising(Unavailable("Service Bus does not answer."))
    assert call("POST", "intents", SAID)[:2] == (
        503,
        {"status": 503, "title": "Service Bus does not answer."},
    )
    scene.application.service._sender.send = raising(NoPermission("The role is missing."))
    assert call("POST", "intents", SAID)[0] == 500

    scene.application.service._sender = sender
    assert call("POST", "intents", SAID)[0] == 202


def test_the_status_of_an_endpoint_has_its_routing(scene, call):
    scene.endpoint("{blue: 100}", "{blue: {}, green: {}}")
    call("POST", "intents", SAID)
    scene.drain()

    [subject] = call("GET", "status/loan-endpoint")[1]["subjects"]
    rows = {row["deployment"]: row for row in subject["routing"]["deployments"]}
    assert subject["routing"]["seen"] == NOON.isoformat().replace("+00:00", "Z")
    assert [one["author"] for one in rows["green"]["intended"]] == ["anna"]
    assert (rows["blue"]["declared"], rows["green"]["reasons"]) == (100.0, ["standby"])
