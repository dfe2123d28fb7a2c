"""Promotions over HTTP, through the middleware that the trigger hands its request to."""

import asyncio
import json
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func
import pytest

from functions import operations
from tests.service.promoted import commit, kept


@pytest.fixture
def call(scene, monkeypatch):
    """The trigger, called as the host does, on a ledger with one promotion."""
    commit(kept(), scene.application)
    monkeypatch.setattr(operations, "application", lambda: scene.application)
    trigger = operations.operations._function.get_user_function()

    def ask(path, **headers):
        address = f"https://localhost/api/v1/{path}"
        request = func.HttpRequest(
            method="GET",
            url=address,
            headers=headers,
            params=dict(parse_qsl(urlsplit(address).query)),
            body=b"",
        )
        return asyncio.run(trigger(request, None))

    return ask


def test_promotions_are_listed_for_all_and_for_one_model(call):
    every = json.loads(call("promotions").get_body())["promotions"]

    assert [(row["version"], row["stage"], row["phase"]) for row in every] == [
        ("8", "production", "rolling")
    ]
    assert json.loads(call("promotions/loan-default").get_body())["promotions"] == every
    assert json.loads(call("promotions/another").get_body())["promotions"] == []


def test_one_promotion_is_told_whole_as_json(call):
    told = json.loads(call("promotions/loan-default/8").get_body())["promotion"]

    assert (told["phase"], told["judgement"]["verdict"]) == ("rolling", "pass")
    assert told["chain"] == {**told["chain"], "checked": 12, "broken": None}


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("report", "", "text/html"),
        ("report", "text/html,text/markdown", "text/html"),
        ("report", "text/plain, Text/Markdown;q=0.9", "text/markdown"),
        ("report?format=markdown", "text/html", "text/markdown"),
        ("report?format=html", "text/markdown", "text/html"),
    ],
)
def test_the_report_comes_in_the_form_that_is_asked_for(call, path, accept, kind):
    answer = call(f"promotions/loan-default/8/{path}", Accept=accept)

    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{kind}; charset=utf-8")
    first = answer.get_body().decode().splitlines()[0]
    assert first == ("<!doctype html>" if kind == "text/html" else "# loan-default:8 to production")


def test_the_page_may_run_nothing_and_be_framed_nowhere(call):
    headers = call("promotions/loan-default/8/report").headers

    assert headers["content-security-policy"].startswith("default-src 'none'; style-src")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "code", "sentence"),
    [
        ("loan-default/99/report", 404, "No promotion of loan-default:99 is known"),
        ("loan-default/99", 404, "No promotion of loan-default:99 is known"),
        ("loan-default/8?stage=mars", 404, "No promotion of loan-default:8 through mars is known"),
        ("loan-default/8/report?format=pdf", 400, "format is 'pdf', which is not known"),
    ],
)
def test_what_cannot_be_told_is_a_problem_with_one_sentence(call, path, code, sentence):
    answer = call(f"promotions/{path}")

    assert answer.status_code == code
    assert json.loads(answer.get_body())["title"].startswith(sentence)
