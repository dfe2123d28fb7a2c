"""How often, how large, how long: what the rim of the API refuses, and the headers it gives."""

import asyncio
import json
import threading

import azure.functions as func
import pytest

from shared.access_settings import Access, AccessSettings
from shared.web.http.limits import Buckets, Kind, Rate
from shared.web.http.rim import Keyless, Rim
from shared.web.operations import api, served
from tests.web.platform import ENTRA, Platform, ask, with_access

TWO = {Kind.READ: Rate(2, 0.5), Kind.PAGE: Rate(1, 0.1), Kind.WRITE: Rate(1, 0.1)}


class Seconds:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def buckets(seconds):
    return Buckets(TWO, clock=seconds, most=3)


def test_a_bucket_gives_its_tokens_at_once_and_then_one_as_often_as_it_is_filled(buckets, seconds):
    assert [buckets.wait("anna", Kind.READ) for _ in range(3)] == [0.0, 0.0, 2.0]

    seconds.now += 1.5
    assert buckets.wait("anna", Kind.READ) == pytest.approx(0.5)
    seconds.now += 0.5
    assert buckets.wait("anna", Kind.READ) == 0.0


def test_a_bucket_never_holds_more_than_its_burst(buckets, seconds):
    buckets.wait("anna", Kind.READ)
    seconds.now += 1e6

    assert [buckets.wait("anna", Kind.READ) for _ in range(3)] == [0.0, 0.0, 2.0]


def test_callers_and_kinds_are_counted_apart(buckets):
    assert [buckets.wait(who, Kind.WRITE) for who in ("anna", "ben")] == [0.0, 0.0]
    assert buckets.wait("anna", Kind.PAGE) == 0.0
    assert buckets.wait("anna", Kind.WRITE) == pytest.approx(10.0)


def test_no_more_callers_are_remembered_than_fit_the_ones_of_longest_ago_go(buckets):
    for who in ("anna", "ben", "carla", "anna", "dora"):
        buckets.wait(who, Kind.WRITE)

    assert len(buckets._left) == 3
    assert buckets.wait("anna", Kind.WRITE) > 0
    assert buckets.wait("ben", Kind.WRITE) == 0.0


def test_whoever_asks_too_often_is_told_when_to_ask_again(scene, buckets):
    platform = Platform(api(with_access(scene.application), buckets))

    answers = [
        ask(platform, "GET", "/api/v1/alerts", Authorization="Bearer viewer") for _ in range(3)
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "2"
    assert json.loads(answers[2].get_body())["title"] == "That was too often; ask again in 2 s."


def test_callers_of_one_process_are_counted_over_all_of_its_requests(scene):
    assert served(scene.application) is served(scene.application)


@pytest.mark.parametrize(
    ("access", "said"),
    [
        (AccessSettings(mode=Access.KEY), "whoever has the function key may do everything"),
        (AccessSettings(mode=Access.OPEN), "whoever is on this machine may do everything"),
        (AccessSettings(mode=Access.OPEN, hosted=True), "which is for one's own machine; set"),
        (AccessSettings(mode=Access.ENTRA), "turn on App Service Authentication"),
        (ENTRA, None),
    ],
)
def test_the_log_says_once_who_may_do_everything(scene, caplog, access, said):
    application = with_access(scene.application, access)
    served(application)
    served(application)

    lines = [one.getMessage() for one in caplog.records if one.name == "driftgate.api"]
    assert len(lines) == (said is not None)
    assert said is None or said in lines[0]


def test_the_time_of_a_request_ends_with_an_answer_though_its_thread_goes_on(caplog):
    going_on, sent = threading.Event(), []

    async def slow(_scope, _receive, send):
        await asyncio.to_thread(going_on.wait)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def run():
        async def receive():
            return {"type": "http.request", "body": b""}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/api/v1/status", "headers": []}
        await Rim(slow, seconds=0.01)(scope, receive, send)
        going_on.set()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})

    asyncio.run(run())

    assert [message.get("status") for message in sent] == [504, None]
    assert json.loads(sent[1]["body"])["title"].startswith("This took over 0.01 s; ask for less")
    assert "GET /api/v1/status took over 0.01 s." in caplog.text


@pytest.mark.parametrize("told", [True, False])
def test_a_body_over_the_limit_is_not_read_to_its_end(told):
    read, sent = [], []

    async def never(*_):
        raise AssertionError("It was handed on.")

    async def receive():
        read.append(1)
        return {"type": "http.request", "body": b" " * 20_000, "more_body": True}

    async def send(message):
        sent.append(message)

    headers = [(b"content-length", b"200000")] if told else []
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    asyncio.run(Rim(never)(scope, receive, send))

    assert sent[0]["status"] == 413
    assert len(read) == (0 if told else 4)


def test_what_nobody_foresaw_is_logged_and_answered_without_a_word_of_it(scene, caplog):
    def fails(**_):
        raise ZeroDivisionError("the secret of the house")

    object.__setattr__(scene.application, "clock", fails)
    answer = ask(api(scene.application), "GET", "/api/v1/alerts")

    assert answer.status_code == 500
    assert b"secret" not in answer.get_body()
    assert "the secret of the house" in caplog.text


@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/nowhere", "/api/v1/intents?limit=0"])
def test_every_answer_is_kept_nowhere_and_taken_for_nothing_else(scene, path):
    headers = ask(api(scene.application), "GET", path).headers

    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_only_json_is_taken_for_a_body(scene):
    app = api(scene.application)
    form = {"content-type": "application/x-www-form-urlencoded"}

    answer = ask(app, "POST", "/api/v1/intents", b"endpoint=a", **form)

    assert answer.status_code == 415
    assert json.loads(answer.get_body())["title"] == (
        "The body is sent as application/x-www-form-urlencoded; send it as application/json."
    )
    for kind in ("application/json; charset=utf-8", "application/problem+json"):
        answer = ask(app, "POST", "/api/v1/intents", {}, **{"content-type": kind})
        assert answer.status_code == 400


def test_a_trigger_without_a_context_serves_as_well(scene):
    request = func.HttpRequest(method="GET", url="https://localhost/api/v1/health", body=b"")

    answer = asyncio.run(func.AsgiMiddleware(served(scene.application)).handle_async(request))

    assert answer.status_code == 200


def test_the_key_of_the_host_goes_no_further_than_the_host():
    handed_on = []

    async def app(scope, _receive, _send):
        handed_on.append(scope["query_string"])

    for query in (b"limit=7&code=secret&cursor=a%26b", b"c%6Fde=secret&clientId=x", b"code", b""):
        asyncio.run(Keyless(app)({"type": "http", "query_string": query}, None, None))

    assert handed_on == [b"limit=7&cursor=a%26b", b"", b"", b""]


def test_a_request_with_the_key_among_its_parameters_is_served(scene):
    keyed = served(scene.application)

    assert ask(keyed, "GET", "/api/v1/alerts?code=k&limit=7").status_code == 200
    assert ask(keyed, "GET", "/api/v1/alerts?codes=k").status_code == 400
