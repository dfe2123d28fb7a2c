"""What Azure refused to do is told: nothing but an event ever shows it."""

import pytest

from shared.domain.decisions.routing import decide_routing
from shared.domain.event import Check, EventType, check_due
from shared.domain.evidence import RoutingEvidence
from shared.domain.verdict import Verdict
from tests.domain.routing_world import DAY, HOUR, MINUTE, NOON, World, changed, event

CORRELATION = "5a1b1f0e-22b8-4f7e-9d55-6a2d3c7f0e10"


def failed(name, at, *, outcome="failure", **data):
    return event(EventType.DEPLOYMENT_FAILED, at, deployment=name, outcome=outcome, **data)


@pytest.fixture
def one():
    """Blue serves, and nothing else is there."""
    world = World()
    world.deploy("blue", changed=NOON - 30 * DAY)
    world.traffic = {"blue": 100.0}
    world.look(NOON - HOUR)
    return world


def test_a_deployment_that_azure_refused_to_make_is_told_with_who_asked_and_where_to_read_why(one):
    told = one.look(NOON, failed("green", NOON, by="anna@contoso.com", correlation=CORRELATION))

    assert told == [("+", "deployment_failed", "green")]
    [alert] = one.posted()
    assert alert.title == "Azure refused to make deployment green of ep"
    assert alert.text == (
        "Azure refused to make deployment green of ep at 2026-02-03 12:00 UTC; anna@contoso.com "
        "had asked for it. The endpoint has no such deployment."
    )
    assert f"--correlation-id {CORRELATION} " in alert.first_step
    assert (alert.severity, alert.since) == ("warning", NOON)
    assert one.finding("refused").verdict is Verdict.FAIL


def test_an_event_that_names_nobody_and_no_correlation_says_so_less(one):
    one.look(NOON, failed("green", NOON, correlation="$(rm -rf /)"))

    [alert] = one.posted()
    assert "had asked" not in alert.text
    assert "rm -rf" not in alert.first_step


def test_a_cancelled_request_is_told_as_that(one):
    one.look(NOON, failed("green", NOON, outcome="cancel"))

    assert one.posted()[0].title == ("Azure cancelled a request to make deployment green of ep")


def test_the_timers_know_it_and_it_is_told_once(one):
    one.look(NOON, failed("green", NOON))
    for hours in range(1, 23):
        assert one.look(NOON + hours * HOUR) == []
        assert one.finding("refused")


def test_it_is_over_when_nobody_tried_again_for_a_day_and_that_is_looked_at(one):
    one.look(NOON, failed("green", NOON))
    assert one.asked() == [NOON + DAY]

    assert one.look(NOON + DAY) == [("-", "deployment_failed", "green")]
    assert one.over() == ["nobody tried again for a day"]
    assert one.state.refused == {}


def test_the_day_begins_when_it_is_known_for_an_event_that_came_late(one):
    late = NOON + 25 * HOUR
    assert one.look(late, failed("green", NOON), now=late) == [("+", "deployment_failed", "green")]
    assert one.look(late + 23 * HOUR) == []
    assert one.look(late + DAY) == [("-", "deployment_failed", "green")]


def test_a_second_refusal_makes_it_last_and_tells_nobody_again(one):
    one.look(NOON, failed("green", NOON))
    assert one.look(NOON + HOUR, failed("green", NOON + HOUR, by="ben")) == []
    assert one.look(NOON + DAY) == []
    assert one.look(NOON + DAY + HOUR) == [("-", "deployment_failed", "green")]


def test_an_older_refusal_that_comes_later_changes_nothing(one):
    one.look(NOON + HOUR, failed("green", NOON + HOUR, by="ben"))
    one.look(NOON + 2 * HOUR, failed("green", NOON, by="anna"))

    assert one.state.refused["green"].by == "ben"


def test_it_is_over_when_the_deployment_is_made(one):
    one.look(NOON, failed("green", NOON))
    one.deploy("green", changed=NOON + HOUR)
    assert ("-", "deployment_failed", "green") in one.look(NOON + HOUR)
    assert one.over() == ["deployment green succeeded"]


