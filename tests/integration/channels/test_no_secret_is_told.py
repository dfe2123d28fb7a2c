"""Whatever goes wrong, no sentence, traceback, log line or file has a secret in it."""

import json
import logging
import traceback
from base64 import b64encode
from urllib.parse import quote, unquote

import pytest

from shared.adapters.channels.connect import connect_channels
from shared.adapters.channels.hidden import Hidden
from shared.adapters.channels.pagerduty import PagerDuty
from shared.adapters.channels.secrets import Secrets
from shared.adapters.channels.slack import Slack
from shared.adapters.channels.teams import Teams
from shared.adapters.channels.webhook import Webhook
from shared.channel_settings import ChannelSettings
from shared.domain.notices import NoticeReason
from shared.domain.policy import ChannelKind
from shared.errors import DriftgateError
from tests.integration.channels.world import (
    NOW,
    OURS,
    QUICK,
    SECRETS,
    Network,
    badly_behaved,
    read_request,
    render,
    sending,
)
from tests.integration.channels.world import PARTS as SECRET_PARTS
from tests.integration.loopback.server import Answer

PARTS = {*SECRET_PARTS, "addresskey", "pathpath"}
BY_BOT = {"secret": "bot", "room": "C1"}
SENDINGS = [
    sending(ChannelKind.TEAMS),
    sending(ChannelKind.SLACK),
    sending(ChannelKind.SLACK, **BY_BOT),
    sending(
        ChannelKind.SLACK,
        reason=NoticeReason.WORSE,
        reference={"room": "C1", "channel": "C1", "ts": "1"},
        **BY_BOT,
    ),
    sending(ChannelKind.PAGERDUTY),
    sending(ChannelKind.WEBHOOK, address=f"https://{OURS}/pathpath?key=addresskey"),
]
NAMES = ["teams", "slack", "bot", "bot's change", "pagerduty", "webhook"]


def channel(network, kind, **changed):
    out, secrets = network.out(**changed), Secrets(SECRETS)
    return {
        ChannelKind.TEAMS: lambda: Teams(out, secrets, render),
        ChannelKind.SLACK: lambda: Slack(out, secrets, render),
        ChannelKind.PAGERDUTY: lambda: PagerDuty(out, secrets, render),
        ChannelKind.WEBHOOK: lambda: Webhook(out, secrets, render, lambda: NOW),
    }[kind]()


def told(problem, caplog):
    """Everything that anybody could write down about it."""
    return "".join(traceback.format_exception(problem)) + repr(problem) + caplog.text


def refused(network, one, caplog, **changed):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(DriftgateError) as problem:
        channel(network, one.receiver.channel, **changed).deliver(one)
    return told(problem.value, caplog)


@pytest.mark.parametrize("status", [302, 400, 401, 404, 413, 429, 500])
@pytest.mark.parametrize("one", SENDINGS, ids=NAMES)
def test_a_service_that_repeats_all_it_was_sent_is_not_quoted(
    network, service, caplog, one, status
):
    def echo(request):
        said = f"{request.path} {request.query} {request.headers} {request.body!r} "
        address = f"https://{request.headers['host']}{request.path}"
        return Answer(status=status, body=(address + said).encode(), headers={"Location": address})

    service.add("POST", "/{path:path}", echo)

    everything = refused(network, one, caplog)

    assert len(service.log) == 1
    assert not [part for part in PARTS if part in everything]


@pytest.mark.parametrize("one", SENDINGS, ids=NAMES)
def test_a_way_that_breaks_is_not_told_with_its_address(known_certificates, caplog, one):
    with badly_behaved(known_certificates, lambda secure, _: read_request(secure)) as port:
        network = Network(port=port, authority=known_certificates)
        everything = refused(network, one, caplog, limits=QUICK)

    assert not [part for part in PARTS if part in everything]


@pytest.mark.parametrize("address", ["http://{}", "https://{}@hooks.slack.com/x", "https://{}/x"])
def test_a_secret_that_is_no_address_is_not_quoted(network, caplog, address):
    secret = address.format("wordwordword")
    with pytest.raises(DriftgateError) as problem:
        Teams(network.out(), Secrets({"TEAMS": secret}), render).deliver(sending(ChannelKind.TEAMS))

    assert "wordwordword/" not in told(problem.value, caplog)
    assert "wordwordword@" not in told(problem.value, caplog)


def test_what_holds_secrets_does_not_show_them():
    settings = ChannelSettings(real=True, secrets=SECRETS)
    channels = connect_channels(settings, render, lambda: NOW)
    secrets = Secrets(SECRETS)
    shown = repr([settings, secrets, secrets.hidden(), channels])

    assert not [part for part in PARTS if part in shown]
    assert repr(secrets) == "Secrets(BOT, HOOK, PAGER, SLACK, TEAMS)"


@pytest.mark.parametrize(
    "written",
    [
        str,
        quote,
        lambda secret: quote(secret, safe=""),
        unquote,
        lambda secret: b64encode(secret.encode()).decode(),
        lambda secret: json.dumps({"a": secret}),
        lambda secret: f"<{secret}>, {secret}",
    ],
    ids=["plain", "quoted", "all quoted", "unquoted", "base64", "json", "twice"],
)
@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_is_hidden_however_it_is_written(name, written):
    secret = SECRETS[name]
    hidden = Hidden([secret]).out_of(f"before {written(secret)} after")

    assert hidden.startswith("before ")
    assert hidden.rstrip('}"').endswith("after")
    assert secret not in hidden
    assert written(secret).strip("=") not in hidden


def test_words_that_are_too_short_to_be_secret_stay():
    assert Hidden(["abc", ""]).out_of("abc is a word") == "abc is a word"


def test_signs_that_nobody_sees_do_not_take_a_secret_apart():
    said = Hidden(["s3cr3t-t0ken"]).first_words("no s3cr3t\u200b-t0\u202eken".encode())

    assert said == "no ***"
