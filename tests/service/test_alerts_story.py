"""Events come in, a scope gathers what became of them, and receivers are told in notices."""

from datetime import timedelta

import pytest

from shared.domain.canonical import to_plain
from shared.domain.event import Check, EventType, check_due
from shared.domain.notices import Matcher, Silence
from shared.domain.state import AlertStatus, SubjectState
from shared.service.codec import decode

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
IDLE = '{blue: {model: "loan-default:7"}, green: {model: "loan-default:8"}}'
SCOPE, ENDPOINT = "alerts/loan-default", "endpoint/loan-endpoint"
FLEET = """
receivers:
  - {name: team, channel: log}
  - {name: pager, channel: log, resolved: false}
routes:
  - {to: [pager], kind: [errors], continue: true}
  - {to: [team], group_by: [kind]}
default: team
"""


@pytest.fixture
def fleet():
    """The fleet's file as it is from the beginning."""
    return FLEET


@pytest.fixture
def idle(scene, completed, fleet):
    """A deployment that has had no traffic for just too long; its alert is on its way."""
    scene.policy("model: loan-default\nendpoint: loan-endpoint\n")
    scene.write("policies/fleet.yaml", fleet)
    scene.endpoint("{blue: 100}", IDLE)
    scene.send(completed("blue", at=scene.clock.now - timedelta(days=30)))
    scene.send(completed("green"))
    return scene


def later(scene, wait):
    scene.clock.advance(wait)
    scene.drain()


def made(scene):
    """The notices that receivers were told of, in order, oldest first."""
    ledger = scene.application.ledger
    found = [
        decision["event"]["data"]["notice"]
        for receiver in ("team", "pager", "log")
        for decision in ledger.decisions(f"receiver/{receiver}")
        if decision["event"]["type"].endswith(EventType.NOTICE_MADE.value)
    ]
    found.sort(key=lambda notice: notice["made"])
    return [
        (notice["receiver"], notice["reason"], [alert["kind"] for alert in notice["alerts"]])
        for notice in found
    ]


def state(scene, subject=SCOPE):
    return decode(scene.application.ledger.state(subject).state, SubjectState)


def changed(scene, subject, change):
    """The state of a subject as somebody else's decision leaves it."""
    ledger = scene.application.ledger
    stored = ledger.state(subject)
    ledger.commit(
        subject=subject,
        version=stored.version,
        event_key=f"{subject} {stored.version}",
        now=scene.clock.now,
        decision={},
        state=to_plain(change(decode(stored.state, SubjectState))),
        messages=[],
    )


def test_an_alert_becomes_a_notice_after_its_wait_and_its_end_one_more(idle):
    later(idle, 30 * MINUTE)
    assert state(idle).scope.lives
    assert made(idle) == []
    later(idle, 30 * SECOND)
    assert made(idle) == [("team", "first", ["no_traffic"])]

    idle.endpoint("{blue: 0, green: 100}", IDLE)
    later(idle, 30 * MINUTE)
    later(idle, 30 * SECOND)
    assert made(idle)[1:] == [("team", "all_resolved", ["no_traffic"])]
    later(idle, 3 * 60 * MINUTE)
    assert (state(idle).scope.lives, state(idle).checks) == ({}, {})
    assert idle.application.ledger.reported()[SCOPE] == {}


def test_every_decision_says_why_and_names_the_group(idle):
    later(idle, 30 * MINUTE)
    later(idle, 30 * SECOND)

    decisions = idle.application.ledger.decisions(SCOPE)
    told = [finding for decision in reversed(decisions) for finding in decision["findings"]]
    assert [(one["rule"], one["reason"]) for one in told] == [
        ("route", "routed"),
        ("group", "waits"),
        ("notice", "first"),
        ("notice", "told"),
    ]
    assert len({one["details"]["group"] for one in told}) == 1
    [fingerprint] = state(idle).scope.lives
    assert told[0]["thing"] == told[3]["thing"] == f"alert/{fingerprint}"
    assert (
        "goes to team by the fleet's routes[1], in the group of kind=no_traffic"
        in (told[0]["sentence"])
    )


def test_without_a_fleets_file_no_scope_hears_of_anything(scene, completed):
    scene.endpoint("{blue: 100}", IDLE)
    scene.send(completed("green"))
    later(scene, 30 * MINUTE)

    assert scene.told() == [("PostAlert", "no_traffic")]
    assert [one for one in scene.application.ledger.subjects() if one.startswith("alerts/")] == []


