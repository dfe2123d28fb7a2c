"""Teams, PagerDuty and signed webhooks over loopback, and the log."""

import logging
from pathlib import Path

import pytest

from shared.adapters.channels.log import Log
from shared.adapters.channels.not_set_up import NotSetUp
from shared.adapters.channels.pagerduty import PagerDuty
from shared.adapters.channels.secrets import Secrets
from shared.adapters.channels.teams import Teams
from shared.adapters.channels.webhook import Webhook, signature
from shared.domain.policy import ChannelKind
from shared.errors import NotAllowed, Refused, Throttled, Unavailable
from tests.integration.channels.world import NOW, OURS, SECRETS, render, sending
from tests.integration.loopback.server import Answer

WORKFLOW = "/workflows/0123abcd/invoke"
ENQUEUE = "/v2/enqueue"
EVENT = {"status": "success", "message": "Event processed"}


def hook(**changed):
    return sending(ChannelKind.WEBHOOK, **{"address": f"https://{OURS}/hook", **changed})


@pytest.fixture
def pagerduty(network, secrets, service):
    service.add("POST", ENQUEUE, lambda _: Answer(status=202, body=EVENT))
    return PagerDuty(network.out(), secrets, render)


@pytest.mark.parametrize("answer", [Answer(status=202), Answer(body=b"1")], ids=["flow", "old"])
def test_teams_is_given_the_card_at_the_signed_address(network, secrets, service, answer):
    service.add("POST", WORKFLOW, lambda _: answer)

    teams = Teams(network.out(), secrets, render)

    assert teams.deliver(sending(ChannelKind.TEAMS)) == {}
    [request] = service.log
    assert request.json() == {"type": "message", "attachments": []}
    assert request.query == {"sig": "TeamsTeams+Teams"}


@pytest.mark.parametrize(
    ("status", "error"), [(429, Throttled), (502, Unavailable), (404, Refused)]
)
def test_a_connector_that_answers_a_failure_with_success_is_not_believed(
    network, secrets, service, status, error
):
    said = f"Webhook message delivery failed: Teams endpoint returned HTTP error {status} with..."
    service.add(
        "POST", WORKFLOW, lambda _: Answer(body=said.encode(), headers={"Retry-After": "9"})
    )

    with pytest.raises(error, match=str(status)) as problem:
        Teams(network.out(), secrets, render).deliver(sending(ChannelKind.TEAMS))

    assert getattr(problem.value, "after", 9.0) == 9.0


@pytest.mark.parametrize(("over", "action"), [(False, "trigger"), (True, "resolve")])
def test_pagerduty_is_given_one_incident_a_group(pagerduty, service, over, action):
    reference = pagerduty.deliver(sending(ChannelKind.PAGERDUTY, over=over))

    [request] = service.log
    assert reference == {"dedup_key": "0123456789abcdef"}
    assert request.headers["host"] == "events.pagerduty.com"
    assert request.json() == {
        "routing_key": SECRETS["PAGER"],
        "event_action": action,
        "dedup_key": "0123456789abcdef",
    }


def test_pagerduty_in_europe_is_another_host(network, pagerduty):
    network.addresses = ((),)

    with pytest.raises(Unavailable, match=r"events\.eu\.pagerduty\.com has no address"):
        pagerduty.deliver(
            sending(ChannelKind.PAGERDUTY, address="https://events.eu.pagerduty.com/v2/enqueue")
        )


def test_an_event_that_pagerduty_does_not_take_is_final_and_tells_its_words(pagerduty, service):
    said = {"status": "invalid event", "errors": ["'routing_key' pagerpagerpagerpagerpagerpager12"]}
    service.fail_next("POST", ENQUEUE, Answer(status=400, body=said))

    with pytest.raises(Refused, match="invalid event") as problem:
        pagerduty.deliver(sending(ChannelKind.PAGERDUTY))

    assert SECRETS["PAGER"] not in str(problem.value)


def test_an_event_beyond_pagerdutys_size_is_not_sent(network, secrets, service):
    def large(*_):
        return {"event_action": "trigger", "payload": {"summary": "a" * 600_000}}

    with pytest.raises(Refused, match="PagerDuty takes 512000"):
        PagerDuty(network.out(), secrets, large).deliver(sending(ChannelKind.PAGERDUTY))

    assert service.log == []


