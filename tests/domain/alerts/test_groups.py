"""When a group is told: after a wait, when something changes, and again while it lasts."""

from shared.domain.policy import Route
from tests.domain.alerts.script import HOUR, MINUTE, SECOND, Script, alert, fleet, receiver

DRIFT, ERRORS, SLOW = alert("drift"), alert("errors"), alert("slow")
DOWN = alert("no_traffic", "critical")


def test_what_comes_within_the_wait_is_one_notice():
    script = Script()
    script.raised(DRIFT)
    script.at(20).raised(ERRORS)
    script.at(300)

    assert script.told() == [(30, "first", "drift errors")]


def test_an_old_alert_waits_for_the_others_all_the_same():
    script = Script(now=Script().now + HOUR)
    script.raised(DRIFT)

    assert script.told() == []
    script.at(3630)
    assert script.told() == [(3630, "first", "drift")]


def test_what_is_over_within_the_wait_is_never_told():
    script = Script()
    script.raised(DRIFT)
    script.at(20).ended(DRIFT)
    script.at(7200)

    assert script.told() == []
    assert "over_untold" in script.reasons()
    assert script.state.scope.groups == {}
    assert script.state.checks == {}


def test_one_more_alert_waits_for_the_interval_and_an_emergency_does_not():
    script = Script()
    script.raised(DRIFT)
    script.at(60).raised(ERRORS)
    script.at(320)
    assert script.told() == [(30, "first", "drift")]
    script.at(330)
    assert script.told() == [(330, "new_alerts", "errors drift")]

    script.at(340).raised(SLOW)
    script.at(345).raised(DOWN)
    script.at(400)
    [(at, reason, kinds)] = script.told()
    assert (at, reason) == (375, "new_alerts")
    assert kinds.split()[:2] == ["no_traffic", "slow"]


def test_a_new_alert_after_a_quiet_time_waits_for_its_company_only():
    script = Script()
    script.raised(DRIFT)
    script.at(3000).raised(ERRORS)
    script.at(3100)

    assert script.told() == [(30, "first", "drift"), (3030, "new_alerts", "errors drift")]


def test_an_alert_that_grew_worse_is_told_at_the_next_wait():
    script = Script()
    script.raised(DRIFT)
    script.at(40).raised(alert("drift", "critical"))
    script.at(100)

    assert script.told() == [(30, "first", "drift"), (70, "worse", "drift")]


def test_a_repeat_comes_exactly_when_the_route_says():
    script = Script(fleet=fleet(Route(to=["team"], repeat=7 * MINUTE)))
    script.raised(DRIFT)
    script.at(30 + 2 * 420 + 5)

    assert script.told() == [
        (30, "first", "drift"),
        (450, "repeat", "drift"),
        (870, "repeat", "drift"),
    ]


def test_a_route_without_wait_tells_at_once_and_one_without_repeat_once():
    script = Script(fleet=fleet(Route(to=["team"], wait=0 * SECOND, repeat=0 * SECOND)))
    script.raised(DRIFT)
    assert script.told() == [(0, "first", "drift")]
    script.at(90000)
    assert script.told() == []


def test_ends_are_told_after_a_wait_and_the_group_is_forgotten():
    script = Script()
    script.raised(DRIFT, ERRORS)
    script.at(600).ended(DRIFT)
    script.at(700).ended(ERRORS)
    script.at(800)

    assert script.told() == [
        (30, "first", "drift errors"),
        (630, "some_resolved", "errors -drift"),
        (730, "all_resolved", "-errors"),
    ]
    assert script.state.scope.groups == {}
    script.at(600 + 7200)
    assert script.state.scope.lives == {}
    assert script.state.checks == {}


def test_an_end_and_a_new_begin_within_the_wait_are_nothing():
    script = Script()
    script.raised(DRIFT)
    script.at(600).ended(DRIFT)
    script.at(610).raised(DRIFT)
    script.at(3000)

    assert script.told() == [(30, "first", "drift")]


def test_a_receiver_that_wants_no_ends_hears_of_none():
    script = Script(fleet=fleet(receivers=[receiver(resolved=False)]))
    script.raised(DRIFT, ERRORS)
    script.at(600).ended(DRIFT)
    script.at(700)
    assert [list(g.told) for g in script.state.scope.groups.values()] == [[ERRORS.fingerprint]]
    script.raised(SLOW)
    script.at(1500).ended(ERRORS, SLOW)
    script.at(1600)

    assert script.told() == [(30, "first", "drift errors"), (730, "new_alerts", "slow errors")]
    assert script.state.scope.groups == {}
    assert "end_not_wanted" in script.reasons("group")


def test_labels_part_groups_and_each_has_a_pace_of_its_own():
    script = Script(fleet=fleet(Route(to=["team"], group_by=["kind"])))
    script.raised(DRIFT)
    script.at(10).raised(ERRORS)
    script.at(60)

    assert script.told() == [(30, "first", "drift"), (40, "first", "errors")]
    assert [one.name for one in script.fleet.receivers] == ["team"]
    labels = [dict(group.labels) for group in script.state.scope.groups.values()]
    assert labels == [{"kind": "drift"}, {"kind": "errors"}]


