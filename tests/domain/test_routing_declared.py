"""Shares that cannot be, an endpoint's own state, and shares that sum to 0."""

import pytest

from shared.domain.verdict import Verdict
from tests.domain.routing_world import DAY, HOUR, MINUTE, NOON, World, said


def test_traffic_to_a_deployment_that_is_not_there_is_critical_until_it_goes_elsewhere(two):
    two.look(NOON)
    del two.deployments["blue"]
    told = two.look(NOON + MINUTE)
    assert told == [("+", "traffic_to_missing", "blue")]
    [alert] = two.posted()
    assert alert.severity == "critical"
    assert alert.title == (
        "ep declares 100 % of the traffic for deployment blue, which is not there"
    )
    assert "(there are: green)" in alert.text

    two.traffic = {"green": 100.0, "blue": 0.0}
    assert two.look(NOON + 2 * MINUTE) == [("-", "traffic_to_missing", "blue")]
    assert two.over() == ["nothing is declared for deployment blue, or it is there"]


def test_a_mirror_to_a_deployment_that_is_not_there_is_a_warning(two):
    two.mirror = {"ghost": 10.0}
    assert two.look(NOON) == [("+", "traffic_to_missing", "ghost")]
    [alert] = two.posted()
    assert (alert.severity, "10 % of mirrored traffic" in alert.title) == ("warning", True)


def test_a_share_of_zero_for_a_deployment_that_is_gone_is_nothing(two):
    two.traffic = {"blue": 100.0, "gone": 0.0}
    assert two.look(NOON) == []


@pytest.mark.parametrize(
    ("traffic", "mirror", "words"),
    [
        ({"blue": 60.0, "green": 10.0}, {}, "the shares sum to 70 %, where Azure takes 0 or 100"),
        ({"blue": 90.0, "green": 20.0}, {}, "the shares sum to 110 %, where Azure takes 0 or 100"),
        ({"blue": 100.0}, {"green": 60.0}, "60 % are mirrored, where Azure takes 50 at most"),
        ({"blue": 100.0}, {"blue": 10.0}, "blue mirrors traffic and has a share, where Azure"),
    ],
)
def test_shares_that_azure_does_not_take_are_told_until_they_can_be(two, traffic, mirror, words):
    two.traffic, two.mirror = traffic, mirror
    assert ("+", "shares_impossible", None) in two.look(NOON)
    assert words in next(a for a in two.posted() if a.kind == "shares_impossible").text

    two.traffic, two.mirror = {"blue": 100.0}, {}
    assert ("-", "shares_impossible", None) in two.look(NOON + HOUR)


@pytest.mark.parametrize(
    "traffic", [{"blue": 33.3333, "green": 66.6667}, {"blue": 100.0}, {"blue": 99.995}]
)
def test_shares_that_are_rounded_can_be(two, traffic):
    two.traffic = traffic
    assert two.look(NOON) == []


@pytest.mark.parametrize(("requests", "severity"), [({"blue": 9}, "warning"), ({}, "critical")])
def test_an_endpoint_that_failed_is_told_and_worse_when_it_serves_nobody(two, requests, severity):
    two.endpoint_state, two.requests = "Failed", requests
    assert ("+", "endpoint_failed", None) in two.look(NOON)
    [alert] = [a for a in two.posted() if a.kind == "endpoint_failed"]
    assert (alert.severity, alert.since) == (severity, NOON)

    two.endpoint_state = "Succeeded"
    assert ("-", "endpoint_failed", None) in two.look(NOON + MINUTE)
    assert "endpoint ep was written since" in two.over()


