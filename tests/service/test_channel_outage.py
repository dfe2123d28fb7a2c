"""A channel or store away for an hour: nothing is put aside, and people hear what is true then."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.bootstrap import build
from shared.domain.event import Check
from shared.domain.policy import ChannelKind
from shared.errors import Throttled, TimedOut, Unavailable
from shared.service.dead_letters.letters import find
from shared.service.environment_checks import take_in
from tests.service.telling import FLEET, Noted
from tests.service.test_environment_check_again import HEADERS, QUERY, answer
from tests.service.test_environment_check_again import POLICY as GATED

MINUTE = timedelta(minutes=1)
POLICY = "model: loan-default\nendpoint: loan-endpoint\nrouting: {grace: 5m}\n"
BLUE = "{blue: {model: 'loan-default:7'}}"
AWAY = [Unavailable("No answer."), TimedOut("No answer in time."), Throttled("Busy.", 1800.0)]


@pytest.fixture
def channel(scene):
    """The one channel of the fleet; an endpoint whose traffic is gone."""
    scene.policy(POLICY)
    scene.write("policies/fleet.yaml", FLEET + "default: team\n")
    scene.endpoint("{blue: 100}", BLUE)
    made = Noted()
    scene.application = build(
        scene.application.settings,
        clock=scene.clock,
        around=lambda adapters: replace(adapters, channels={ChannelKind.TEAMS: made}),
    )
    return made


def work(scene):
    scene.application.worker().drain()


def firing(scene):
    """The kinds of alerts of the endpoint that are not over."""
    alerts = scene.application.ledger.state("endpoint/loan-endpoint").state["alerts"].values()
    return {one["alert"]["kind"] for one in alerts if one["status"] == "firing"}


def kinds(sending):
    return {str(one.kind.value) for one in sending.notice.alerts}


def pass_time(scene, minutes):
    for minute in range(minutes):
        scene.clock.advance(MINUTE)
        if minute % 10 == 0:
            scene.application.service.fan_out(Check.ROUTING)
        scene.application.service.fan_out(Check.ALERTS)
        work(scene)


@pytest.mark.parametrize("problem", AWAY)
def test_after_an_hour_without_the_channel_one_notice_tells_how_it_is(scene, channel, problem):
    channel.problem = problem
    scene.endpoint("{}", BLUE)
    pass_time(scene, 60)
    assert channel.sent == []

    channel.problem = None
    pass_time(scene, 40)

    [told] = channel.sent
    assert kinds(told) == firing(scene) >= {"no_traffic"}
    assert find(scene.application.adapters).letters == ()


@pytest.mark.parametrize("problem", AWAY)
def test_of_what_is_over_when_the_channel_is_back_nobody_is_told(scene, channel, problem):
    channel.problem = problem
    scene.endpoint("{}", BLUE)
    pass_time(scene, 30)
    scene.endpoint("{blue: 100}", BLUE)
    pass_time(scene, 30)
    assert "no_traffic" not in firing(scene)

    channel.problem = None
    pass_time(scene, 40)

    assert len(channel.sent) <= 1
    assert all(kinds(told) <= firing(scene) for told in channel.sent)
    assert find(scene.application.adapters).letters == ()


def test_an_order_that_is_not_wanted_any_more_is_done_though_the_archive_is_away(
    scene, channel, monkeypatch
):
    scene.endpoint("{}", BLUE)
    pass_time(scene, 8)
    assert len(channel.sent) == 1
    orders = scene.application.ledger.decisions("receiver/team")
    [order] = [a for one in orders for a in one["actions"] if a["action"] == "Deliver"]

    def away(*_):
        raise Unavailable("No answer.")

    monkeypatch.setattr(type(scene.application.archive), "get", away)
    scene.application.deliver({"data": order})

    assert len(channel.sent) == 1


def test_a_check_waits_while_the_store_of_the_policies_is_away_for_an_hour(
    scene, registered, monkeypatch
):
    scene.policy(GATED)
    scene.model("8", "metrics: {auc: 0.95}\n")
    scene.send(registered("8"))
    app = scene.application
    asked = {name: value for name, value in QUERY.items() if name != "timeout"}
    take_in(HEADERS, asked, adapters=app.adapters, now=scene.clock())

    def away(*_):
        raise Unavailable("The policies do not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(type(app.policies), "for_model", away)
        for _ in range(60):
            scene.clock.advance(MINUTE)
            work(scene)
    assert find(app.adapters).letters == ()

    scene.clock.advance(5 * MINUTE)
    scene.drain()
    scene.clock.advance(5 * MINUTE)
    scene.drain()

    assert answer(scene) == "succeeded"
    assert find(app.adapters).letters == ()
    assert app.queue.peek("environment-checks") == []
