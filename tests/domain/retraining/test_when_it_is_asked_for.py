"""Causes become one request, and none too soon, too often, or in the wrong days."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.canonical import content_hash, format_time
from shared.domain.event import EventType
from shared.domain.policy import Freeze, Policy
from tests.conftest import NOON
from tests.domain.retraining.course import HOUR, MODEL, Course, span

DAY = timedelta(days=1)
THREE_OF = {"causes": 3, "within": 6 * HOUR}

LASTING = {"causes": 2, "within": 24 * HOUR}

CASES = [
    ("One cause is asked for at once.", {}, "0 drift", "0 drift"),
    ("The same finding told again is one.", {}, "0 drift a, 1 drift a", "0 drift"),
    (
        "A cause that comes while one is under way waits until that ends.",
        {},
        "0 drift, 1 performance b, 5 started, 9 failed",
        "0 drift, 9 performance",
    ),
    (
        "Three causes within six hours are one request.",
        THREE_OF,
        "0 drift a, 2 drift b, 4 performance",
        "4 drift+performance",
    ),
    (
        "Three causes that came further apart are none.",
        THREE_OF,
        "0 drift a, 5 drift b, 10 drift c",
        "",
    ),
    (
        "The oldest of four may be too old; those that came together count.",
        THREE_OF,
        "0 drift a, 5 drift b, 8 drift c, 9 kpi/orders",
        "9 drift+kpi/orders",
    ),
    (
        "What comes before the debounce is over joins the first.",
        {"debounce": 4 * HOUR},
        "0 drift, 3 performance",
        "4 drift+performance",
    ),
    (
        "Between two requests lies the cool-down, counted from the request.",
        {"cool_down": 24 * HOUR},
        "0 drift a, 2 started, 8 failed, 10 drift b",
        "0 drift, 24 drift",
    ),
    (
        "A cool-down that is over when the first ends holds nothing back.",
        {"cool_down": 4 * HOUR},
        "0 drift a, 2 started, 6 drift b, 8 failed",
        "0 drift, 8 drift",
    ),
    (
        "Two in a day at most: the third waits until the first is a day old.",
        {"most": 2, "per": DAY},
        "0 drift a, 1 started, 2 failed, 3 drift b, 4 started, 5 drift c",
        "0 drift, 3 drift, 24 drift",
    ),
    ("With a most of none nothing is asked for.", {"most": 0}, "0 drift", ""),
    (
        "A blackout waits until its end.",
        {"blackout": [Freeze(start=NOON, end=NOON + 7 * HOUR, reason="year end")]},
        "0 drift, 3 performance",
        "7 drift+performance",
    ),
    (
        "Drift that ended while it waited asks for nothing any more.",
        {"blackout": [Freeze(start=NOON, end=NOON + 7 * HOUR, reason="year end")]},
        "0 drift, 3 over drift",
        "",
    ),
    (
        "What a promoted version cured is dropped; what came after it is asked for.",
        {},
        "0 drift a, 1 drift b, 2 started, 3 version 8, 4 promoted 8, 6 drift g",
        "0 drift, 6 drift",
    ),
    (
        "A version that was promoted otherwise cures what waits too.",
        {"debounce": 9 * HOUR},
        "0 drift a, 4 promoted 7",
        "",
    ),
    (
        "A finding that lasts is told again and again, and is one.",
        LASTING,
        "0 drift 0-24, 20 drift 0-48, 30 drift 0-72",
        "",
    ),
    (
        "What comes while another lasts comes together with it.",
        LASTING,
        "0 drift 0-1, 20 drift 0-20, 30 performance",
        "30 drift+performance",
    ),
    (
        "A finding that lasts asks anew after a training that failed.",
        {},
        "0 drift 0-1, 1 started, 2 failed, 20 drift 0-20",
        "0 drift, 20 drift",
    ),
    (
        "A finding that is told late, and no further, asks for nothing.",
        {},
        "0 drift 0-9, 1 started, 2 failed, 20 drift 0-8",
        "0 drift",
    ),
    (
        "A finding that lasts does not put its debounce off.",
        {"debounce": 20 * HOUR},
        "0 drift 0-1, 10 drift 0-10, 19 drift 0-19",
        "20 drift",
    ),
    ("Without a policy nothing is asked for.", {}, "0 unpolicied, 1 drift", ""),
]


@pytest.mark.parametrize(("says", "rules", "script", "asked"), CASES, ids=[c[0] for c in CASES])
def test_it_is_asked_for_when_it_is_time(says, rules, script, asked):
    assert Course(rules=rules).play(script, until=30).asked() == asked, says


def test_the_defaults_ask_in_the_first_decision_and_name_what_they_ask():
    course = Course()
    course.policy = Policy(model=MODEL)
    course.wanted("drift", "b", features=("income", "age"))

    [(_, request)] = course.requests
    window = span("b")
    assert (request.cause, request.window, request.features) == ("drift", window, ("income", "age"))
    assert request.retraining == content_hash(["RequestRetraining", MODEL, "drift", window])
    assert (request.component, request.pipeline) == (None, None)
    assert course.one.posted


def test_several_causes_are_merged_into_the_widest_window_and_all_features():
    course = Course(rules={"debounce": HOUR})
    course.wanted("performance", "c", features=("age", "income"))
    course.wanted("drift", "a", features=("income", "tenure"))
    course.now += HOUR
    course.look()

    [(_, request)] = course.requests
    assert request.cause == "drift, performance"
    assert request.window == f"{format_time(NOON - 24 * HOUR)}/{format_time(NOON + 2 * HOUR)}"
    assert set(request.features) == {"age", "income", "tenure"}


@pytest.mark.parametrize("missing", ["cause", "window"])
def test_a_cause_without_its_name_or_window_is_told_and_not_counted(missing):
    course = Course()
    data = {"cause": "drift", "window": span("a"), missing: " \u202e"}
    [finding] = course.say(EventType.RETRAINING_WANTED, **data).findings

    assert (finding.verdict, finding.reason) == ("error", "unreadable")
    assert finding.sentence.startswith(f"{missing} of ")
    assert (course.asked(), course.state.checks) == ("", {})


def test_a_window_that_is_no_span_is_kept_as_it_is():
    course = Course()
    course.say(EventType.RETRAINING_WANTED, cause="by hand", window="last week", features="x")

    assert course.requests[0][1].window == "last week"


def test_a_clock_that_went_back_neither_asks_twice_nor_waits_for_ever():
    course = Course(rules={"cool_down": 4 * HOUR})
    course.play("0 drift a, 1 started, 2 failed")
    course.now = NOON - 2 * HOUR
    course.wanted("drift", "b")
    course.look()
    assert course.asked() == "0 drift"

    course.now = NOON + 4 * HOUR
    course.look()
    assert course.asked() == "0 drift, 4 drift"


def test_a_worker_whose_clock_lies_behind_asks_at_once():
    course = Course()
    event = course.event(
        EventType.RETRAINING_WANTED, {"cause": "drift", "window": span("a"), "features": []}
    )
    course.now -= timedelta(seconds=3)
    course.handle(event)

    assert len(course.requests) == 1


def test_a_look_is_scheduled_for_the_moment_at_which_it_can_be_asked_for():
    course = Course(rules={"debounce": 5 * HOUR})
    [scheduled] = course.wanted("drift").actions

    assert scheduled.event.time == NOON + 5 * HOUR
    assert course.wanted("performance").actions == ()
    assert course.state.checks["retraining"] == NOON


def test_causes_and_retrainings_are_kept_within_bounds():
    course = Course(rules={"causes": 200})
    for number in range(60):
        course.say(
            EventType.RETRAINING_WANTED,
            cause="drift",
            window=f"w{number}",
            features=[f"f{n}" for n in range(99)],
        )
    assert len(course.state.retraining.causes) == 50
    assert len(course.state.retraining.causes[0].features) == 30

    course = Course()
    for number in range(25):
        course.say(EventType.RETRAINING_WANTED, cause=f"c{number}", window="w", features=[])
        course.step("refused")
        course.now += timedelta(days=9)
    assert len(course.state.retraining.retrainings) == 20


def test_nothing_is_asked_for_while_the_fleets_file_cannot_be_read():
    course = Course()
    course.world = replace(course.world, fleet_problem="fleet.yaml: no such key.")
    course.wanted("drift")
    assert (0, "fleet_unread") in course.findings

    course.world = replace(course.world, fleet_problem=None)
    course.look()
    assert course.asked() == "0 drift"


def test_causes_of_a_model_whose_policy_went_are_dropped_after_a_week():
    course = Course().play("0 unpolicied, 0 drift", until=7 * 24 + 1)

    assert course.state.retraining.causes == ()
    assert course.state.checks == {}