def test_an_endpoint_that_is_being_written_for_too_long_is_stuck_until_it_is_done(two):
    two.look(NOON)
    two.endpoint_state, two.endpoint_changed = "Updating", NOON + MINUTE
    assert ("+", "endpoint_stuck", None) not in two.look(NOON + 5 * MINUTE)
    assert two.finding("unfinished").verdict is Verdict.INCONCLUSIVE
    assert NOON + 61 * MINUTE not in two.asked(), "green's grace ends before"

    told = two.look(NOON + 61 * MINUTE)
    assert ("+", "endpoint_stuck", None) in told
    [alert] = [a for a in two.posted() if a.kind == "endpoint_stuck"]
    assert alert.title == "endpoint ep has been Updating for 1 h"
    assert "Requests are not counted." in alert.text

    two.endpoint_state = "Succeeded"
    assert ("-", "endpoint_stuck", None) in two.look(NOON + 2 * HOUR)
    assert "the endpoint is no longer being written" in two.over()
    assert two.state.unfinished is None


def test_an_endpoint_that_failed_and_is_written_again_is_not_over_until_that_is_done(two):
    two.endpoint_state = "Failed"
    two.look(NOON)
    two.endpoint_state = "Updating"
    assert ("-", "endpoint_failed", None) not in two.look(NOON + MINUTE)


def off(**more):
    """An endpoint that gives nobody any traffic."""
    world = World()
    world.deploy("blue", changed=NOON - DAY)
    world.traffic = {"blue": 100.0}
    world.look(NOON - HOUR)
    world.traffic = {"blue": 0.0}
    world.requests = more.get("requests")
    return world


def test_callers_that_give_up_do_not_end_the_alert_on_an_endpoint_without_shares():
    world = off(requests={"": 40})
    assert ("+", "no_traffic", None) in world.look(NOON)
    assert world.posted()[0].title == (
        "ep gives no deployment any traffic while 40 requests were seen"
    )
    world.requests = {}
    assert ("-", "no_traffic", None) not in world.look(NOON + 2 * HOUR)
    world.requests = None
    assert ("-", "no_traffic", None) not in world.look(NOON + 3 * HOUR)
    world.traffic = {"blue": 100.0}
    assert ("-", "no_traffic", None) in world.look(NOON + 4 * HOUR)
    assert "a deployment has traffic again" in world.over()


def test_without_a_log_nobody_can_say_whether_callers_are_refused():
    world = off()
    world.look(NOON)

    finding = world.finding("no_share_at_all")
    assert (finding.verdict, finding.n) == (Verdict.INCONCLUSIVE, None)
    assert finding.sentence.endswith("requests are not logged.")


def test_an_endpoint_that_somebody_switched_off_on_purpose_is_no_alert_until_that_ends():
    world = off(requests={"": 40})
    world.look(NOON)
    assert ("no_traffic", None) in world.firing()

    plan = said(NOON + HOUR, until=NOON + DAY, reason="moved to west", traffic={})
    assert ("-", "no_traffic", None) in world.look(NOON + HOUR, plan)
    assert "somebody says that none is to have any" in world.over()
    assert "anna says until 2026-02-04 12:00 UTC: moved to west" in (
        world.finding("switched_off").sentence
    )
    assert world.finding("standby", "deployment/blue")
    assert {("no_traffic", None), ("no_traffic", "blue")} <= {
        (kind, name) for sign, kind, name in world.look(NOON + DAY) if sign == "+"
    }


def test_traffic_to_a_ghost_alone_leaves_the_deployments_that_are_there_without_any(two):
    two.traffic, two.requests = {"ghost": 100.0}, {"": 12}
    told = {kind for sign, kind, _ in two.look(NOON) if sign == "+"}
    assert {"traffic_to_missing", "no_traffic"} <= told


def test_an_endpoint_without_any_deployment_has_nothing_to_give_traffic_to():
    world = World()
    world.requests = {}
    assert world.look(NOON) == []
    assert world.outcome.findings == ()


def test_requests_that_cannot_be_counted_are_an_error_that_hides_no_zero(two):
    two.evidence = {"requests_problem": "The role Log Analytics Reader is missing."}
    assert two.look(NOON + HOUR) == [("+", "no_traffic", "green")]
    finding = two.finding("cannot_count")
    assert (finding.verdict, finding.sentence) == (
        Verdict.ERROR,
        "The role Log Analytics Reader is missing.",
    )
