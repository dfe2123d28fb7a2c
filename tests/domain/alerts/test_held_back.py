"""What holds an alert back, what is told all the same, and what is told when that ends."""

from datetime import timedelta

import pytest

from shared.domain.policy import AlertsOf, Hours, Inhibition, Route
from tests.domain.alerts.script import HOUR, SCOPE, Script, alert, fleet, policy, receiver

DRIFT, ERRORS = alert("drift"), alert("errors")
DOWN = alert("no_traffic", "critical")


def test_a_silenced_alert_is_told_when_the_silence_ends():
    script = Script()
    script.silenced(10, kind="drift")
    script.raised(DRIFT)
    script.at(599)
    assert script.told() == []
    assert "held" in script.reasons("silence")

    script.at(700)
    assert script.told() == [(600, "silence_ended", "drift")]
    assert script.reasons("silence") == ["released"]


def test_repeats_rest_during_a_silence_and_it_is_told_again_after():
    script = Script()
    script.raised(DRIFT)
    script.at(60).silenced(600, kind="drift")
    script.at(60 + 600 * 60)

    assert script.told() == [(30, "first", "drift"), (36060, "silence_ended", "drift")]


def test_the_end_of_a_silenced_alert_is_told_to_who_was_told_of_it():
    script = Script()
    script.raised(DRIFT)
    script.at(60).silenced(60, kind="drift")
    script.at(100).ended(DRIFT)
    script.at(200)

    assert script.told() == [(30, "first", "drift"), (130, "all_resolved", "-drift")]


def test_an_alert_that_ends_while_silenced_is_never_told():
    script = Script()
    script.silenced(60, kind="drift")
    script.raised(DRIFT)
    script.at(600).ended(DRIFT)
    script.at(7200 * 2)

    assert script.told() == []
    assert script.state.scope.lives == {}


def test_a_told_alert_that_is_silenced_is_not_taken_as_over_with_the_others():
    script = Script()
    script.raised(DRIFT, ERRORS)
    script.at(60).silenced(60, kind="drift")
    script.at(100).ended(ERRORS)
    script.at(200)

    [_, (_, notice)] = script.notices
    assert notice.reason.value == "some_resolved"
    assert not notice.resolved
    assert notice.held == 1


def test_a_silence_until_resolved_ends_with_the_alert():
    script = Script()
    script.silenced(24 * 60, until_resolved=True, kind="drift")
    script.raised(DRIFT)
    script.at(3600).ended(DRIFT)
    script.at(3 * 3600)
    assert script.state.scope.lives != {}
    script.raised(DRIFT)
    script.at(4 * 3600).ended(DRIFT)
    script.at(48 * 3600)

    assert script.told() == [(10830, "first", "drift"), (14430, "all_resolved", "-drift")]
    assert script.state.scope.lives == {}


def test_a_silence_that_is_taken_back_lets_the_alert_go_at_the_next_look():
    script = Script()
    script.silenced(600, kind="drift")
    script.raised(DRIFT)
    script.at(60)
    script.silences.clear()
    script.look()

    assert script.told() == [(60, "silence_ended", "drift")]


def test_what_a_route_mutes_at_night_is_told_in_the_morning():
    night = Hours(hours="12:00-14:00")
    script = Script(fleet=fleet(Route(to=["team"], mute=["night"]), hours={"night": night}))
    script.raised(DRIFT)
    script.at(3 * 3600)

    assert script.told() == [(7200, "silence_ended", "drift")]


def test_what_was_told_before_the_night_is_not_told_again_in_the_morning_but_when_it_is_due():
    night = Hours(hours="13:00-14:00")
    route = Route(to=["team"], mute=["night"], repeat=timedelta(minutes=100))
    script = Script(fleet=fleet(route, hours={"night": night}))
    script.raised(DRIFT)
    script.at(5000).look()
    script.at(3 * 3600)

    assert script.told() == [(30, "first", "drift"), (7200, "repeat", "drift")]


def test_an_inhibited_alert_is_told_when_what_it_follows_from_is_over():
    rule = Inhibition(
        source=AlertsOf(kind=["no_traffic"]), target=AlertsOf(kind=["drift"]), equal=[]
    )
    script = Script(fleet=fleet(inhibit=[rule]))
    script.raised(DRIFT)
    script.at(10).raised(DOWN)
    script.at(60)
    assert script.told() == [(30, "first", "no_traffic")]

    script.at(100).ended(DOWN)
    script.at(200)
    assert script.told() == [(130, "new_alerts", "drift -no_traffic")]


def test_an_alert_that_somebody_has_taken_on_is_not_repeated_until_that_ends():
    script = Script()
    script.raised(DRIFT)
    script.at(60).acknowledged(DRIFT, hours=10)
    script.at(12 * 3600)

    assert script.told() == [
        (30, "first", "drift"),
        (60, "acknowledged", "drift"),
        (36060, "acknowledgement_ended", "drift"),
    ]
    assert "given" in script.reasons("acknowledgement")


def test_an_alert_that_somebody_has_in_hand_is_told_when_it_grows_worse():
    script = Script()
    script.raised(DRIFT)
    script.at(60).acknowledged(DRIFT)
    script.at(100).raised(alert("drift", "critical"))
    script.at(200).given_back(DRIFT)

    assert script.told() == [
        (30, "first", "drift"),
        (60, "acknowledged", "drift"),
        (130, "worse", "drift"),
        (200, "acknowledgement_ended", "drift"),
    ]


