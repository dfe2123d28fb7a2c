"""What goes wrong on the way to people on Azure: channels that fail, instances that die or race."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.bootstrap import build
from shared.domain.event import EventType
from shared.service.delivering import deliver
from tests.integration.loopback.server import Answer
from tests.integration.story.people import HOOK, WORKFLOW

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
AWAY, GONE = Answer(status=500, body=b"later"), Answer(status=410, body=b"no more")
TYPE = f"io.driftgate.{EventType.NOTICE_MADE.value}"


def test_one_true_notice_comes_when_a_channel_is_back_and_one_that_is_gone_is_told_of(told):
    """Each notice that can never be delivered is kept, and whoever is left hears of the channel."""
    told.fleet("team", "hook")
    told.people.outside.fail_next("POST", WORKFLOW, AWAY, AWAY)
    told.people.outside.add("POST", HOOK, lambda _: GONE)

    told.incident()
    for _ in range(4):
        told.later(minutes=1)

    cards = told.people.cards()[2:]
    titles = [json.loads(card)["attachments"][0]["content"]["fallbackText"] for card in cards]
    assert titles == [
        "Critical: deployment blue of loan-endpoint succeeded 30 min ago and receives 0 % of the"
        " traffic",
        "Critical: hook cannot be told over webhook: its address is gone",
    ]
    assert ["This is the first message about it." in card for card in cards] == [True, True]
    assert "put it into the setting DRIFTGATE_SECRET_HOOK" in cards[1]
    assert len(told.left("undelivered")) == 1
    assert len(told.people.hooks()) == 1


class Died(BaseException):
    """The process ends; nothing that would come after it is done."""


def test_who_dies_between_the_post_and_its_word_has_people_told_again_under_the_same_name(told):
    """At least once: the other side can drop what comes twice."""
    told.fleet("hook")
    application = told.story.application

    def dies(_):
        raise Died

    def deliver_and_die(body):
        deliver(
            body,
            adapters=application.adapters,
            settings=application.settings,
            say=dies,
            now=told.story.clock(),
        )

    told.incident()
    told.story.clock.advance(timedelta(seconds=30))
    with suppress(Died):
        application.worker({"alerts/webhook": deliver_and_die}).drain()
    application.adapters.receiver.close()
    assert (len(told.people.hooks()), told.receiver("hook")["references"]) == (1, {})

    told.later(minutes=1)

    first, again = told.people.hooks()
    assert first.headers["driftgate-delivery"] == again.headers["driftgate-delivery"]
    watch = told.receiver("hook")
    assert (len(watch["references"]), watch["flying"], watch["breaker"]["failures"]) == (1, {}, 0)


class Meanwhile:
    """Evidence that is kept; before the first of it, something else happens."""

    def __init__(self, kept, happens):
        self._kept = kept
        self._happens = happens

    def put(self, content):
        happens, self._happens = self._happens, None
        if happens is not None:
            happens()
        return self._kept.put(content)

    def __getattr__(self, name):
        return getattr(self._kept, name)


def test_two_instances_that_decide_the_same_at_once_have_people_told_once(told):
    """The second finds the state changed when it commits, and then its event decided."""
    told.fleet("hook")
    story = told.story
    given = []

    def race(body):
        if body["type"] != TYPE:
            story.application.service.handle(body)
            return
        other = build(
            story.application.settings,
            clock=story.clock,
            around=lambda adapters: replace(
                story.around(adapters),
                evidence=Meanwhile(
                    adapters.evidence,
                    lambda: given.append(story.application.service.handle(body)),
                ),
            ),
        )
        given.append(other.service.handle(body))
        other.adapters.close()

    told.incident()
    story.clock.advance(timedelta(seconds=30))
    story.application.worker({"checks": race}).drain()

    assert [decision is None for decision in given] == [False, True]
    assert len(told.people.hooks()) == 1
    decided = told.ledger.decisions("receiver/hook")
    assert [one["event"]["type"] for one in decided].count(TYPE) == 1
