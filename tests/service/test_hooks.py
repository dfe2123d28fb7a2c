"""Who may call a hook, how much and how often; and what the caller is told."""

import json
import logging
from base64 import b64encode
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import NoPermission, Refused, Unavailable
from shared.hook_settings import HookRule, HookSettings
from shared.service.hooks import Hooks
from shared.service.hooks import secrets as secrets_module
from shared.service.hooks.secrets import HookSecrets
from tests.conftest import EVENTS

FIRST = "first-secret-of-a-hook-0123456789"
SECOND = "second-secret-of-a-hook-9876543210"
JSON = {"Content-Type": "application/json"}
BUILD = (EVENTS / "ado_build_complete.v2.json").read_bytes()
ALERT = (EVENTS / "azure_monitor_common_alert_metric_fired.derived.json").read_bytes()


class Counting:
    """Telemetry that keeps its counts."""

    def __init__(self):
        self.counts = []

    def count(self, name, by=1, **attributes):
        self.counts.append((name, by, attributes))


@pytest.fixture
def telemetry():
    return Counting()


@pytest.fixture
def hooks(scene, telemetry):
    def made(*secrets, fault=None, **limits):
        settings = HookSettings(rule=HookRule.SECRET, secrets=secrets, fault=fault)
        service = scene.application.service
        return Hooks(settings, service, telemetry, scene.clock, **limits)

    return made


def basic(password, user="driftgate"):
    return {**JSON, "Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}


def shown(secret):
    return {**JSON, "X-Driftgate-Secret": secret}


@pytest.mark.parametrize(
    "headers",
    [shown(FIRST), shown(SECOND), basic(FIRST), basic(SECOND), basic(FIRST, user="")],
    ids=["header", "header of the next", "basic", "basic of the next", "basic without a user"],
)
def test_a_call_with_either_secret_is_kept(hooks, scene, headers):
    answer = hooks(FIRST, SECOND).take(headers, BUILD, via="azure-devops")

    assert answer.status == 202
    assert len(scene.application.archive.list()) == 1


WRONG = {
    "nothing": JSON,
    "another secret": shown("third-secret-of-a-hook-0000000000"),
    "the beginning of one": shown(FIRST[:-1]),
    "one and more": shown(f"{FIRST}0"),
    "an empty one": shown(""),
    "blanks": shown("   "),
    "a very long one": shown(FIRST * 1000),
    "the user's name": basic("", user=FIRST),
    "no base64": {**JSON, "Authorization": "Basic !!!!"},
    "base64 of no ASCII": {**JSON, "Authorization": "Basic é"},
    "a bearer's token": {**JSON, "Authorization": f"Bearer {FIRST}"},
    "a wrong header over right Basic": {**basic(FIRST), "X-Driftgate-Secret": "wrong"},
}


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG)
def test_every_other_call_is_answered_alike_and_nothing_of_it_is_kept(hooks, scene, headers):
    answer = hooks(FIRST).take(headers, BUILD, via="azure-devops")

    assert (answer.status, answer.body) == (401, '{"status": 401, "title": "Unauthorized."}')
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert scene.application.archive.list() == []


def test_an_unknown_caller_learns_nothing_of_limits_and_contents(hooks):
    door = hooks(FIRST, burst=1)
    answers = {
        door.take({"Content-Encoding": "gzip"}, b"x" * 2_000_000, via="azure-devops").status
        for _ in range(5)
    }

    assert answers == {401}


def test_what_a_stranger_shows_is_counted_and_logged_once_a_minute_but_never_told(
    hooks, scene, telemetry, caplog
):
    door = hooks(FIRST)
    with caplog.at_level(logging.DEBUG):
        for _ in range(5):
            door.take(shown("guessed-guessed-guessed-guessed"), BUILD, via="azure-devops")
        scene.clock.advance(timedelta(minutes=2))
        door.take(basic("guessed-guessed-guessed-guessed"), BUILD, via="azure-devops")

    assert caplog.messages == [
        "the hook azure-devops refused 1 calls: unauthorized",
        "the hook azure-devops refused 5 calls: unauthorized",
    ]
    refused = ("hooks.refused", 1, {"hook": "azure-devops", "why": "unauthorized"})
    assert telemetry.counts == [refused] * 6
    assert "guessed" not in caplog.text
    assert FIRST not in repr(HookSettings(secrets=(FIRST,))) + repr(HookSecrets((FIRST,)))


@given(shown=st.text(st.characters(codec="latin-1"), max_size=40), known=st.integers(0, 2))
def test_whatever_is_shown_two_digests_are_compared_to_their_ends(shown, known):
    """The work is the same for each call: two comparisons of 32 bytes each, and no early end."""
    seen = []
    real = secrets_module.compare_digest

    def compared(one, other):
        seen.append((len(one), len(other)))
        return real(one, other)

    secrets_module.compare_digest = compared
    try:
        found = HookSecrets((FIRST, SECOND)[:known]).know({"X-Driftgate-Secret": shown})
    finally:
        secrets_module.compare_digest = real

    assert seen == [(32, 32), (32, 32)]
    assert found is (shown.strip() in (FIRST, SECOND)[:known])


@pytest.mark.parametrize(
    ("headers", "body", "status", "sentence"),
    [
        ({"Content-Type": "text/plain"}, b"{}", 415, "The body is no JSON; send"),
        ({}, b"{}", 415, "The body is no JSON; send"),
        ({**JSON, "Content-Encoding": "gzip"}, b"\x1f\x8b", 415, "The body is compressed; send"),
        ({**JSON, "Content-Length": "1048577"}, b"{}", 413, "The body is over the limit of"),
        (JSON, b" " * 1_048_577, 413, "The body is over the limit of"),
    ],
)
def test_contents_that_no_sender_has_are_refused_in_a_sentence_and_not_kept(
    hooks, scene, headers, body, status, sentence
):
    shows = {"X-Driftgate-Secret": FIRST, **headers}
    answer = hooks(FIRST).take(shows, body, via="azure-monitor")

    assert answer.status == status
    assert json.loads(answer.body)["title"].startswith(sentence)
    assert scene.application.archive.list() == []


