"""Dead letters over HTTP, through the middleware that the trigger hands to."""

import asyncio
import json
from urllib.parse import urlencode

import azure.functions as func
import pytest

from functions import operations
from shared.domain.roles import Role
from shared.web.dead_letters import deadletters
from shared.web.http.admission import required
from tests.service.test_dead_letters import letter_of, note, waiting_check

WHY = {"reason": "the host is back", "author": "berta"}


@pytest.fixture
def call(scene, monkeypatch):
    """The trigger, called as the host does; answers status and body."""
    monkeypatch.setattr(operations, "application", lambda: scene.application)
    trigger = operations.operations._function.get_user_function()

    def ask(method, path, body=None, **params):
        request = func.HttpRequest(
            method=method,
            url=f"https://localhost/api/v1/{path}?{urlencode(params)}",
            body=b"" if body is None else json.dumps(body).encode(),
        )
        answer = asyncio.run(trigger(request, None))
        return answer.status_code, json.loads(answer.get_body())

    return ask


@pytest.fixture
def noted(scene):
    """Two letters of promotion-requests, one of which nobody can read."""
    scene.application.adapters.notes.keep(note())
    scene.application.adapters.notes.keep(note(message_id="m-2", body=b"\xff", reason="Bytes"))
    return scene


def ids(call, **params):
    return [one["id"] for one in call("GET", "deadletters", **params)[1]["dead_letters"]]


@pytest.mark.usefixtures("noted")
def test_letters_are_listed_without_their_bodies_and_by_what_is_asked(call):
    status, body = call("GET", "deadletters")

    assert (status, body["problems"], body["more"]) == (200, [], [])
    assert {one["message_id"] for one in body["dead_letters"]} == {"m-1", "m-2"}
    assert "message" not in body["dead_letters"][0]
    assert len(ids(call, reason="Not*")) == 1
    assert ids(call, queue="checks") == []
    assert call("GET", "deadletters", queue="nowhere")[0] == 400
    assert call("GET", "deadletters", since="soon")[0] == 400
    assert call("GET", "health")[1]["dead_letters"] == 2


@pytest.mark.usefixtures("noted")
def test_a_page_goes_on_where_the_one_before_ended(call):
    _, first = call("GET", "deadletters", limit="1")
    _, second = call("GET", "deadletters", limit="1", cursor=first["next"])

    assert "next" not in second
    assert first["dead_letters"] != second["dead_letters"]


@pytest.mark.usefixtures("noted")
def test_one_is_shown_whole(call):
    [identity] = ids(call, reason="NotFound")
    [unread] = ids(call, reason="Bytes")

    status, body = call("GET", f"deadletters/{identity}")
    assert (status, body["dead_letter"]["message"]["data"]) == (200, {"version": "7"})
    assert call("GET", f"deadletters/{unread}")[1]["dead_letter"]["original"] == "/w=="
    assert call("GET", "deadletters/ffff")[0] == 404


def test_a_token_is_shown_to_nobody(scene, call):
    letter_of(scene.application, waiting_check(scene.clock()))
    [identity] = ids(call)

    told = [call("GET", "deadletters"), call("GET", f"deadletters/{identity}")]

    assert "s3cret" not in json.dumps(told)


def test_resubmitting_is_said_first_and_then_done(noted, call):
    meant = {"filter": {"reason": "NotFound"}, **WHY}

    status, dry = call("POST", "deadletters/resubmit", meant)
    assert (status, dry["applied"]) == (202, False)
    assert [one["outcome"] for one in dry["dead_letters"]] == ["would be sent"]
    assert len(ids(call)) == 2

    _, done = call("POST", "deadletters/resubmit", {**meant, "apply": True})
    assert [one["outcome"] for one in done["dead_letters"]] == ["sent"]
    assert len(ids(call)) == 1
    noted.drain()
    assert noted.last("deadletters/promotion-requests")["event"]["data"]["author"] == "berta"


@pytest.mark.usefixtures("noted")
def test_what_cannot_be_sent_says_so_and_stays(call):
    [unread] = ids(call, reason="Bytes")

    _, body = call("POST", "deadletters/resubmit", {"ids": [unread], "apply": True, **WHY})

    [one] = body["dead_letters"]
    assert (one["outcome"], one["sent_as"]) == ("refused", None)
    assert one["sentence"].startswith(f"The body of {unread} is no JSON object")


@pytest.mark.usefixtures("noted")
def test_purging_takes_them_away(call):
    found = ids(call)

    status, body = call("POST", "deadletters/purge", {"ids": found, **WHY})

    assert (status, set(body["purged"])) == (202, set(found))
    assert ids(call) == []


@pytest.mark.parametrize("path", ["deadletters/resubmit", "deadletters/purge"])
@pytest.mark.parametrize(
    "said",
    [
        {},
        {"filter": {}},
        {"ids": ["abcd"], "filter": {"queue": "checks"}},
        {"filter": {"where": "message.["}},
        {"filter": {"quue": "checks"}},
        {"ids": []},
        {"ids": ["x"] * 101},
    ],
)
@pytest.mark.usefixtures("noted")
def test_what_is_not_clear_is_refused_and_nothing_done(call, path, said):
    assert call("POST", path, {**said, **WHY})[0] == 400
    assert len(ids(call)) == 2


def test_each_route_has_its_role():
    roles = {
        (method, route.path): required(route).role
        for route in deadletters.router.routes
        for method in route.methods
    }

    assert roles == {
        ("GET", "/api/v1/deadletters"): Role.VIEWER,
        ("GET", "/api/v1/deadletters/{letter}"): Role.OPERATOR,
        ("POST", "/api/v1/deadletters/resubmit"): Role.OPERATOR,
        ("POST", "/api/v1/deadletters/purge"): Role.ADMINISTRATOR,
    }
