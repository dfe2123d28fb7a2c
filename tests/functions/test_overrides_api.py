"""Overrides over HTTP, through the middleware that the trigger hands its request to."""

import asyncio
import json

import azure.functions as func
import pytest

from functions import operations
from shared.domain.canonical import to_plain
from shared.domain.people.override import override_given, override_of
from shared.domain.state import SubjectState
from tests.conftest import NOON

SAID = {
    "model": "churn",
    "version": "7",
    "gates": ["metric/auc"],
    "until": "2d",
    "reason": "hotfix",
    "author": "anna",
}


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


@pytest.fixture
def override(scene):
    """Version 7 was judged, and somebody lets its auc pass until the day after."""
    given = override_of(
        override_given(
            *("churn", "7"),
            gates=["metric/auc"],
            author="anna",
            reason="hotfix",
            until=NOON.replace(day=4),
            now=NOON,
        )
    )
    scene.application.ledger.commit(
        subject="model/churn",
        version=0,
        event_key="seed",
        now=NOON,
        decision={},
        state=to_plain(SubjectState(versions={"7": "fail"}, overrides=(given,))),
        messages=[],
    )
    return given


@pytest.mark.usefixtures("override")
def test_an_override_is_said_in_the_name_of_who_is_signed_in(scene, call):
    name = "jörg@contoso.com"
    status, body, answer = call("POST", "overrides", SAID, **{"X-MS-CLIENT-PRINCIPAL-NAME": name})

    assert (status, answer.headers["location"]) == (202, "/api/v1/overrides/churn")
    assert (body["override"]["author"], body["override"]["standing"]) == (name, "in force")
    assert next(iter(scene.application.archive.list())).via == "api"


def test_those_of_a_model_are_listed_and_one_is_taken_back(call, override):
    listed = call("GET", "overrides/churn")[1]["overrides"]
    assert [one["id"] for one in listed] == [override.id]
    assert call("GET", "overrides")[1]["overrides"] == listed
    assert call("GET", "overrides/pricing")[1] == {"overrides": []}

    reason = {"reason": "measured again", "author": "ben"}
    status, body, _ = call("DELETE", f"overrides/churn/{override.id}", reason)
    assert (status, body["override"]["id"]) == (202, override.id)
    status, problem, _ = call("DELETE", "overrides/churn/abc", reason)
    assert (status, problem["title"][:27]) == (404, "churn has no override abc; ")


@pytest.mark.usefixtures("override")
@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({**SAID, "gates": "metric/auc"}, 400, "gates is 'metric/auc', which is no list; send it"),
        ({**SAID, "gates": [7]}, 400, "gates is 7, which is no text; send it as text."),
        ({**SAID, "gates": ["readable"]}, 400, "gates has 'readable', which cannot be let pass"),
        ({**SAID, "until": "8d"}, 400, "until is more than 7 days away; say it again then."),
        ({**SAID, "version": "8"}, 404, "churn:8 was never judged; judged are: 7."),
        ({**SAID, "gate": "metric/auc"}, 400, "'gate' is not known here; known are: author,"),
        (b" " * 70_000, 413, "The body is over the limit of 65536 bytes; say it shorter."),
    ],
)
def test_what_cannot_be_let_pass_is_a_problem_with_its_sentence(call, body, status, sentence):
    answered, problem, _ = call("POST", "overrides", body)

    assert (answered, problem["status"]) == (status, status)
    assert problem["title"].startswith(sentence)


def test_a_withdrawal_that_is_too_long_is_refused(call):
    assert call("DELETE", "overrides/churn/abc", b" " * 70_000)[0] == 413