def test_while_it_is_being_made_again_nobody_can_tell(one):
    one.look(NOON, failed("green", NOON))
    one.deploy("green", "Creating", changed=NOON + HOUR)
    assert one.look(NOON + HOUR) == []
    one.deploy("green", "Failed", changed=NOON + HOUR)
    assert one.look(NOON + 2 * HOUR) == []
    assert one.firing() == {("deployment_failed", "green")}


def test_a_failed_deployment_that_is_deleted_is_over_without_any_event_of_it(one):
    one.deploy("green", "Failed", changed=NOON)
    one.look(NOON, failed("green", NOON))
    del one.deployments["green"]

    assert one.look(NOON + HOUR) == [("-", "deployment_failed", "green")]
    assert one.over() == ["deployment green was deleted"]


def test_deleting_what_never_was_is_over_too(one):
    one.look(NOON, failed("green", NOON))
    gone = event(EventType.DEPLOYMENT_DELETED, NOON + HOUR, deployment="green")

    assert one.look(NOON + HOUR, gone) == [("-", "deployment_failed", "green")]


def test_a_refusal_from_before_a_deletion_that_is_told_after_it_is_no_news(one):
    """Azure delivers in any order: after an outage the end may come before the beginning."""
    gone = event(EventType.DEPLOYMENT_DELETED, NOON, deployment="green")
    one.look(NOON, gone)

    assert one.look(NOON + MINUTE, failed("green", NOON - MINUTE)) == []
    assert one.firing() == set()
    assert one.look(NOON + HOUR, failed("green", NOON + HOUR)) == [
        ("+", "deployment_failed", "green")
    ]


def test_the_memory_of_a_deletion_lasts_a_day_and_asks_for_no_look(one):
    one.look(NOON, event(EventType.DEPLOYMENT_DELETED, NOON, deployment="green"))

    assert one.asked() == []
    assert list(one.state.refused) == ["green"]
    assert one.look(NOON + DAY) == []
    assert one.state.refused == {}


def test_what_was_made_again_and_failed_in_time_did_not_end_by_the_day_of_its_deletion(one):
    """A deletion that is remembered is no refusal whose day is over."""
    one.look(NOON, event(EventType.DEPLOYMENT_DELETED, NOON, deployment="green"))
    one.deploy("green", "Failed", changed=NOON + HOUR)
    one.look(NOON + HOUR)
    one.deploy("green", changed=NOON + DAY)
    one.look(NOON + DAY)

    assert one.over() == ["deployment green succeeded"]


@pytest.mark.parametrize("late", [failed("green", NOON - MINUTE), changed(NOON, outcome="failure")])
def test_after_an_endpoint_was_deleted_nothing_that_failed_before_is_news(one, late):
    one.vanish()
    one.look(NOON + MINUTE, event(EventType.ENDPOINT_DELETED, NOON + MINUTE))

    assert one.look(NOON + 2 * MINUTE, late) == []
    assert one.firing() == set()
    assert one.look(NOON + HOUR, failed("green", NOON + HOUR)) == [
        ("+", "deployment_failed", "green")
    ]


def test_a_deletion_of_before_the_refusal_ends_nothing(one):
    one.look(NOON, failed("green", NOON))
    gone = event(EventType.DEPLOYMENT_DELETED, NOON - HOUR, deployment="green")

    assert one.look(NOON + MINUTE, gone) == []
    assert one.firing() == {("deployment_failed", "green")}


def test_made_again_under_a_name_that_was_deleted_before_and_refused_is_told(one):
    one.deploy("green", changed=NOON)
    one.look(NOON)
    del one.deployments["green"]

    told = one.look(NOON + HOUR, failed("green", NOON + HOUR))
    assert ("+", "deployment_failed", "green") in told
    assert one.look(NOON + 2 * HOUR) == []


def test_a_refused_change_of_a_deployment_is_told_and_what_runs_is_what_ran(one):
    assert one.look(NOON, failed("blue", NOON)) == [("+", "deployment_failed", "blue")]
    [alert] = one.posted()
    assert alert.title == "Azure refused to change deployment blue of ep"
    assert alert.text.endswith("What runs there is what ran before: loan:7.")

    one.deploy("blue", version="8", changed=NOON + HOUR)
    assert one.look(NOON + HOUR) == [("-", "deployment_failed", "blue")]


