"""Retrainings over HTTP, and their queue's trigger, as the host calls them."""

import asyncio
import json
from datetime import timedelta

import azure.functions as func
import pytest
import yaml

from functions import operations, retraining
from shared.domain.canonical import to_plain
from shared.domain.retraining import (
    Retraining,
    RetrainingCause,
    RetrainingPhase,
    RetrainingWatch,
)
from shared.domain.state import SubjectState
from tests.conftest import NOON
from tests.functions.test_bodies import message, user_function

CAUSE = RetrainingCause(cause="drift", window="a/b", time=NOON, features=("income",))
FAILED = Retraining(
    id="f" * 16,
    phase=RetrainingPhase.FAILED,
    causes=(CAUSE,),
    cost=12.0,
    asked=NOON - timedelta(days=1),
    changed=NOON,
    job="retrain-churn-ffffffffffff",
    ended=NOON,
    because="the job failed",
)


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
def known(scene):
    """Keeps what is remembered of a model's retrainings."""

    def keep(watch, model="churn"):
        scene.application.ledger.commit(
            subject=f"retraining/{model}",
            version=0,
            event_key="seed",
            now=NOON,
            decision={"findings": []},
            state=to_plain(SubjectState(retraining=watch)),
            messages=[],
        )

    return keep


def test_a_request_from_the_queue_starts_its_job(scene, monkeypatch):
    monkeypatch.setattr(retraining, "application", lambda: scene.application)
    data = {"action": "RequestRetraining", "model": "churn", "cause": "drift", "window": "a/b"}
    body = {"id": "m1", "subject": "retraining/churn", "time": "2026-02-03T12:00:00Z"}

    user_function(retraining.retraining_request)(
        message({**body, "data": {**data, "component": "retrain:1", "compute": "cpu"}})
    )

    [path] = (scene.home / "workspace/jobs").glob("*.yaml")
    assert yaml.safe_load(path.read_text())["training"]["component"] == "retrain:1"


def test_retrainings_are_listed_by_model_with_where_they_stand(call, known):
    known(RetrainingWatch(retrainings=(FAILED,), causes=(CAUSE,)))
    known(RetrainingWatch(retrainings=(FAILED,), stopped=NOON), "fraud")

    status, body, _ = call("GET", "retrainings")

    assert status == 200
    rows = {row["model"]: row for row in body["retrainings"]}
    assert {name: row["standing"] for name, row in rows.items()} == {
        "churn": "waiting",
        "fraud": "stopped",
    }
    [one] = rows["churn"]["retrainings"]
    assert (one["phase"], one["cost"], one["job"]) == ("failed", 12.0, FAILED.job)
    assert one["causes"][0]["features"] == ["income"]
    assert call("GET", "retrainings/churn")[1] == {"retraining": rows["churn"]}


def test_a_model_nothing_asks_about_is_not_found_in_a_sentence(call):
    status, body, _ = call("GET", "retrainings/nobody")

    assert status == 404
    assert "Nothing has asked for a retraining of nobody" in body["title"]


def test_retraining_is_resumed_in_the_name_of_who_is_signed_in(scene, call, known):
    known(RetrainingWatch(retrainings=(FAILED,), stopped=NOON))

    status, body, answer = call(
        "POST",
        "retrainings/churn/resume",
        {"reason": "labels were mended", "author": "somebody else"},
        **{"X-MS-CLIENT-PRINCIPAL-NAME": "anna@contoso.com"},
    )

    assert status == 202
    assert body["resumed"]["author"] == "anna@contoso.com"
    assert answer.headers["Location"] == "/api/v1/retrainings/churn"
    [waiting] = scene.application.queue.peek("checks")
    assert waiting.body["type"] == "io.driftgate.RetrainingResumed"
    assert waiting.body["subject"] == "retraining/churn"
    assert waiting.body["data"] == {"author": "anna@contoso.com", "reason": "labels were mended"}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"reason": "x", "author": "a"}, "is not stopped; there is nothing to resume"),
        ({"author": "a"}, "reason is missing"),
        ({"reason": "x"}, "author is missing"),
        ({"reason": "x", "author": "a", "until": "2d"}, "'until' is not known here"),
        (b"{", "The body is not JSON"),
    ],
)
def test_what_cannot_be_resumed_is_refused_in_a_sentence(scene, call, known, said, sentence):
    known(RetrainingWatch(retrainings=(FAILED,)))

    status, body, _ = call("POST", "retrainings/churn/resume", said)

    assert (status, scene.application.queue.peek("checks")) == (400, [])
    assert sentence in body["title"]


def test_a_body_that_is_too_large_is_not_read(call, known):
    known(RetrainingWatch(retrainings=(FAILED,), stopped=NOON))

    assert call("POST", "retrainings/churn/resume", b" " * 70_000)[0] == 413


@pytest.mark.parametrize("path", ["retrainings", "retrainings/churn"])
def test_retrainings_are_only_read_without_resume(call, path):
    assert call("POST", path, {})[0] == 405
