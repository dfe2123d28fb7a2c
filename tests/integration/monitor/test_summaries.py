"""Azure OpenAI over loopback: summaries, and all the ways in which there is none."""

import json
from threading import Event

import pytest

from shared.adapters.azure.openai_summaries import OpenAISummaries
from shared.errors import NoPermission, NotFound, Refused, Throttled, Unavailable
from shared.ports import Summary
from shared.summary_settings import SummarySettings
from tests.integration.loopback.openai import (
    PATH,
    RESOURCE,
    completion,
    fault,
    filtered,
    serve_openai,
    unsupported,
)
from tests.integration.loopback.server import Answer
from tests.rendering.cases import CASES

NOTICE = CASES["group-of-three"][0]
WRITTEN = "Deployment green has no traffic since 11:30 UTC."


@pytest.fixture
def model(loopback, credential):
    serve_openai(loopback.router, WRITTEN)
    settings = SummarySettings(endpoint=loopback.url, deployment="gpt-4o-mini")
    made = OpenAISummaries(settings, credential)
    yield made
    made.close()


def test_a_summary_comes_with_what_it_cost(model, loopback):
    assert model.summarise(NOTICE) == Summary(text=WRITTEN, tokens=412)

    [request] = loopback.router.requests("POST", PATH)
    body = request.json()
    assert body["max_tokens"] == 250
    assert loopback.router.requests("GET", "/msi/token")[0].query["resource"] == RESOURCE
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    told = json.loads(body["messages"][1]["content"])
    assert [alert["kind"] for alert in told["alerts"]] == [
        "forgotten_deployment",
        "no_traffic",
        "errors",
    ]


def test_a_model_that_wants_the_newer_limit_is_asked_that_way_from_then_on(model, loopback):
    loopback.router.fail_next("POST", PATH, unsupported())

    assert model.summarise(NOTICE).text == WRITTEN
    assert model.summarise(NOTICE).text == WRITTEN

    limits = [
        sorted(set(request.json()) - {"messages"})
        for request in loopback.router.requests("POST", PATH)
    ]
    newer = ["max_completion_tokens"]
    assert limits == [["max_tokens", "temperature"], newer, newer]


def test_a_model_that_takes_neither_limit_is_refused(model, loopback):
    loopback.router.fail_next("POST", PATH, unsupported(), unsupported())

    with pytest.raises(Refused, match="Unsupported parameter"):
        model.summarise(NOTICE)


@pytest.mark.parametrize("finish", ["length", "content_filter", None])
def test_an_answer_that_was_cut_is_no_summary_and_costs_all_the_same(model, loopback, finish):
    loopback.router.fail_next("POST", PATH, Answer(body=completion("Half a", finish)))

    assert model.summarise(NOTICE) == Summary(text="", tokens=412)


def test_an_answer_without_content_is_empty(model, loopback):
    loopback.router.fail_next("POST", PATH, Answer(body=completion(None)))

    assert model.summarise(NOTICE).text == ""


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (filtered(), Refused, "the content filter took the notice for jailbreak"),
        (fault(400, "BadRequest", "No."), Refused, "refused it with 400"),
        (fault(401, "PermissionDenied", "No."), NoPermission, "Cognitive Services OpenAI User"),
        (fault(403, "403", "Public access is disabled."), NoPermission, "Public access"),
        (fault(404, "DeploymentNotFound", "No."), NotFound, "has no deployment gpt-4o-mini"),
        (fault(500, "InternalServerError", "No."), Unavailable, "answered 500"),
        (Answer(status=502, body=b"<html>"), Unavailable, "answered 502"),
        (Answer(body=b"<html>"), Unavailable, "is not JSON"),
        (Answer(body=[]), Unavailable, "holds no choice"),
        (Answer(body={"choices": [7]}), Unavailable, "holds no choice"),
        (Answer(hang_up=True), Unavailable, "no answer"),
    ],
)
def test_what_goes_wrong_is_told_in_our_words_after_one_try(
    model, loopback, answer, error, sentence
):
    loopback.router.fail_next("POST", PATH, answer)

    with pytest.raises(error, match=sentence):
        model.summarise(NOTICE)

    assert len(loopback.router.requests("POST", PATH)) == 1


@pytest.mark.parametrize(("told", "after"), [("17", 17.0), ("soon", None)])
def test_a_busy_model_says_how_long_to_wait(model, loopback, told, after):
    busy = fault(429, "429", "Requests have exceeded the token rate limit.", Retry_After=told)
    loopback.router.fail_next("POST", PATH, busy)

    with pytest.raises(Throttled) as raised:
        model.summarise(NOTICE)

    assert raised.value.after == after


def test_a_model_that_does_not_answer_holds_up_nothing(loopback, credential):
    told = Event()

    def hold(_):
        told.wait(10)
        return Answer(body=completion(WRITTEN))

    loopback.router.add("POST", PATH, hold)
    settings = SummarySettings(endpoint=loopback.url, deployment="gpt-4o-mini")
    model = OpenAISummaries(settings, credential, seconds=0.05)

    with pytest.raises(Unavailable, match=r"took longer than 0\.05 s|no answer"):
        model.summarise(NOTICE)

    told.set()
    model.close()
