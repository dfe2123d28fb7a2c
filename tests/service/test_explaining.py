"""Why somebody was told or not is read from what was decided, in the order it was decided."""

import json

import pytest

from shared.errors import NotFound
from shared.service import queries
from shared.service.people.acknowledgements import acknowledge
from tests.service.explained import ENDPOINT, FLEET, SCOPE, Night, commit


@pytest.fixture
def night(scene):
    return Night(scene)


def said(explanation):
    return [one.sentence for one in explanation.moments]


def ways(explanation):
    return [(one.rule, one.reason) for one in explanation.moments]


def test_before_the_first_notice_it_says_who_is_told_when(night):
    night.look()
    told = night.explain(night.fingerprint)

    assert told.now == (
        "It is firing since 2026-02-03 11:00 UTC, 1 h by now.",
        "on-call was not told yet; the next notice is due 2026-02-03 12:00:30 UTC.",
        "team was not told yet; the next notice is due 2026-02-03 12:00:30 UTC.",
    )
    assert said(told)[0] == (
        "Raised by the routing check of endpoint/loan-endpoint: Deployment green of loan-endpoint "
        "succeeded 1 h ago and receives 0 % of the traffic."
    )
    assert told.moments[0].figures == "traffic_percent 0, limit 0"
    assert "goes to on-call by the fleet's routes[0]" in said(told)[1]
    assert dict(told.facts)["deployment"] == "green"


def test_who_was_told_is_who_it_reached_and_what_holds_it_is_named(night):
    night.told().pass_time(minutes=1)
    silence = night.silence()
    night.pass_time(minutes=5)
    told = night.explain(night.fingerprint)

    assert told.now[1] == (
        "on-call was told last at 2026-02-03 12:00:31 UTC, by notice 1 of its group; held back now "
        f"(silence {silence}). anna silenced it until 2026-02-03 14:01 UTC: known rollout."
    )
    assert [way for way in ways(told) if way[0] in {"silence", "notice"}] == [
        ("notice", "told"),
        ("notice", "told"),
        ("notice", "sent"),
        ("notice", "delivered"),
        ("notice", "sent"),
        ("notice", "delivered"),
        ("silence", "given"),
        ("silence", "held"),
        ("silence", "held"),
    ]
    assert told.commands[0][1].startswith("driftgate acknowledge ")


def test_it_is_told_why_it_is_over_and_that_people_know_although_it_is_silenced(night):
    night.told()
    night.silence()
    night.pass_time(minutes=5)
    for _ in range(2):
        night.look()
        night.pass_time(minutes=5)
    night.give_traffic()
    told = night.explain(night.fingerprint)

    assert told.now[0] == (
        "It is over since 2026-02-03 12:15:31 UTC because deployment green receives 50 % of the "
        "traffic."
    )
    assert all("2026-02-03 12:20:31 UTC: " in one for one in told.now[1:])
    [between] = [one for one in told.moments if one.reason == "no_traffic"]
    assert (between.repeats, between.sentence[:28]) == (1, "Deployment green of loan-end")
    [over] = [one for one in told.moments if one.reason == "over"]
    assert over.sentence == (
        "Over by the routing check of endpoint/loan-endpoint: Deployment green receives 50 % of "
        "the traffic."
    )
    assert [one.at for one in told.moments] == sorted(one.at for one in told.moments)
    assert told.commands == ()
    assert told.evidence is not None


def test_who_has_it_in_hand_is_why_it_is_not_repeated(night):
    night.told()
    acknowledge(
        night.service,
        night.ledger,
        night.application.policies,
        night.fingerprint,
        author="ben",
        reason="I look at it",
        lasts="4h",
        now=night.now,
        via="test",
    )
    night.scene.drain()
    night.pass_time(minutes=5)
    told = night.explain(night.fingerprint)

    assert told.now[1] == "ben has it in hand until 2026-02-03 16:00:31 UTC: I look at it"
    assert ("acknowledgement", "given") in ways(told)
    assert told.commands[0][0] == "Give it back"
    assert told.commands[0][1].startswith(f"driftgate release {night.fingerprint} ")


def test_without_a_fleet_nobody_is_told_and_it_says_so(scene):
    night = Night(scene, fleet=None)
    night.look()

    told = night.explain(night.fingerprint)

    assert told.now[1].startswith("There is no fleet.yaml, so nobody is told beyond the topic")
    assert ways(told) == [("routing", "raised")]


def test_an_alert_that_goes_nowhere_says_why(scene):
    night = Night(scene, fleet=FLEET.replace("{to: [team]}", "{to: [team], kind: [drift]}"))
    scene.write(
        "policies/fleet.yaml",
        "receivers: [{name: team, channel: log}]\nroutes: [{to: [team], kind: [drift]}]\n",
    )
    night.look()

    assert night.explain(night.fingerprint).now[1] == (
        "no_traffic of endpoint/loan-endpoint goes nowhere: no route brings it to a receiver, and "
        "no default does."
    )


def test_an_event_that_raised_nothing_says_which_rules_were_tried(night):
    night.scene.endpoint("{blue: 100}", '{blue: {model: "loan-default:7"}}')
    night.look()
    [decision] = night.ledger.decisions(ENDPOINT)
    told = night.explain(f"event {decision['event']['id']}")

    assert told.now == (
        "It was decided at 2026-02-03 12:00 UTC: pass, by 2 rules (routing, observed share).",
        "It raised no alert and ended none; what each rule found is below.",
    )
    assert (told.moments[0].reason, told.moments[0].figures) == (
        "has_traffic",
        "traffic_percent 100, limit 0",
    )
    assert said(told)[1].endswith("requests are not logged. This is told and decides nothing.")
    assert night.explain(decision["hash"][:12]).thing == told.thing


