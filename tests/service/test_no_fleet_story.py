"""The fleet's file is gone while people were told of what fires: nothing is forgotten for that."""

from datetime import timedelta

import pytest

from shared.domain.event import Check
from tests.service.telling import Told
from tests.service.test_alerts_story import (
    FLEET,
    IDLE,
    MINUTE,
    SCOPE,
    SECOND,
    later,
    made,
    state,
)


@pytest.fixture
def told(scene, completed):
    """The team was told that a deployment is idle."""
    scene.policy("model: loan-default\nendpoint: loan-endpoint\n")
    scene.write("policies/fleet.yaml", FLEET)
    scene.endpoint("{blue: 100}", IDLE)
    scene.send(completed("blue", at=scene.clock.now - timedelta(days=30)))
    scene.send(completed("green"))
    later(scene, 30 * MINUTE)
    later(scene, 30 * SECOND)
    assert made(scene) == [("team", "first", ["no_traffic"])]
    return scene


def look(scene, wait):
    later(scene, wait)
    scene.application.service.fan_out(Check.ALERTS)
    scene.drain()


def gone(scene):
    (scene.home / "policies/fleet.yaml").unlink()
    look(scene, MINUTE)


def test_what_was_told_is_not_told_again_when_the_file_is_back(told):
    gone(told)
    [finding] = [one for one in told.last(SCOPE)["findings"] if one["verdict"] == "error"]
    assert finding["reason"] == "fleet_invalid"
    assert finding["sentence"].startswith("There is no fleet.yaml any more; put it back")
    later(told, 30 * SECOND)
    assert made(told)[1:] == [("log", "first", ["no_traffic"])]

    told.write("policies/fleet.yaml", FLEET)
    look(told, 5 * MINUTE)
    assert [one for one in made(told) if one[0] == "team"] == [("team", "first", ["no_traffic"])]
    assert [group.receiver for group in state(told).scope.groups.values()] == ["team"]


def test_an_end_while_there_is_no_file_is_told_when_it_is_back(told):
    gone(told)
    told.endpoint("{blue: 0, green: 100}", IDLE)
    look(told, 40 * MINUTE)
    assert not [one for one in made(told)[1:] if one[0] == "team"]

    told.write("policies/fleet.yaml", FLEET)
    look(told, MINUTE)
    later(told, 30 * SECOND)
    assert [one for one in made(told) if one[0] == "team"][1:] == [
        ("team", "all_resolved", ["no_traffic"])
    ]


def test_an_alert_that_began_while_there_was_no_file_is_told_when_it_is_back(told, completed):
    gone(told)
    told.endpoint("{blue: 100}", IDLE.replace("}}", '}, red: {model: "loan-default:9"}}'))
    told.send(completed("red"))
    look(told, 40 * MINUTE)
    assert not [one for one in made(told)[1:] if one[0] == "team"]

    told.write("policies/fleet.yaml", FLEET)
    look(told, MINUTE)
    look(told, 10 * MINUTE)
    [news] = [one for one in made(told) if one[0] == "team"][1:]
    assert news == ("team", "new_alerts", ["no_traffic", "no_traffic"])


def test_a_fleets_file_that_names_nobody_lets_all_go(told):
    gone(told)
    told.write("policies/fleet.yaml", "receivers: []\n")
    look(told, MINUTE)

    assert state(told).scope.groups == {}


def test_a_receiver_waits_for_the_file_and_forgets_nothing(tmp_path):
    told = Told(tmp_path)
    told.make("a")
    (tmp_path / "policies/fleet.yaml").unlink()
    told.clock.advance(MINUTE)
    told.make("a", number=2, resolved=True)
    told.make("b")
    assert (told.found(), len(told.teams.sent)) == (["waits_fleet_unread"], 1)

    told.fleet("receivers:\n  - {name: team, channel: teams, secret: TEAM}\n")
    told.clock.advance(6 * MINUTE)
    told.drain()
    sent = [(one.notice.group, one.notice.reason.value) for one in told.teams.sent]
    assert sent == [("a", "first"), ("a", "all_resolved")]
    assert told.teams.sent[1].reference == {"ts": "1"}


def test_an_order_on_its_way_is_tried_again_and_not_put_aside(tmp_path):
    told = Told(tmp_path)
    body = told.ordered("a")
    (tmp_path / "policies/fleet.yaml").unlink()
    told.application.deliver(body)
    told.drain()

    assert told.found() == ["undelivered", "waits_tried_again"]
    assert told.application.queue.peek("undelivered") == []
    assert list(told.receiver()["waiting"]) == ["a"]


def test_without_a_file_and_without_a_memory_nobody_is_told(tmp_path):
    told = Told(tmp_path)
    (tmp_path / "policies/fleet.yaml").unlink()
    told.application.service.fan_out(Check.ALERTS)
    told.drain()

    assert told.application.ledger.subjects() == []
