"""From the request to the promotion of what came of it, or to whatever else ends it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.event import EventType
from shared.domain.policy import Policy, StagePolicy
from tests.domain.retraining.course import HOUR, JOB, PIPELINE, Course

POSTED = {"job": None}
PIPED = {"job": None, "pipeline": PIPELINE}
FAILED, STALLED = "retraining_failed", "retraining_stalled"

CASES = [
    (
        "A job's version is promoted.",
        {},
        "1 started, 5 completed, 6 version 8, 9 promoted 8",
        "promoted",
    ),
    (
        "A version may be there before its job is complete.",
        {},
        "1 started, 5 version 8, 9 promoted 8",
        "promoted",
    ),
    (
        "A version that failed on its way is not promoted.",
        {},
        "1 started, 6 version 8, 7 rolling 8, 9 unpromoted 8",
        "not_promoted",
    ),
    (
        "A version that is on its way is waited for.",
        {},
        "1 started, 6 version 8, 9 rolling 8",
        "registered",
    ),
    (
        "A version that its gates block may be let through for a day.",
        {},
        "1 started, 6 version 8, 7 blocked 8",
        "registered",
    ),
    (
        "A version that its gates block for longer is not promoted.",
        {},
        "1 started, 6 version 8, 7 blocked 8, 31 stray 9",
        "not_promoted",
    ),
    (
        "A blocked version that somebody let through is promoted.",
        {},
        "1 started, 6 version 8, 7 blocked 8, 20 promoted 8",
        "promoted",
    ),
    ("A job that failed ends it.", {}, "1 started, 5 failed", "failed"),
    ("A job that somebody cancelled ends it.", {}, "1 started, 5 canceled", "cancelled"),
    ("A refusal ends it.", {}, "1 refused", "refused"),
    (
        "A refusal that is told after the start changes nothing.",
        {},
        "1 started, 2 refused",
        "running",
    ),
    (
        "A start that is told twice changes nothing.",
        {},
        "1 started, 2 completed, 3 started",
        "trained",
    ),
    (
        "What is trained and registers nothing ends after a day.",
        {},
        "1 started, 2 completed, 27 stray 9",
        "no_version",
    ),
    (
        "A version without the tag is not what came of it.",
        {},
        "1 started, 2 completed, 3 stray 9",
        "trained",
    ),
    (
        "One that was posted takes the version that comes.",
        POSTED,
        "9 stray 8, 12 promoted 8",
        "promoted",
    ),
    ("One that was posted waits for a month.", POSTED, f"{30 * 24 - 2} nothing", "requested"),
    ("One that nobody took ends then.", POSTED, f"{30 * 24 + 1} nothing", "no_version"),
    ("One that was never started ends after a week.", {}, f"{7 * 24 + 1} nothing", "no_version"),
]


@pytest.mark.parametrize(("says", "rules", "script", "phase"), CASES, ids=[c[0] for c in CASES])
def test_it_is_followed_to_where_it_stands(says, rules, script, phase):
    course = Course(rules=rules).play(f"0 drift, {script}")

    assert course.one.phase == phase, says
    assert (course.one.ended is None) == course.one.phase.is_open


def test_its_version_is_known_by_its_job_where_nobody_tagged_it():
    course = Course().play("0 drift, 1 started")
    course.version("8", job="job-1")
    course.look()

    assert (course.one.phase, course.one.version) == ("registered", "8")


def test_a_version_of_another_retraining_is_not_taken_for_a_posted_one():
    course = Course(rules=POSTED).play("0 drift")
    course.version("8", tag="another")
    course.look()

    assert course.one.phase == "requested"


@pytest.mark.parametrize(
    ("approval", "result", "phases"),
    [
        (None, "succeeded", ["running", "trained"]),
        ("pending", "succeeded", ["approving", "trained"]),
        ("pending", "failed", ["approving", "failed"]),
        ("pending", "canceled", ["approving", "cancelled"]),
    ],
)
def test_a_pipelines_run_waits_for_approval_and_ends(approval, result, phases):
    course = Course(rules=PIPED).play("0 drift, 1 started pipeline")
    seen = []
    for state, told in (("inProgress", None), ("completed", result)):
        course.run(state=state, result=told, approval=approval)
        course.look()
        seen.append(course.one.phase.value)

    assert seen == phases


def test_an_approval_lets_the_run_go_on():
    course = Course(rules=PIPED).play("0 drift, 1 started pipeline")
    for approval, phase in (("pending", "approving"), ("approved", "running")):
        course.run(approval=approval)
        course.look()
        assert course.one.phase == phase


def test_a_rejected_run_is_refused_with_who_said_no_and_only_told():
    course = Course(rules=PIPED).play("0 drift, 1 started pipeline")
    course.run(state="completed", result="failed", approval="rejected", by="ben@example.org")
    course.look()

    assert (course.one.phase, course.one.because) == (
        "refused",
        "ben@example.org rejected it: not now",
    )
    [record] = course.state.alerts.values()
    assert (record.alert.kind, record.alert.severity) == (FAILED, "info")


@pytest.mark.parametrize("rules", [{}, {"job": None}], ids=["job", "nobody"])
def test_what_costs_more_than_needs_approval_is_refused_without_a_pipeline(rules):
    course = Course(rules={"cost": 80.0, "approve_above": 50.0, **rules}).play("0 drift")

    assert (course.asked(), course.one.phase) == ("", "refused")
    assert "name a retraining.pipeline" in course.one.because
    assert course.firing == [FAILED]


@pytest.mark.parametrize(("cost", "component"), [(80.0, None), (20.0, "train:3")])
def test_with_both_the_pipeline_is_for_what_has_to_be_approved(cost, component):
    rules = {"cost": cost, "approve_above": 50.0, "pipeline": PIPELINE}
    [(_, request)] = Course(rules=rules).play("0 drift").requests

    assert request.component == component
    assert request.pipeline == (None if component else "12")
    assert request.compute == (JOB.compute if component else None)


STALLS = [
    ("A request that nobody starts.", {}, "0 drift", 24),
    ("A job that runs for a day.", {}, "0 drift, 2 started", 26),
    ("A version that waits.", {}, "0 drift, 2 started, 3 version 8, 9 rolling 8", 33),
    ("A posted request after a week.", POSTED, "0 drift", 7 * 24),
]


@pytest.mark.parametrize(("says", "rules", "script", "hour"), STALLS, ids=[c[0] for c in STALLS])
def test_what_stands_still_is_told_once(says, rules, script, hour):
    course = Course(rules=rules).play(script, until=hour + 3)

    assert course.alerts == [(hour, "PostAlert", STALLED)], says


def test_what_goes_on_after_it_stalled_is_over():
    course = Course().play("0 drift, 2 started, 30 completed, 31 version 8, 32 promoted 8")

    assert course.alerts == [(26, "PostAlert", STALLED), (30, "ResolveAlert", STALLED)]
    assert course.state.checks == {}


ENDS = [
    ("the next one is asked for", "9 drift c", 9),
    ("a version is promoted", "9 promoted 7", 9),
    ("somebody resumes it", "9 resumed", 9),
    ("a week is over", "9 stray 7", 4 + 7 * 24),
]


@pytest.mark.parametrize(("says", "step", "hour"), ENDS, ids=[c[0] for c in ENDS])
def test_a_failure_is_told_until(says, step, hour):
    course = Course().play(f"0 drift, 1 started, 4 failed, {step}", until=4 + 7 * 24)

    told = [one for one in course.alerts if one[2] == FAILED]
    assert told[:2] == [(4, "PostAlert", FAILED), (hour, "ResolveAlert", FAILED)], says


def test_a_start_that_nobody_knows_of_is_taken_in_when_none_is_under_way():
    course = Course()
    course.say(EventType.RETRAINING_STARTED, retraining="other", job="job-1")
    assert (course.one.id, course.one.phase) == ("other", "running")

    course.say(EventType.RETRAINING_STARTED, retraining="third", job="job-2")
    assert course.phases == ["running"]


def test_a_start_that_comes_after_it_was_given_up_is_followed():
    course = Course().play("0 drift", until=7 * 24 + 1)
    assert course.phases == ["no_version"]

    course.started()
    assert (course.phases, course.one.ended) == (["running"], None)


def test_a_start_before_the_grant_is_followed_all_the_same():
    course = Course()
    course.fleet = replace(course.fleet, retraining=replace(course.fleet.retraining, at_once=1))
    course.wanted("drift")
    course.started()

    assert (course.one.phase, course.asked()) == ("running", "")


def test_it_is_followed_to_its_end_without_a_policy():
    course = Course().play(
        "0 drift, 1 started, 2 unpolicied, 5 completed, 6 version 8, 9 promoted 8"
    )

    assert course.phases == ["promoted"]


def test_a_model_that_was_deleted_keeps_nothing_open():
    course = Course().play("0 drift, 1 started, 3 completed, 4 unpolicied", until=29)

    assert course.phases == ["no_version"]


def test_a_job_that_is_gone_is_given_up_after_a_week():
    course = Course()
    course.play("0 drift, 1 started")
    course.world = replace(course.world, problems=("There is no job job-1.",))
    course.play("2 stray 8", until=7 * 24 + 1)

    assert course.phases == ["failed"]
    assert "could not be looked at" in course.one.because


def test_only_the_last_stage_counts_as_promoted():
    course = Course()
    stages = [StagePolicy(name="staging"), StagePolicy(name="production")]
    course.policy = Policy(
        model=course.policy.model, stages=stages, retraining=course.policy.retraining
    )
    course.play("0 drift, 1 started, 2 version 8, 3 promoted 8")
    assert course.one.phase == "promoted"

    other = Course()
    other.policy = replace(course.policy, stages=[StagePolicy(name="production"), stages[0]])
    other.play("0 drift, 1 started, 2 version 8, 3 promoted 8")
    assert other.one.phase == "registered"


def test_what_cannot_be_read_is_said_and_ends_nothing_at_once():
    course = Course().play("0 drift, 1 started, 3 completed")
    course.world = replace(course.world, problems=("Driftgate may not read models.",))
    course.now += timedelta(days=2)
    outcome = course.look()

    assert course.one.phase == "trained"
    assert [f.reason for f in outcome.findings if f.verdict == "error"] == ["cannot_look"]


def test_a_new_cause_takes_the_place_of_a_request_that_nobody_took():
    course = Course(rules={**POSTED, "cool_down": 72 * HOUR}).play("0 drift a, 30 kpi c")

    assert course.asked() == "0 drift"
    course.play("72 nothing")
    assert (course.asked(), course.phases) == ("0 drift, 72 kpi", ["no_version", "requested"])


def test_a_problem_that_lasts_is_posted_once_until_that_ended():
    course = Course(rules={**POSTED, "cool_down": 72 * HOUR})
    course.play("0 drift a, 80 drift c, 160 drift d, 720 nothing")

    assert course.asked() == "0 drift, 720 drift"