def test_the_timer_makes_up_for_an_end_that_nobody_told(idle):
    later(idle, 30 * MINUTE)
    later(idle, 30 * SECOND)

    def over(before):
        [(name, record)] = before.alerts.items()
        ended = {
            "status": AlertStatus.RESOLVED.value,
            "resolved": to_plain(idle.clock.now),
            "reason": "it was undone",
        }
        plain = {**to_plain(before), "alerts": {name: {**to_plain(record), **ended}}}
        return decode(plain, SubjectState)

    changed(idle, ENDPOINT, over)
    idle.application.service.fan_out(Check.ALERTS)
    idle.drain()
    later(idle, 30 * SECOND)

    assert made(idle)[-1] == ("team", "all_resolved", ["no_traffic"])


def test_a_silence_is_read_from_where_it_is_kept(idle):
    def silenced(before):
        silence = Silence(
            id="3f2a",
            matchers=(Matcher(field="kind", pattern="no_*"),),
            author="anna",
            reason="maintenance",
            since=idle.clock.now,
            until=idle.clock.now + 60 * MINUTE,
        )
        plain = {**to_plain(before), "silences": [to_plain(silence)]}
        return decode(plain, SubjectState)

    changed(idle, "silences/fleet", silenced)
    later(idle, 30 * MINUTE)
    later(idle, 29 * MINUTE)
    assert made(idle) == []
    [group] = state(idle).scope.groups.values()
    assert list(group.held.values()) == ["silence 3f2a"]
    later(idle, MINUTE)
    assert made(idle) == [("team", "silence_ended", ["no_traffic"])]


@pytest.mark.parametrize("content", ["receivers: 7\n", None])
def test_the_last_good_fleet_is_followed_while_its_file_is_wrong_or_gone(idle, content):
    idle.application.policies.problems()
    if content is None:
        (idle.home / "policies/fleet.yaml").unlink()
    else:
        idle.write("policies/fleet.yaml", content)
    later(idle, 30 * MINUTE)
    later(idle, 30 * SECOND)

    assert made(idle) == [("team", "first", ["no_traffic"])]
    assert "fleet.yaml" in " ".join(idle.application.policies.problems())


@pytest.mark.parametrize("fleet", ["receivers: 7\n"])
def test_where_no_fleets_file_was_ever_right_the_log_is_told(idle):
    later(idle, 30 * MINUTE)
    later(idle, 30 * SECOND)
    [finding] = [one for one in idle.last(SCOPE)["findings"] if one["verdict"] == "error"]
    assert finding["reason"] == "fleet_invalid"
    assert "fleet.yaml" in finding["sentence"]
    assert made(idle) == [("log", "first", ["no_traffic"])]

    idle.write("policies/fleet.yaml", FLEET)
    later(idle, 5 * MINUTE)
    idle.application.service.fan_out(Check.ALERTS)
    idle.drain()
    later(idle, 30 * SECOND)
    assert [one for one in made(idle) if one[0] == "team"] == [("team", "first", ["no_traffic"])]
    assert [group.receiver for group in state(idle).scope.groups.values()] == ["team"]


def test_a_subject_whose_state_cannot_be_read_leaves_its_alerts_as_they_are(idle):
    later(idle, 30 * MINUTE)
    later(idle, 30 * SECOND)
    ledger = idle.application.ledger
    ledger.commit(
        subject=ENDPOINT,
        version=ledger.state(ENDPOINT).version,
        event_key="odd",
        now=idle.clock.now,
        decision={},
        state={"alerts": "none"},
        messages=[],
    )
    idle.application.service.handle(
        check_due(Check.ALERTS, SCOPE, idle.clock.now + SECOND).to_cloud_event()
    )

    assert {one["reason"] for one in idle.last(SCOPE)["findings"]} == {"unread"}
    [life] = state(idle).scope.lives.values()
    assert life.ended is None


def test_a_receiver_that_asks_is_answered_with_the_group_as_it_is(idle):
    later(idle, 30 * MINUTE)
    later(idle, 30 * SECOND)
    [key] = state(idle).scope.groups
    later(idle, MINUTE)
    asked = {"group": key, "receiver": "team"}
    idle.application.service.handle(
        check_due(Check.ALERTS, SCOPE, idle.clock.now, asked).to_cloud_event()
    )
    idle.drain()

    assert made(idle)[-1] == ("team", "repeat", ["no_traffic"])
    assert state(idle).scope.groups[key].number == 2