def test_who_was_told_hears_of_the_end_though_no_route_leads_there_any_more():
    pager = Route(to=["pager"], severity=["critical"])
    script = Script(fleet=fleet(pager, receivers=["team", "pager"]))
    script.raised(DOWN)
    script.at(60)
    assert script.told("pager") == [(30, "first", "no_traffic")]

    script.raised(alert("no_traffic", "warning"))
    script.look()
    script.at(6 * 3600)
    assert script.told("pager") == []
    script.ended(DOWN)
    script.at(7 * 3600)
    assert [one[1:] for one in script.told("pager")] == [("all_resolved", "-no_traffic")]


def test_a_receiver_that_is_gone_is_forgotten_and_its_alerts_go_where_they_go_now():
    script = Script()
    script.raised(DRIFT)
    script.at(60)
    script.fleet = fleet(receivers=["others"])
    script.look()
    script.at(120)

    assert script.told() == [(30, "first", "drift"), (90, "first", "drift")]
    assert [group.receiver for group in script.state.scope.groups.values()] == ["others"]


def test_while_the_fleet_cannot_be_read_the_log_is_told_and_nobody_is_forgotten():
    script = Script()
    script.raised(DRIFT)
    script.at(60)
    known, script.fleet, script.problem = script.fleet, fleet(receivers=["log"]), "fleet.yaml: no."
    outcome = script.look()
    assert "fleet_invalid" in [finding.reason for finding in outcome.findings]
    script.at(120).ended(DRIFT)
    script.at(300)
    assert [one[1] for one in script.told("log")] == ["first", "all_resolved"]

    script.fleet, script.problem = known, None
    script.look()
    script.at(400)
    assert [one[1] for one in script.told("team")] == ["first", "all_resolved"]


def test_an_alert_about_a_receiver_never_goes_to_it():
    failed = alert("channel_failed", "critical", of="receiver/pager")
    script = Script(fleet=fleet(Route(to=["pager"]), receivers=["team", "pager"]))
    script.raised(failed, of="receiver/pager")
    script.at(60)
    assert script.told("pager") == []
    assert script.told("team") == [(30, "first", "channel_failed")]

    script.fleet = fleet(Route(to=["pager"]), receivers=["pager"])
    script.raised(alert("drift", of="receiver/pager"), of="receiver/pager")
    script.at(90)
    assert script.told() == []
    assert "nowhere" in script.reasons("route")


def test_a_scope_without_policy_tells_the_default_and_without_any_nobody():
    script = Script()
    script.raised(DRIFT)
    script.at(100)
    assert script.told() == [(30, "first", "drift")]

    script.fleet = fleet(default=None)
    script.raised(ERRORS)
    script.at(1000)
    assert script.told() == []
    assert script.reasons("route") == ["routed", "nowhere"]


def test_a_name_that_is_misspelt_silences_nothing_but_a_route_to_nobody_does():
    script = Script(fleet=fleet(Route(to=["teem"], kind=["drift"]), Route(to=[])))
    script.raised(DRIFT, ERRORS)
    script.at(60)

    assert script.told() == [(30, "first", "drift")]
    assert sorted(script.reasons("route")) == ["nowhere", "routed"]


def test_a_receiver_that_asks_while_the_fleet_cannot_be_read_is_not_told_that_it_is_over():
    script = Script()
    script.raised(DRIFT)
    [key] = script.state.scope.groups
    script.fleet, script.problem = fleet(receivers=["log"]), "fleet.yaml: no."
    script.look(group=key, receiver="team")

    assert script.told() == []
    assert key in script.state.scope.groups


def test_a_look_that_is_lost_is_made_up_for_by_the_timer():
    script = Script(loses_looks=True)
    script.raised(DRIFT)
    script.at(600).look()
    script.look()

    assert script.told() == [(600, "first", "drift")]


def test_a_look_that_comes_too_early_or_twice_asks_again():
    script = Script()
    script.raised(DRIFT)
    [look] = script.looks
    script.looks.clear()
    script.now += 10 * SECOND
    script.decide(look)
    assert script.told() == []
    assert [one.id for one in script.looks] != [look.id]
    script.at(100)
    script.decide(look)
    assert script.told() == [(31, "first", "drift")]


def test_a_clock_that_goes_back_tells_nothing_twice_and_nothing_late():
    script = Script()
    script.raised(DRIFT)
    script.at(60)
    script.clock_goes_back(2 * MINUTE).raised(DOWN)
    script.look()
    assert script.told() == [(30, "first", "drift")]
    script.at(100)
    assert [one[1:] for one in script.told()] == [("new_alerts", "no_traffic drift")]


def test_a_clock_that_was_far_ahead_holds_nobody_up():
    script = Script()
    script.raised(DRIFT)
    script.at(60)
    script.now += 1000 * HOUR
    script.look()
    script.told()
    script.looks.clear()
    script.now = Script().now + 2 * MINUTE
    script.raised(DOWN)
    script.at(200)

    assert script.told() == [(150, "new_alerts", "no_traffic drift")]


def test_one_that_grew_worse_and_so_changed_its_group_is_told_once():
    script = Script(fleet=fleet(Route(to=["team"], group_by=["severity"])))
    script.raised(alert())
    script.at(60)
    script.raised(alert(severity="critical"))
    script.at(5000)
    assert script.told() == [(30, "first", "drift"), (90, "first", "drift")]

    script.ended(alert())
    script.at(6000)
    assert [one[1] for one in script.told()] == ["all_resolved", "all_resolved"]