def test_a_refusal_that_comes_after_the_try_that_succeeded_is_no_news(one):
    one.deploy("blue", changed=NOON + HOUR)

    assert one.look(NOON + HOUR, failed("blue", NOON), now=NOON + HOUR) == []
    assert one.state.refused == {}


def test_a_success_told_by_an_event_ends_it_without_any_time_of_the_resource(one):
    one.deploy("blue", changed=None)
    one.look(NOON, failed("blue", NOON))
    done = event(EventType.DEPLOYMENT_COMPLETED, NOON + HOUR, deployment="blue", outcome="success")

    assert one.look(NOON + HOUR, done) == [("-", "deployment_failed", "blue")]


def test_a_refused_change_of_the_endpoint_is_told_until_one_succeeds(one):
    told = one.look(NOON, changed(NOON, by="ben", outcome="failure"))
    assert told == [("+", "endpoint_failed", None)]
    [alert] = one.posted()
    assert alert.title == "Azure refused to change endpoint ep"
    assert alert.text.endswith("ben had asked for it. The endpoint is as it was before.")

    assert one.look(NOON + HOUR, changed(NOON + HOUR)) == [("-", "endpoint_failed", None)]
    assert one.over() == ["endpoint ep was written since"]


def test_an_endpoint_that_azure_refused_to_make_is_an_error_and_is_told_for_a_day():
    world = World()
    world.vanish()
    told = world.look(NOON, changed(NOON, outcome="failure"))
    assert told == [("+", "endpoint_failed", None)]
    assert world.posted()[0].text.endswith("The workspace has no such endpoint.")
    assert world.finding("cannot_look").verdict is Verdict.ERROR
    assert world.asked() == [NOON + DAY]
    assert "routing" not in world.state.checks, "what could not be looked at has not reported"

    assert world.look(NOON + DAY) == [("-", "endpoint_failed", None)]


def test_the_deployment_of_an_endpoint_that_does_not_exist_is_told_as_well():
    world = World()
    world.vanish()
    assert world.look(NOON, failed("green", NOON)) == [("+", "deployment_failed", "green")]
    world.evidence = {}
    world.deploy("green", changed=NOON + HOUR)
    world.traffic = {"green": 100.0}

    assert world.look(NOON + HOUR) == [("-", "deployment_failed", "green")]


def test_an_endpoint_that_is_listed_but_cannot_be_read_ends_nothing(one):
    one.look(NOON, failed("green", NOON))
    one.evidence = {"endpoint": None, "problem": "Its deployments could not be listed."}

    assert one.look(NOON + 2 * DAY) == []
    assert one.firing() == {("deployment_failed", "green")}


def test_an_endpoint_that_was_deleted_without_any_event_ends_everything(one):
    one.look(NOON, failed("green", NOON))
    one.vanish()

    assert one.look(NOON + HOUR) == [("-", "deployment_failed", "green")]
    assert one.over() == ["endpoint ep was deleted"]
    assert one.finding("endpoint_deleted").verdict is Verdict.PASS
    assert one.state.checks == {}, "so that nobody waits for its next check"


def test_a_late_event_of_a_deployment_of_a_deleted_endpoint_is_no_error(one):
    one.vanish()
    one.look(NOON)
    one.look(NOON + MINUTE, event(EventType.DEPLOYMENT_DELETED, NOON, deployment="blue"))

    assert one.finding("endpoint_deleted").verdict is Verdict.PASS


def test_an_endpoint_nobody_ever_saw_is_an_error_with_a_sentence():
    outcome = decide_routing(
        check_due(Check.ROUTING, "endpoint/ep", NOON),
        RoutingEvidence(taken=NOON),
        None,
        World().state,
        NOON,
    )

    assert [(f.verdict, f.sentence) for f in outcome.findings] == [
        (Verdict.ERROR, "Endpoint ep could not be read.")
    ]


@pytest.mark.parametrize("name", [None, 7, ""])
def test_a_failure_that_names_no_deployment_is_nothing_to_remember(one, name):
    assert one.look(NOON, failed(name, NOON)) == []
    assert one.state.refused == {}
