"""An intent goes the one way: kept, queued, decided, listed, and over when it ends."""

import json
from datetime import timedelta

import pytest

from shared.domain.event import Check
from shared.errors import InvalidData, InvalidPolicy, NotFound
from shared.service.people.intents import declare, intents, withdraw
from shared.service.service import Receipt

IDLE = '{blue: {model: "loan-default:7"}, green: {model: "loan-default:8"}}'
AUDITORS = {"author": "anna", "reason": "waits for the auditors", "deployment": "green"}


def say(scene, until="3d", **words):
    return declare(
        scene.application.service,
        "loan-endpoint",
        until=until,
        now=scene.clock.now,
        via="test",
        **{**AUDITORS, **words},
    )


def take_back(scene, intent, endpoint="loan-endpoint"):
    return withdraw(
        scene.application.service,
        scene.application.ledger,
        endpoint,
        intent,
        author="ben",
        reason="they came",
        now=scene.clock.now,
        via="test",
    )


def listed(scene, endpoint=None):
    application = scene.application
    found = intents(application.ledger, application.policies, scene.clock.now, endpoint)
    return [(one["id"], one["standing"]) for one in found]


@pytest.fixture
def idle(scene, completed):
    """Green was made and has no traffic; its grace is over and somebody was told."""
    scene.endpoint("{blue: 100}", IDLE)
    scene.send(completed("blue", at=scene.clock.now - timedelta(days=30)))
    scene.send(completed("green"))
    scene.clock.advance(timedelta(minutes=30))
    scene.drain()
    assert scene.told() == [("PostAlert", "no_traffic")]
    return scene


def test_a_standby_ends_the_alert_and_its_own_end_brings_it_back_with_no_timer_at_all(idle):
    said = say(idle)
    idle.drain()

    assert idle.notices[-1]["data"]["reason"] == (
        "deployment green of loan-endpoint stands by: anna says until 2026-02-06 12:30 UTC: waits "
        "for the auditors"
    )
    assert listed(idle) == [(said["id"], "in force")]

    idle.clock.advance(timedelta(days=3))
    idle.drain()
    assert idle.told()[-1] == ("PostAlert", "no_traffic")
    assert listed(idle) == [(said["id"], "over")]


def test_it_is_archived_as_it_was_said_and_by_which_way_it_came(idle):
    said = say(idle)

    kept = next(iter(idle.application.archive.list(limit=1)))
    assert (kept.via, kept.refusal) == ("test", None)
    assert json.loads(kept.body)["data"]["intent"] == said["id"]
    assert kept.event == json.loads(kept.body)


def test_taken_back_it_counts_no_more_and_is_listed_with_who_and_why(idle):
    said = say(idle)
    idle.drain()
    idle.clock.advance(timedelta(hours=1))
    taken = take_back(idle, said["id"])
    idle.drain()

    assert taken["standing"] == "in force", "what was taken back, as it was"
    assert idle.told()[-1] == ("PostAlert", "no_traffic")
    [one] = intents(idle.application.ledger, idle.application.policies, idle.clock.now)
    assert (one["standing"], one["withdrawn_by"], one["withdrawn_because"]) == (
        "withdrawn",
        "ben",
        "they came",
    )


def test_what_is_not_known_or_over_cannot_be_taken_back(idle):
    said = say(idle)
    idle.drain()
    with pytest.raises(NotFound, match=rf"has no intent abc; known are: {said['id']}\."):
        take_back(idle, "abc")
    with pytest.raises(NotFound, match=r"elsewhere has no intent abc; known are: none\."):
        take_back(idle, "abc", "elsewhere")
    with pytest.raises(InvalidData, match=r"^policy/green is the policy's; change it in the"):
        take_back(idle, "policy/green")
    idle.clock.advance(timedelta(days=3))
    with pytest.raises(InvalidData, match=r"is over already; there is nothing to take back\.$"):
        take_back(idle, said["id"])


def test_what_is_to_come_is_listed_as_that_and_the_latest_end_first(idle):
    standby = say(idle)
    plan = say(
        idle,
        "4d",
        since="2d",
        deployment=None,
        traffic={"green": 10.0, "blue": 90.0},
        reason="canary",
    )
    idle.drain()

    assert listed(idle) == [(plan["id"], "to come"), (standby["id"], "in force")]


def test_what_the_policy_says_is_listed_with_what_people_say(scene):
    scene.policy(
        "model: loan-default\nendpoint: loan-endpoint\n"
        "routing: {standby: [{deployment: green, reason: fallback, until: 2026-12-24T18:00Z}]}\n"
    )

    assert listed(scene) == [("policy/green", "in force")]
    assert listed(scene, "loan-endpoint") == [("policy/green", "in force")]
    assert listed(scene, "elsewhere") == []


def test_what_cannot_be_meant_is_said_at_once_and_nothing_is_kept(scene):
    with pytest.raises(InvalidData, match=r"^until is more than 90 days away"):
        say(scene, "91d")

    assert list(scene.application.archive.list()) == []
    assert scene.application.queue.peek("checks") == []


def test_without_its_event_an_intent_is_unknown_and_the_timer_changes_nothing_about_that(idle):
    """There is no twin for what somebody means: it is in nobody's world but theirs."""
    idle.application.service.fan_out(Check.RECONCILE)
    idle.drain()

    assert listed(idle) == []
    assert idle.told() == [("PostAlert", "no_traffic")]


def test_a_policy_that_cannot_be_read_says_nothing_and_hides_nothing_that_people_say(idle):
    class Broken:
        def all(self):
            return []

        def for_endpoint(self, endpoint):
            raise InvalidPolicy(f"The policy of {endpoint} is wrong.")

    said = say(idle)
    idle.drain()

    found = intents(idle.application.ledger, Broken(), idle.clock.now)
    assert [one["id"] for one in found] == [said["id"]]


def test_what_the_intake_refuses_nobody_takes_for_said(scene):
    class Strict:
        def say(self, event, *, via):
            return Receipt(key=via, event=event, refusal="Not today.", duplicate=False)

    with pytest.raises(InvalidData, match=r"^Not today\.$"):
        declare(Strict(), "ep", until="1d", now=scene.clock.now, via="test", **AUDITORS)