def test_a_length_that_is_no_number_counts_for_nothing(hooks):
    for length in ("", "-1", "x", "9" * 30, "²"):
        headers = {**shown(FIRST), "Content-Length": length}
        assert hooks(FIRST).take(headers, BUILD, via="azure-devops").status == 202


@pytest.mark.parametrize(
    ("levels", "begins"),
    [(64, "The envelope must be"), (65, "The payload is nested too deeply")],
)
def test_json_that_is_too_deep_is_kept_as_refused_with_the_sentence(hooks, levels, begins):
    body = b"[" * levels + b"]" * levels
    answer = hooks(FIRST).take(shown(FIRST), body, via="azure-devops")

    [entry] = json.loads(answer.body)
    assert answer.status == 202
    assert entry["refusal"].replace("An envelope must", "The envelope must").startswith(begins)


@pytest.mark.parametrize(
    ("via", "body", "sentence"),
    [
        ("azure-devops", ALERT, "an alert of Azure Monitor, and here only a hook of Azure DevOps"),
        ("azure-monitor", BUILD, "a hook of Azure DevOps, and here only an alert of Azure Monitor"),
    ],
)
def test_a_hooks_secret_lets_nobody_speak_as_another_sender(hooks, scene, via, body, sentence):
    answer = hooks(FIRST).take(shown(FIRST), body, via=via)

    [entry] = json.loads(answer.body)
    assert sentence in entry["refusal"]
    assert scene.application.queue.peek("checks") == []


@pytest.mark.parametrize("via", ["azure-devops", "azure-monitor"])
def test_an_intent_of_a_person_cannot_come_by_a_hook(hooks, scene, sample, via):
    [event] = sample("aml_model_registered.eventgrid.json")
    intent = {
        "specversion": "1.0",
        "id": "i1",
        "source": "somebody",
        "type": "io.driftgate.IntentDeclared",
        "subject": "endpoint/loan-endpoint",
        "time": "2026-02-03T10:00:00Z",
        "data": {},
    }
    answer = hooks(FIRST).take(shown(FIRST), json.dumps([event, intent]).encode(), via=via)

    assert all("is taken; send it by its own way" in e["refusal"] for e in json.loads(answer.body))
    assert scene.application.queue.peek("checks") == []


@pytest.mark.parametrize(("via", "status"), [("azure-devops", 503), ("azure-monitor", 429)])
def test_too_many_calls_get_the_answer_after_which_their_sender_comes_again(
    hooks, scene, telemetry, via, status
):
    """Azure DevOps retries 503 and not 429; an action group retries both."""
    door = hooks(FIRST, rate=2.0, burst=3)
    body = {"azure-devops": BUILD, "azure-monitor": ALERT}[via]
    answers = [door.take(shown(FIRST), body, via=via) for _ in range(4)]

    assert [answer.status for answer in answers] == [202, 202, 202, status]
    assert answers[-1].headers == {"Retry-After": "1"}
    assert telemetry.counts[-1] == ("hooks.refused", 1, {"hook": via, "why": "rate"})

    scene.clock.advance(timedelta(seconds=1))
    again = [door.take(shown(FIRST), body, via=via).status for _ in range(3)]
    assert again == [202, 202, status]


def test_strangers_use_up_nothing_of_what_the_sender_may(hooks):
    door = hooks(FIRST, burst=1)
    for _ in range(50):
        door.take(JSON, BUILD, via="azure-devops")

    assert door.take(shown(FIRST), BUILD, via="azure-devops").status == 202


def test_without_a_secret_the_hooks_are_closed_and_the_log_says_what_to_set(hooks, scene, caplog):
    fault = HookSettings.from_environment({}, in_cloud=True).fault
    answer = hooks(fault=fault).take(JSON, BUILD, via="azure-devops")

    assert answer.status == 503
    assert "DRIFTGATE" not in answer.body
    assert "DRIFTGATE_HOOK_SECRET is not set; set it, or DRIFTGATE_HOOKS to" in caplog.text
    assert scene.application.archive.list() == []


@pytest.mark.parametrize("problem", [Unavailable("The archive is away."), NoPermission("No role.")])
def test_what_cannot_be_kept_comes_again(scene, telemetry, problem):
    class Away:
        def receive(self, _, **__):
            raise problem

    door = Hooks(HookSettings(), Away(), telemetry, scene.clock)
    answer = door.take(JSON, BUILD, via="azure-devops")

    assert (answer.status, answer.headers) == (503, {"Retry-After": "30"})
    assert str(problem) not in answer.body


@pytest.mark.parametrize(
    ("problem", "status"), [(Refused("PlanUrl is x."), 400), (Unavailable("No queue."), 503)]
)
def test_a_check_that_cannot_wait_is_told_whose_fault_it_is(hooks, problem, status):
    def question():
        raise problem

    answer = hooks(FIRST).ask(question, via="environment-check")

    assert answer.status == status
    assert (str(problem) in answer.body) is (status == 400)


def test_checks_that_come_too_often_are_told_to_come_again(hooks):
    asked = []
    door = hooks(FIRST, burst=2)
    answers = [door.ask(lambda: asked.append(1), via="environment-check") for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 503]
    assert len(asked) == 2
