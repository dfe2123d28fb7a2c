"""Replays over HTTP, and their queue's trigger, as the host calls them."""

import asyncio
import json
from datetime import timedelta

import azure.functions as func
import pytest

from functions import operations, replays
from tests.functions.test_bodies import message, user_function
from tests.service.replaying.lost import completed, keep, run


@pytest.fixture
def call(scene, monkeypatch):
    """The trigger, called as the host does; answers status and body."""
    monkeypatch.setattr(operations, "application", lambda: scene.application)
    trigger = operations.operations._function.get_user_function()

    def ask(method, path, body=None):
        request = func.HttpRequest(
            method=method,
            url=f"https://localhost/api/v1/{path}",
            headers={"content-type": "application/json"},
            body=b"" if body is None else json.dumps(body).encode(),
        )
        answer = asyncio.run(trigger(request, None))
        return answer.status_code, json.loads(answer.get_body())

    return ask


@pytest.fixture
def lost(scene):
    """Five events of two endpoints came in and were never decided."""
    for name in "ab":
        scene.endpoint("{blue: 100}", "{blue: {}}", name=name)
    for number in range(5):
        keep(
            scene.application,
            completed("ab"[number % 2], f"e{number}", scene.clock.now),
            scene.clock.now,
        )
        scene.clock.advance(timedelta(seconds=1))
    return scene.application


ASKED = {"name": "lost", "selection": {"since": "1d"}, "reason": "they were lost", "author": "b"}


def test_a_dry_run_comes_in_pages_and_does_nothing(call, lost):
    status, first = call("POST", "replays/dry-run", {"since": "1d", "limit": 3})
    _, second = call("POST", "replays/dry-run", {"since": "1d", "after": first["next"]})

    assert status == 200
    told = [*first["events"], *second["events"]]
    assert [one["event"] for one in told] == ["e0", "e2", "e4", "e1", "e3"]
    assert {one["came"] for one in told} == {"lost"}
    assert "next" not in second
    assert lost.ledger.subjects() == []


def test_events_are_told_again_and_the_replay_is_listed(call, lost):
    status, begun = call("POST", "replays", ASKED)
    assert (status, begun["replay"]["author"]) == (202, "b")
    assert run(lost)["told"] == 5

    _, listed = call("GET", "replays")
    _, one = call("GET", "replays/lost")

    assert listed["replays"] == [one["replay"]]
    assert (one["replay"]["phase"], one["replay"]["told"]) == ("done", 5)
    assert call("POST", "replays", ASKED)[0] == 400


def test_a_replay_is_stopped_and_resumed(call, lost):
    call("POST", "replays", {**ASKED, "rate": 6})
    lost.worker().drain()
    said = {"reason": "too loud", "author": "carl"}

    assert call("POST", "replays/lost/stop", said)[0] == 202
    lost.worker().drain()
    assert call("GET", "replays/lost")[1]["replay"]["phase"] == "stopped"
    assert call("POST", "replays/lost/resume", said)[0] == 202
    assert run(lost)["told"] == 5
    assert call("POST", "replays/lost/resume", said)[0] == 400
    assert call("GET", "replays/nobody")[0] == 404


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("replays/dry-run", {"where": "event."}, "where is no JMESPath"),
        ("replays/dry-run", {"of": "chains"}, "subject is missing"),
        ("replays/dry-run", {"since": "soon"}, "since is 'soon'"),
        ("replays/dry-run", {"after": "x"}, "after is 'x', which is no cursor"),
        ("replays", {**ASKED, "name": "A"}, "name is 'A'"),
        ("replays", {**ASKED, "selection": {"kind": "x"}}, "kind"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(call, path, body, sentence):
    status, problem = call("POST", path, body)

    assert status == 400
    assert sentence in problem["title"]


def test_a_step_from_the_queue_tells_the_next_events(call, lost, monkeypatch):
    monkeypatch.setattr(replays, "application", lambda: lost)
    bodies: list = []
    call("POST", "replays", ASKED)
    lost.worker({"replays": bodies.append}).drain()

    user_function(replays.replay_step)(message(bodies[0]))
    lost.worker({"replays": id}).drain()

    assert call("GET", "replays/lost")[1]["replay"]["told"] == 5