def test_a_webhook_is_signed_over_its_time_and_body(network, secrets, service):
    service.add("POST", "/hook", lambda _: Answer(status=204))

    Webhook(network.out(), secrets, render, lambda: NOW).deliver(hook())

    [request] = service.log
    assert request.body == '{"title":"Drift in income","sign":"ü?"}'.encode()
    assert request.headers["driftgate-timestamp"] == "1770120000"
    assert request.headers["driftgate-delivery"] == "n-1.1"
    assert request.headers["driftgate-signature"] == signature(
        SECRETS["HOOK"], "1770120000", request.body
    )


def test_while_keys_change_both_sign(network, service):
    service.add("POST", "/hook", lambda _: Answer())
    keys = Secrets({"HOOK": "new-new-new-new-new", "HOOK_OLD": "old-old-old-old-old"})

    Webhook(network.out(), keys, render, lambda: NOW).deliver(hook(order="odd\r\norder"))

    [request] = service.log
    assert request.headers["driftgate-signature"].split(",") == [
        signature(key, "1770120000", request.body)
        for key in ("new-new-new-new-new", "old-old-old-old-old")
    ]
    assert len(request.headers["driftgate-delivery"]) == 32


@pytest.mark.parametrize(
    ("values", "changed", "sentence"),
    [
        ({"HOOK": "short"}, {}, "is too short; make one of at least 16 signs"),
        ({"HOOK": "k" * 16}, {"address": None}, "has no address"),
        ({"HOOK": "k" * 16}, {"address": "https://10.0.0.1/x"}, "does not name its host in full"),
        ({"HOOK": "k" * 16}, {"secret": None}, "names no secret"),
        ({}, {}, "needs DRIFTGATE_SECRET_HOOK, the key that signs, which is not set"),
        ({"HOOK": "@Microsoft.KeyVault(SecretUri=https://a)"}, {}, "reference to a vault"),
        ({"HOOK": "a key with an ü in it"}, {}, "has signs in it that are not ASCII"),
        ({"HOOK": "k" * 16, "HOOK_OLD": "@Microsoft.KeyVault(x)"}, {}, "HOOK_OLD is still the"),
    ],
)
def test_a_webhook_that_is_not_set_up_is_refused_with_what_to_do(
    network, service, values, changed, sentence
):
    webhook = Webhook(network.out(), Secrets(values), render, lambda: NOW)

    with pytest.raises(NotAllowed, match=sentence) as problem:
        webhook.deliver(hook(**changed))

    assert service.log == []
    assert problem.value.reason == "not_allowed"


def test_the_verifying_lines_of_the_page_accept_what_is_sent(network, secrets, service):
    """The snippet is taken out of `docs/channels.md` as it stands there."""
    service.add("POST", "/hook", lambda _: Answer())
    Webhook(network.out(), secrets, render, lambda: NOW).deliver(hook())
    [request] = service.log
    page = Path(__file__).resolve().parents[3] / "docs" / "channels.md"
    names: dict[str, object] = {}
    snippet = page.read_text().split("```python\n")[1].split("```")[0]
    exec(compile(snippet, "docs/channels.md", "exec"), names)  # noqa: S102
    from_driftgate = names["from_driftgate"]

    key, now = SECRETS["HOOK"], NOW.timestamp()
    assert from_driftgate(request.headers, request.body, key, now)
    assert not from_driftgate(request.headers, request.body + b" ", key, now)
    assert not from_driftgate(request.headers, request.body, "another key of some length", now)
    assert not from_driftgate(request.headers, request.body, key, now + 3600)


@pytest.mark.parametrize(("over", "level"), [(False, logging.ERROR), (True, logging.INFO)])
def test_the_log_is_one_printable_line_at_the_level_of_its_severity(caplog, over, level):
    caplog.set_level(logging.INFO, "driftgate.notices")

    assert Log(render).deliver(sending(ChannelKind.LOG, over=over)) == {}

    [record] = caplog.records
    assert record.levelno == level
    assert record.getMessage() == "ops: Drift in income | second line [31m"


def test_a_channel_that_nobody_set_up_says_what_to_set():
    with pytest.raises(NotAllowed, match=r"told over email, which is not set up; set A or B\."):
        NotSetUp("A or B").deliver(sending(ChannelKind.EMAIL))
