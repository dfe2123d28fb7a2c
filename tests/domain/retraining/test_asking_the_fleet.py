"""What the governor says to the fleet's budget, and what it makes of the answers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.event import EventType
from shared.domain.policy import Fleet, RetrainingBudget
from tests.domain.retraining.course import HOUR, PIPELINE, Course

LIMITED = Fleet(retraining=RetrainingBudget(cost=100.0))


class Limited(Course):
    """A model of a fleet with a budget; `answers` are what the budget was asked and given."""

    @property
    def answers(self):
        return [
            (event.type.value, event.data.get("cost"), event.data.get("spent"))
            for event in self.told
        ]

    def grant(self):
        return self.say(EventType.RETRAINING_GRANTED, retraining=self.one.id)


ASKED = ("BudgetAsked", 60.0, None)
SPENT, UNSPENT = ("BudgetReturned", None, True), ("BudgetReturned", None, False)


@pytest.fixture
def course():
    made = Limited(rules={"cost": 60.0}, fleet=LIMITED)
    made.wanted("drift")
    return made


def test_the_budget_is_asked_before_anything_is_requested(course):
    assert (course.asked(), course.answers) == ("", [ASKED])
    assert course.told[0].subject == "budget/retraining"

    course.grant()
    assert (course.asked(), course.one.phase) == ("0 drift", "requested")


def test_the_budget_is_asked_again_once_an_hour_without_a_grant(course):
    for minutes in (10, 49, 1, 10):
        course.now += timedelta(minutes=minutes)
        course.look()

    assert course.answers == [ASKED, ASKED]


def test_a_delay_is_shown_until_the_grant_comes(course):
    course.say(EventType.RETRAINING_DELAYED, retraining=course.one.id, sentence="Not before noon.")
    assert course.one.because == "Not before noon"

    course.grant()
    course.say(EventType.RETRAINING_DELAYED, retraining=course.one.id, sentence="Late.")
    assert course.one.because == "its job is to start"


@pytest.mark.parametrize(
    ("steps", "back"),
    [
        ("1 started, 2 failed, 4 nothing", SPENT),
        ("1 started, 2 canceled, 4 nothing", SPENT),
        ("1 refused, 4 nothing", UNSPENT),
        (f"{7 * 24 + 1} nothing", UNSPENT),
    ],
)
def test_its_end_gives_the_place_back_once_and_says_whether_it_was_spent(course, steps, back):
    course.grant()
    course.play(steps)

    assert course.answers == [ASKED, back]


def test_a_refusal_of_the_budget_ends_it_unspent(course):
    course.step("refused")

    assert (course.one.phase, course.answers[-1]) == ("refused", UNSPENT)


def test_what_waits_for_money_and_is_over_is_cancelled(course):
    course.step("over", "drift")
    course.now += HOUR
    course.world = replace(course.world, over={"drift": course.now})
    course.look()

    assert (course.one.phase, course.answers) == ("cancelled", [ASKED, UNSPENT])
    assert course.firing == []

    course.grant()
    assert course.answers == [ASKED, UNSPENT, UNSPENT]


def test_a_grant_that_nobody_waits_for_is_given_back_and_one_of_a_running_is_kept(course):
    course.say(EventType.RETRAINING_GRANTED, retraining="unknown")
    assert course.told[-1].data == {"retraining": "unknown", "model": "churn", "spent": False}

    course.grant()
    course.started()
    granted = course.one.granted
    course.now += HOUR
    course.grant()
    assert (course.one.granted, course.one.because) == (granted, "job job-1 is under way")
    assert len(course.told) == 2


def test_a_policy_that_went_while_it_waited_cancels_it_after_a_week(course):
    course.policy = None
    course.play("1 nothing", until=7 * 24)
    assert course.one.phase == "asked"

    course.play(f"{7 * 24 + 1} nothing")
    assert course.one.phase == "cancelled"


def test_limits_that_were_taken_away_hold_nothing(course):
    course.fleet = Fleet()
    course.look()

    assert course.asked() == "0 drift"


def test_what_is_posted_gives_its_place_back_at_once():
    course = Limited(rules={"cost": 60.0, "job": None}, fleet=LIMITED)
    course.wanted("drift")
    course.grant()
    course.play("1 nothing, 2 stray 8, 3 promoted 8")

    assert course.answers == [ASKED, SPENT]


def test_what_is_told_is_believed_and_concludes_nothing_without_a_look():
    course = Course().play("0 drift, 1 started, 2 completed")
    course.now += timedelta(days=3)
    course.say(EventType.RETRAINING_DELAYED, retraining=course.one.id, sentence="Late.")

    assert course.one.phase == "trained"


def test_a_job_or_run_of_another_is_not_taken_for_its_own():
    course = Course().play("0 drift")
    course.say(EventType.RETRAINING_STARTED, retraining=course.one.id, job="job-2")
    course.job("failed")
    course.look()
    assert course.one.phase == "running"

    piped = Course(rules={"job": None, "pipeline": PIPELINE}).play("0 drift")
    piped.say(EventType.RETRAINING_STARTED, retraining=piped.one.id, pipeline="12", run=8)
    piped.run(state="completed", result="failed")
    piped.look()
    assert piped.one.phase == "running"


def test_the_version_of_a_posted_request_is_waited_for_before_the_next():
    course = Course(rules={"job": None}).play("0 drift a, 1 stray 8, 2 drift b")

    assert (course.phases, course.asked()) == (["registered"], "0 drift")


def test_a_version_from_before_the_request_did_not_come_of_it():
    course = Course(rules={"job": None})
    course.version("7")
    course.play("0 drift, 1 nothing")

    assert course.phases == ["requested"]


def test_the_same_causes_asked_for_again_under_another_order_are_one():
    course = Course(rules={"debounce": HOUR})
    course.play("0 drift 0-9, 0 drift 1-12, 2 started, 3 failed, 4 drift 0-12, 5 nothing")

    assert course.asked() == "1 drift"
    assert (5, "repeated") in course.findings


def test_who_may_ask_less_often_than_before_waits_for_as_many_to_pass():
    course = Course(rules={"most": 3, "per": 24 * HOUR})
    course.play("0 drift a, 1 refused, 2 drift b, 3 refused, 4 drift c, 5 refused")
    course.policy = replace(course.policy, retraining=replace(course.policy.retraining, most=1))
    course.play("6 drift d", until=30)

    assert course.asked() == "0 drift, 2 drift, 4 drift, 28 drift"
