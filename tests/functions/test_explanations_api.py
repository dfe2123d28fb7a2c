"""Explanations over HTTP: JSON for programs; people are sent to the page of the console."""

import asyncio
import json
from urllib.parse import parse_qsl, quote, urlsplit

import azure.functions as func
import pytest

from functions import operations
from tests.service.explained import Night


@pytest.fixture
def night(scene):
    return Night(scene).told()


@pytest.fixture
def call(night, monkeypatch):
    """The trigger, called as the host does."""
    monkeypatch.setattr(operations, "application", lambda: night.application)
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


def test_programs_are_answered_in_json_and_people_are_sent_to_the_page_of_the_console(call, night):
    page = call(f"alerts/{night.fingerprint}", accept="text/html,application/xhtml+xml,*/*;q=0.8")
    plain = call(f"alerts/{night.fingerprint}", accept="*/*")

    assert (page.status_code, plain.status_code) == (303, 200)
    assert page.headers["Location"] == f"/console/alerts/{night.fingerprint}"
    assert "Accept" in page.headers["Vary"].split(", ")
    assert "Accept" in plain.headers["Vary"].split(", ")
    told = json.loads(plain.get_body())["explanation"]
    assert told["alert"]["fingerprint"] == night.fingerprint
    assert told["now"][1].startswith("on-call was told last at 2026-02-03 12:00:31 UTC")
    assert json.loads(call("alerts").get_body())["alerts"][0]["told"]["on-call"]


def test_anything_can_be_explained_by_its_name(call):
    told = json.loads(call("explain/receiver/on-call").get_body())["explanation"]

    assert told["thing"]["kind"] == "receiver"


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("explain/receiver/on-call?format=html", "/console/explain/receiver/on-call"),
        (f"explain/{quote('a b?x=1')}?format=html", "/console/explain/a%20b%3Fx%3D1"),
    ],
)
def test_whatever_is_asked_for_the_page_is_one_of_the_console(call, path, page):
    answer = call(path)

    assert (answer.status_code, answer.headers["Location"]) == (303, page)


def test_what_is_not_known_is_a_problem_that_says_what_is_close(call):
    answer = call(f"explain/{quote('receiver/on-cal')}")

    assert answer.status_code == 404
    assert json.loads(answer.get_body())["title"] == (
        "There is no receiver on-cal; close to it: on-call."
    )
    assert call("alerts/0000000000000000").status_code == 404
