"""Approvals over HTTP, through the middleware that the trigger hands its request to."""

import asyncio
import json
from dataclasses import replace

import azure.functions as func
import pytest

from functions import operations
from tests.web.fuzzed import asking
from tests.web.platform import ENTRA, principal

SAID = {"model": "pricing", "version": "4", "reason": "figures looked at", "author": "anna"}


@pytest.fixture
def call(scene, monkeypatch):
    """The trigger, called as the host does, while version 4 of pricing waits; status and body."""
    asking(scene)
    monkeypatch.setattr(operations, "application", lambda: scene.application)
    trigger = operations.operations._function.get_user_function()

    def ask(method, path, body=None, **headers):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = func.HttpRequest(
            method=method, url=f"https://localhost/api/v1/{path}", headers=headers, body=content
        )
        answer = asyncio.run(trigger(request, None))
        scene.drain()
        return answer.status_code, json.loads(answer.get_body()), answer

    return ask


def waiting(call):
    return call("GET", "approvals")[1]["approvals"][0]


def test_it_is_said_in_the_name_of_who_is_signed_in_and_counts(call):
    name = "jörg@contoso.com"
    status, body, answer = call("POST", "approvals", SAID, **{"X-MS-CLIENT-PRINCIPAL-NAME": name})

    assert (status, answer.headers["location"]) == (202, "/api/v1/approvals/pricing")
    assert (body["approval"]["author"], body["approval"]["standing"]) == (name, "in force")
    row = waiting(call)
    assert (row["standing"], row["counted"], row["needed"]) == ("waits", 1, 2)
    assert [(one["by"], one["counts"]) for one in row["words"]] == [(name, True)]


def test_those_of_a_model_are_listed_in_pages_and_one_is_taken_back(call):
    identity = call("POST", "approvals", SAID)[1]["approval"]["id"]
    listed = call("GET", "approvals/pricing")[1]
    assert [one["model"] for one in listed["approvals"]] == ["pricing"]
    assert call("GET", "approvals?limit=1")[1] == listed
    assert call("GET", "approvals/churn")[1] == {"approvals": []}

    reason = {"reason": "wrong run", "author": "anna"}
    status, problem, _ = call("DELETE", f"approvals/pricing/{identity}", {**reason, "author": "b"})
    assert (status, problem["title"][:38]) == (400, f"Approval {identity} is anna's to take"[:38])
    status, body, _ = call("DELETE", f"approvals/pricing/{identity}", reason)
    assert (status, body["approval"]["id"]) == (202, identity)
    assert waiting(call)["counted"] == 0
    status, problem, _ = call("DELETE", "approvals/pricing/abc", reason)
    assert (status, problem["title"][:28]) == (404, "pricing has no approval abc;")


def test_a_refusal_ends_the_promotion(call):
    status, body, _ = call("POST", "approvals", {**SAID, "approves": False, "reason": "no"})

    assert (status, body["approval"]["until"]) == (202, None)
    row = waiting(call)
    assert (row["phase"], row["why"]) == ("refused", "anna rejected it: no")


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({**SAID, "version": "5"}, 404, "No promotion of pricing:5 is on its way; there are: 4 ("),
        ({**SAID, "stage": "test"}, 404, "No promotion of pricing:4 to test is on its way;"),
        ({**SAID, "approves": "no"}, 400, "approves is 'no', which is"),
        ({**SAID, "aproves": False}, 400, "'aproves' is not known here; known are: approves,"),
        ({**SAID, "basis": "abc"}, 400, "basis is 'abc'"),
        ({**SAID, "basis": "0" * 12}, 400, "basis is 000000000000, and in force of pricing:4 is"),
        ({**SAID, "author": None}, 400, "author is missing; send it as text."),
        ({**SAID, "reason": " "}, 400, "reason is"),
        (b" " * 70_000, 413, "The body is over the limit of 65536 bytes; say it shorter."),
    ],
)
def test_what_cannot_be_said_is_a_problem_with_its_sentence(call, body, status, sentence):
    answered, problem, _ = call("POST", "approvals", body)

    assert (answered, problem["status"]) == (status, status)
    assert problem["title"].startswith(sentence)


def test_only_an_approver_says_it_and_the_directorys_name_is_kept_beside_the_other(
    scene, call, monkeypatch
):
    """The registry knows people by the name that the directory shows, and by no other."""
    access = replace(scene.application.settings, access=ENTRA)
    guarded = replace(scene.application, settings=access)
    monkeypatch.setattr(operations, "application", lambda: guarded)
    operator = {"X-MS-CLIENT-PRINCIPAL": principal("operator")}
    assert call("POST", "approvals", SAID, **operator)[0] == 403

    scene.model("4", "metrics: {auc: 0.95}\ncreated_by: Anna Berg\n", name="pricing")
    shown = principal("approver", shown="Anna Berg")
    status, problem, _ = call("POST", "approvals", SAID, **{"X-MS-CLIENT-PRINCIPAL": shown})
    assert status == 202, "the registration by her was not looked at yet"
    status, problem, _ = call("POST", "approvals", SAID, **{"X-MS-CLIENT-PRINCIPAL": shown})

    assert (status, problem["title"]) == (
        400,
        "anna@contoso.com registered version 4, and nobody approves their own.",
    )
    viewer = {"X-MS-CLIENT-PRINCIPAL": principal("viewer")}
    [row] = call("GET", "approvals", **viewer)[1]["approvals"]
    assert (row["counted"], [one["by"] for one in row["words"]]) == (0, ["anna@contoso.com"])
