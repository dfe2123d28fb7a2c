"""From a notice that is made to a person who has it, over the embedded queues."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.canonical import canonical_json
from shared.domain.event import Replay
from shared.domain.policy import ChannelKind
from shared.errors import NotFound, Refused, Throttled, Unavailable, Untrusted
from shared.ports import ArchivedEvent
from shared.service.dead_letters.letters import find
from shared.service.dead_letters.resending import resend
from shared.service.delivering import deliver, harmless
from shared.service.messages import UNDELIVERED
from tests.service.telling import FLEET, Told

KEYED = ", secret: KEY"
NEEDED = {
    ChannelKind.TEAMS: KEYED,
    ChannelKind.SLACK: KEYED,
    ChannelKind.PAGERDUTY: KEYED,
    ChannelKind.EMAIL: ", to: [team@example.com]",
    ChannelKind.WEBHOOK: ", secret: KEY, address: 'https://hooks.example.com/a'",
}


@pytest.fixture
def told(tmp_path):
    return Told(tmp_path)


def test_a_notice_reaches_its_channel_and_the_receiver_knows_it(told):
    told.make("a")

    [sending] = told.teams.sent
    assert (sending.notice.title, sending.receiver.name) == ("a has trouble", "team")
    assert told.receiver()["references"] == {"a": {"ts": "1"}}
    assert told.receiver()["flying"] == {}
    assert told.found() == ["delivered"]


def test_each_channel_gets_its_own_notices_alone(tmp_path):
    lines = [
        f"  - {{name: {kind.value}, channel: {kind.value}{NEEDED.get(kind, '')}}}\n"
        for kind in ChannelKind
    ]
    told = Told(tmp_path, "receivers:\n" + "".join(lines))
    for kind in ChannelKind:
        told.make(f"of-{kind.value}", receiver=kind.value)

    sent = {
        kind: [one.notice.group for one in channel.sent] for kind, channel in told.channels.items()
    }
    assert sent == {kind: [f"of-{kind.value}"] for kind in ChannelKind}


def test_what_the_channel_answered_comes_back_to_it_with_the_next_notice(told):
    told.make("a")
    told.clock.now = told.clock.now.replace(minute=30)
    told.make("a", number=2)

    assert told.teams.sent[-1].reference == {"ts": "1"}


@pytest.mark.parametrize(
    ("problem", "reason", "final"),
    [
        (Throttled("Slow down.", 30), "throttled", False),
        (Unavailable("No answer."), "unavailable", False),
        (Refused("The card is too large."), "refused", True),
        (NotFound("The webhook is gone."), "gone", True),
        (Untrusted("The certificate is over."), "certificate", True),
    ],
)
def test_whatever_a_channel_raises_is_said_and_the_message_is_done(told, problem, reason, final):
    told.teams.problem = problem
    told.make("a")

    [decision] = told.application.ledger.decisions("receiver/team", limit=1)
    data = decision["event"]["data"]
    assert (data["reason"], data["final"]) == (reason, final)
    assert data["after"] == (30 if reason == "throttled" else None)
    aside = told.application.queue.peek(UNDELIVERED)
    assert [one.properties["reason"] for one in aside] == ([reason] if final else [])
    assert told.application.queue.dead_letters("alerts/teams") == []


def test_what_was_put_aside_is_whole_and_is_never_due(told):
    told.teams.problem = Refused("The card is too large.")
    told.make("a")

    [aside] = told.application.queue.peek(UNDELIVERED)
    assert aside.body["data"]["notice"]["alerts"][0]["text"] == "12 % of 400 requests failed."
    assert told.application.queue.next_due() > told.clock.now


def test_what_was_put_aside_is_given_to_its_receiver_again_and_told_once(told):
    told.teams.problem = Refused("The card is too large.")
    told.make("a")
    app, told.teams.problem = told.application, None
    [letter] = find(app.adapters).letters
    assert (letter.queue, letter.reason) == (UNDELIVERED, "refused")
    who = {"author": "berta", "reason": "mended", "now": told.clock.now, "via": "test"}

    for _ in range(2):
        list(resend([letter], service=app.service, adapters=app.adapters, **who))
        told.drain()

    assert [one.notice.group for one in told.teams.sent] == ["a"]
    assert find(app.adapters).letters == ()


def test_an_order_that_comes_twice_is_sent_once(told):
    body = told.ordered("a")
    told.drain()
    told.application.deliver(body)

    assert len(told.teams.sent) == 1


def test_what_was_kept_of_an_outcome_is_said_when_its_order_comes_again_too_late(told):
    """Its process died between keeping and queueing it; meanwhile the try counts as lost."""
    body = told.ordered("a")
    parts, said = told.application.adapters, []
    given = {"adapters": parts, "settings": told.application.settings, "now": told.clock()}
    deliver(body, say=said.append, **given)
    [outcome] = said
    kept = replace(outcome, id="delivered-f00d")
    parts.archive.put(
        ArchivedEvent(
            key=kept.key,
            received=told.clock(),
            via="delivery",
            body=canonical_json(kept.to_cloud_event()),
            event=kept.to_cloud_event(),
        )
    )
    said.clear()

    deliver({**body, "data": {**body["data"], "order": "f00d"}}, say=said.append, **given)

    assert [event.id for event in said] == ["delivered-f00d"]
    assert len(told.teams.sent) == 1, "what is not waited for any more is sent to nobody"


def test_an_outcome_that_cannot_be_said_makes_nobody_hear_it_twice(told):
    def deaf(_):
        raise Unavailable("The archive does not answer.")

    app = told.application
    given = {"adapters": app.adapters, "settings": app.settings, "now": told.clock.now}
    deliver(told.ordered("a"), say=deaf, **given)

    assert len(told.teams.sent) == 1
    assert list(told.receiver()["flying"]) == ["a"]


def test_a_fault_of_our_own_puts_the_notice_aside_and_tells_nobody_over_and_over(told, caplog):
    told.teams.problem = KeyError("https://hooks.example.com/s3cret")
    told.make("a")

    [aside] = told.application.queue.peek(UNDELIVERED)
    assert "Driftgate failed to send it (KeyError in telling.py, line" in str(aside.body)
    assert told.application.queue.dead_letters("alerts/teams") == []
    assert told.receiver()["flying"] == {}
    assert "s3cret" not in str(aside.body) + caplog.text


def test_what_is_replayed_is_told_to_nobody(told):
    told.make("a", replay=Replay(name="again"))

    assert told.teams.sent == []


def test_nothing_in_a_replay_begins_a_line_of_the_log(told, caplog):
    caplog.set_level("INFO", logger="driftgate.alerts")

    told.application.deliver({**told.ordered("a"), "replayname": "again\nERROR all is lost"})

    assert "part of the replay again ERROR all is lost, not sent" in caplog.messages[-1]


def test_of_many_at_once_people_get_five_and_a_minute_later_one_digest_of_the_rest(told):
    for number in range(12):
        told.make(f"g{number:02}")
    assert len(told.teams.sent) == 5

    told.clock.now += timedelta(minutes=1)
    told.drain()

    [digest] = told.teams.sent[5:]
    assert digest.notice.title == "7 more alerts of 7 models: 7 errors"
    assert told.receiver()["folded"] is None


def test_a_receiver_that_is_gone_when_its_notice_is_sent_is_said_so(told):
    told.ordered("a")
    told.fleet("receivers: []\n")
    told.drain()

    assert told.teams.sent == []
    assert "receiver_gone" in told.found()


def test_a_channel_that_nothing_here_serves_is_said_so(told):
    del told.channels[ChannelKind.TEAMS]
    told.make("a")

    assert told.found()[0] == "put_aside"


def test_a_template_that_is_missing_does_not_keep_people_from_being_told(told):
    told.fleet(FLEET.replace("secret: TEAM", "secret: TEAM, template: gone.j2"))
    told.make("a")

    assert told.teams.sent[0].template is None


def test_a_fleet_that_cannot_be_read_holds_a_notice_back_until_it_can(told):
    told.fleet("receivers: 7\n")
    told.make("a")
    assert told.teams.sent == []
    assert told.receiver()["waiting"]["a"]["why"] == "fleet_unread"


def test_a_notice_that_cannot_be_read_stops_nothing(told):
    told.make("a", drain=False)
    queue = told.application.queue
    [message] = queue.peek("checks")
    body = {**message.body, "id": "bad", "data": {"notice": {"id": 7}}}
    told.application.service.handle(body)
    assert told.found() == ["unreadable"]

    told.drain()
    assert len(told.teams.sent) == 1


def test_no_sentence_keeps_more_of_an_address_than_its_host():
    said = "POST https://user:pass@hooks.example.com/T0/s3cret?key=1 failed; see http://a.b/c"

    assert harmless(said) == "POST https://hooks.example.com/… failed; see http://a.b/…"
