"""Silences and acknowledgements over HTTP, through the middleware that the trigger hands to."""

import asyncio
import json

import azure.functions as func
import pytest

from functions import operations
from tests.service.silenced import Fleet, alert

ERRORS = alert().fingerprint
SAID = {"matchers": "kind=errors", "for": "2h", "reason": "known", "author": "anna"}
TAKEN = {"fingerprint": ERRORS, "reason": "on it", "author": "anna"}
DONE = {"reason": "fixed", "author": "ben"}


@pytest.fixture
def fleet(scene):
    fleet = Fleet(scene)
    fleet.raise_(alert())
    return fleet


@pytest.fixture
def call(scene, monkeypatch):
    """The trigger, called as the host does; answers status, body and the answer itself."""
    monkeypatch.setattr(operations, "application", lambda: scene.application)
    trigger = operations.operations._function.get_user_function()

    def ask(method, path, body=None, **headers):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = func.HttpRequest(
            method=method, url=f"https://localhost/api/v1/{path}", headers=headers, body=content
        )
        answer = asyncio.run(trigger(request, None))
        return answer.status_code, json.loads(answer.get_body()), answer

    return ask


def test_a_silence_is_said_listed_and_taken_back(fleet, call):
    name = "jörg@contoso.com"
    status, body, answer = call("POST", "silences", SAID, **{"X-MS-CLIENT-PRINCIPAL-NAME": name})
    said = body["silence"]
    fleet.work()

    assert (status, answer.headers["location"]) == (202, f"/api/v1/silences/{said['id']}")
    assert (said["author"], [one["fingerprint"] for one in said["mutes"]]) == (name, [ERRORS])
    [listed] = call("GET", "silences")[1]["silences"]
    assert (listed["id"], listed["standing"], listed["text"]) == (
        *(said["id"], "in force"),
        "kind=errors",
    )
    assert call("GET", f"silences/{said['id']}")[1]["silences"] == [listed]
    status, body, _ = call("DELETE", f"silences/{said['id']}", DONE)
    assert (status, body["silence"]["id"]) == (202, said["id"])
    fleet.work()
    assert call("GET", "silences")[1]["silences"][0]["standing"] == "withdrawn"


def test_an_alert_is_taken_on_listed_and_given_back(fleet, call):
    status, body, answer = call("POST", "acknowledgements", {**TAKEN, "for": "4h"})
    fleet.work()

    assert (status, answer.headers["location"]) == (202, f"/api/v1/acknowledgements/{ERRORS}")
    assert body["acknowledgement"]["until"] == "2026-02-03T16:00:00Z"
    [listed] = call("GET", "acknowledgements")[1]["acknowledgements"]
    assert (listed["author"], listed["alert"]["kind"]) == ("anna", "errors")
    assert call("GET", "acknowledgements/none")[1] == {"acknowledgements": []}
    assert call("DELETE", f"acknowledgements/{ERRORS}", DONE)[0] == 202
    fleet.work()
    assert call("GET", "acknowledgements")[1] == {"acknowledgements": []}


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize(
    ("method", "path", "body", "status", "sentence"),
    [
        (
            "POST",
            "silences",
            {**SAID, "matchers": ["kind=x"]},
            400,
            "matchers is ['kind=x'], which is",
        ),
        ("POST", "silences", {**SAID, "matchers": "*"}, 400, "matchers has '*', which is no match"),
        ("POST", "silences", {**SAID, "for": 7200}, 400, "for is 7200, which is no text; send it"),
        (
            "POST",
            "silences",
            {**SAID, "until_resolved": 1},
            400,
            "until_resolved is 1, which is neit",
        ),
        (
            "POST",
            "silences",
            {**SAID, "matcher": ""},
            400,
            "'matcher' is not known here; known are",
        ),
        ("POST", "silences", {**SAID, "reason": ""}, 400, "reason is missing; send it as text."),
        ("POST", "silences", b" " * 70_000, 413, "The body is over the limit of 65536 bytes"),
        ("GET", "silences/abcdef", None, 404, "There is no silence abcdef; in force or to come"),
        ("DELETE", "silences/abcdef", DONE, 404, "There is no silence abcdef; in force or to come"),
        (
            "POST",
            "acknowledgements",
            {**TAKEN, "fingerprint": "f" * 16},
            404,
            "No alert with finger",
        ),
        ("DELETE", f"acknowledgements/{ERRORS}", DONE, 400, f"Nobody has alert {ERRORS} in hand."),
    ],
)
def test_what_is_refused_is_a_problem_with_its_sentence(call, method, path, body, status, sentence):
    answered, problem, _ = call(method, path, body)

    assert (answered, problem["status"]) == (status, status)
    assert problem["title"].startswith(sentence)