def test_what_is_taken_on_before_anybody_was_told_waits_and_rings_nobody():
    script = Script()
    script.raised(DRIFT)
    script.at(10).acknowledged(DRIFT)
    assert script.told() == []
    script.at(35)
    [(_, notice)] = script.notices
    assert (notice.alerts[0].owner, notice.alerts[0].new) == ("anna", True)
    assert script.told() == [(30, "acknowledged", "drift")]

    script.raised(ERRORS)
    script.acknowledged(ERRORS)
    script.at(300)
    assert script.told() == []
    script.at(330)
    assert script.told() == [(330, "acknowledged", "errors drift")]


def test_what_one_has_and_another_nobody_has_rings():
    script = Script()
    script.raised(DRIFT, ERRORS)
    script.acknowledged(DRIFT)
    script.at(35)

    assert script.told()[0][1] == "first"


def test_the_owner_is_named_and_another_can_take_over():
    script = Script()
    script.raised(DRIFT)
    script.acknowledged(DRIFT)
    script.at(60).acknowledged(DRIFT, author="ben")

    owners = [notice.alerts[0].owner for _, notice in script.notices]
    assert owners == ["anna", "ben"]
    assert script.told() == [
        (30, "acknowledged", "drift"),
        (60, "acknowledged", "drift"),
    ]


def test_one_that_comes_and_goes_is_told_once_as_that_and_again_when_it_is_calm():
    script = Script(policy=policy(changes=4))
    for start in range(0, 1200, 200):
        script.at(start).raised(DRIFT)
        script.at(start + 100).ended(DRIFT)
    script.at(1200).raised(DRIFT)
    script.at(5000)

    told = script.told()
    assert told[:4] == [
        (30, "first", "drift"),
        (130, "all_resolved", "-drift"),
        (230, "first", "drift"),
        (330, "all_resolved", "-drift"),
    ]
    assert told[4:] == [(430, "flapping", "drift"), (3030, "calm", "drift")]
    assert script.reasons("flapping") == ["flapping", "calm"]


def test_a_told_alert_that_begins_to_flap_is_told_as_that_and_its_end_when_it_is_calm():
    script = Script(policy=policy(changes=2))
    script.raised(DRIFT)
    script.at(100).ended(DRIFT)
    script.at(105).raised(DRIFT)
    script.at(300).acknowledged(DRIFT)
    script.at(400).ended(DRIFT)
    script.at(3000)

    assert script.told() == [
        (30, "first", "drift"),
        (130, "flapping", "drift"),
        (300, "acknowledged", "drift"),
        (2230, "all_resolved", "-drift"),
    ]


def test_blips_that_are_each_too_short_to_tell_are_told_as_flapping():
    script = Script(policy=policy(changes=4))
    for start in range(0, 300, 100):
        script.at(start).raised(DRIFT)
        script.at(start + 5).ended(DRIFT)
    script.at(400)

    [(_, notice)] = script.notices
    assert notice.alerts[0].flapping
    assert notice.firing
    assert script.told() == [(230, "flapping", "drift")]


def test_a_policy_that_counts_no_changes_takes_nothing_as_flapping():
    script = Script(policy=policy(changes=0))
    for start in range(0, 800, 200):
        script.at(start).raised(DRIFT)
        script.at(start + 100).ended(DRIFT)
    script.at(5000)

    assert [one[1] for one in script.told()] == ["first", "all_resolved"] * 4
    assert script.state.scope.lives == {}


@pytest.mark.parametrize("resolved", [True, False])
def test_a_receiver_that_asks_gets_the_group_as_it_is_now(resolved):
    script = Script(fleet=fleet(receivers=[receiver(resolved=resolved)]))
    script.raised(DRIFT)
    [key] = script.state.scope.groups
    script.look(group=key, receiver="team")
    script.at(100).raised(ERRORS)
    script.look(group=key, receiver="team")
    script.look(group=key, receiver="team")
    assert script.told() == [
        (0, "first", "drift"),
        (100, "new_alerts", "errors drift"),
        (100, "repeat", "drift errors"),
    ]

    script.ended(DRIFT, ERRORS)
    [(_, outcome)] = [script.decisions[-1]]
    script.look(group=key, receiver="team")
    assert [one[1] for one in script.told()] == ["all_resolved"]
    script.look(group=key, receiver="team")
    [(_, notice)] = script.notices
    assert notice.resolved
    assert (notice.group, notice.receiver, notice.scope) == (key, "team", SCOPE[7:])
    assert outcome.findings


def test_a_receiver_that_asks_for_what_somebody_took_on_hears_who_has_it():
    script = Script()
    script.raised(DRIFT)
    script.at(40).acknowledged(DRIFT)
    [key] = script.state.scope.groups
    script.look(group=key, receiver="team")

    assert [one[1] for one in script.told()] == ["first", "acknowledged", "acknowledged"]


def test_a_receiver_that_asks_for_what_is_held_back_hears_of_nothing():
    script = Script()
    script.silenced(60, kind="drift")
    script.raised(DRIFT)
    [key] = script.state.scope.groups
    script.look(group=key, receiver="team")

    [(_, notice)] = script.notices
    assert notice.resolved
    assert (notice.alerts, notice.held) == ((), 1)
    script.told()
    script.at(3700)
    assert script.told() == [(3600, "silence_ended", "drift")]


def test_a_look_that_finds_the_same_says_so_in_one_finding():
    script = Script()
    script.raised(DRIFT)
    script.at(60).reasons()
    script.now += HOUR
    script.look()

    assert script.reasons() == ["nothing_new"]