def test_an_event_says_how_it_came_in_and_why_it_raised_nothing(night, completed):
    night.scene.send(completed("green"))
    [event] = night.application.archive.list(limit=1)
    told = night.explain(event.event["id"])

    assert said(told)[0] == "It came in by test, was kept in the archive, and queued."
    assert said(told)[2] == (
        "Deployment green of loan-endpoint receives 0 % of the traffic; its grace of 30 min is not "
        "over."
    )
    assert said(told)[-1].startswith("Looks again (routing of endpoint/loan-endpoint) at ")
    assert told.now[1] == "It raised no alert and ended none; what each rule found is below."
    assert night.explain(event.key).moments == told.moments


def test_an_event_that_raised_an_alert_leads_to_it(night):
    night.look()
    decision = night.ledger.decisions(ENDPOINT)[-1]
    told = night.explain(decision["event"]["id"])

    assert told.now[1].startswith("It raised deployment green of loan-endpoint succeeded")
    assert f"Raises the alert {night.fingerprint}: deployment green" in " ".join(said(told))
    assert told.commands == (("Explain the alert", f"driftgate explain {night.fingerprint}"),)


def test_a_payload_that_was_refused_says_why(night):
    night.scene.send(b'{"specversion": "1.0"}')
    [event] = night.application.archive.list(limit=1)
    told = night.explain(event.key[:20])

    assert told.title == "A payload that cannot be read"
    assert told.now == (f"It was refused and decided nothing: {event.refusal}",)
    assert ways(told) == [("intake", "refused")]


def test_an_event_that_still_waits_is_not_decided_yet(night, completed):
    night.service.receive(json.dumps(completed("green")).encode(), via="test")
    [event] = night.application.archive.list(limit=1)

    assert night.explain(event.event["id"]).now == ("It is kept and queued, and not decided yet.",)


def test_a_receiver_a_group_a_notice_and_a_silence_are_told_from_the_same_decisions(night):
    night.told()
    silence = night.silence()
    night.pass_time(minutes=5)
    groups = night.ledger.state(SCOPE).state["scope"]["groups"]
    key = next(key for key, group in groups.items() if group["receiver"] == "on-call")
    group, receiver = night.explain(key), night.explain("receiver/on-call")
    assert night.explain("on-call") == receiver
    [sent] = [one for one in receiver.moments if one.reason == "sent"]
    notice = night.explain(sent.thing.removeprefix("notice/"))
    silenced = night.explain(f"silence {silence[:6]}")

    assert group.title == "The group of endpoint=loan-endpoint of loan-default for on-call"
    assert group.now[0] == (
        "on-call was told last at 2026-02-03 12:00:31 UTC, by notice 1; it tells of 1 alert."
    )
    assert f"({'silence ' + silence})" in group.now[1]
    assert receiver.now == (
        "Its channel works.",
        "It was sent 1 notices in the last 1 h, of 30 that its pace allows, and 0 in the last 5 "
        "min, of 5.",
    )
    assert ways(notice)[-1] == ("notice", "delivered")
    assert dict(notice.facts)["because"] == "first"
    assert silenced.now == (
        "It is in force until 2026-02-03 14:00:31 UTC.",
        f"It holds back 1 alerts now: {night.fingerprint}.",
    )
    assert ways(silenced) == [
        ("silence", "given"),
        ("silence", "held"),
        ("silence", "held"),
    ]
    night.pass_time(hours=3)
    assert night.explain(silence).now[0].startswith("It is over: from 2026-02-03 12:00:31 UTC")


UNKNOWN = {
    "": "Name what is to be explained: an alert's fingerprint",
    "receiver/oncall": "There is no receiver oncall; close to it: on-call.",
    "receiver on-cal": "There is no receiver on-cal; close to it: on-call.",
    "3a": "Write at least 4 signs of an id.",
    "silence deadbeef": "No silence is known of deadbeef; none is known.",
    "loan-endpoint": "close to it: endpoint/loan-endpoint",
    "loan-default:8 metric/auc": "Nothing was decided of loan-default:8; judged are: none.",
    "alert \u202e<b>zzzzzz": "No alert is known of <b>zzzzzz; known are for example",
}


def test_what_is_not_known_says_what_it_could_be(night):
    night.look()
    for text, sentence in UNKNOWN.items():
        with pytest.raises(NotFound) as unknown:
            night.explain(text)

        assert sentence in str(unknown.value)


def test_several_that_begin_alike_are_named(night):
    for number in (5, 82):
        commit(night.ledger, f"silence/abcd{number:04}", subject="silences/fleet")

    with pytest.raises(NotFound) as several:
        night.explain("abcd")

    assert str(several.value) == (
        "abcd could be silence abcd0082, silence abcd0005; write more of it, or its kind before it."
    )
    assert night.explain("abcd0082").now == ("It is over and no longer remembered.",)


def test_the_list_of_alerts_says_who_is_told_and_what_holds_it(night):
    night.told()
    silence = night.silence()
    night.pass_time(minutes=5)
    [alert] = queries.alerts(night.ledger, night.now)

    assert alert["silenced_by"] == [silence]
    assert alert["held"] == {"on-call": f"silence {silence}", "team": f"silence {silence}"}
    assert alert["told"]["team"] == "2026-02-03T12:00:31Z"
    assert (alert["owner"], alert["flapping"]) == (None, False)
