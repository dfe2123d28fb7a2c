"""After some that were of no use no more is asked for, until somebody says so or one helps."""

import pytest

from shared.domain.event import EventType
from tests.domain.retraining.course import PIPELINE, SUBJECT, Course

STOPPED = "retraining_stopped"


def in_a_row(*ends):
    """A retraining every ten hours, each ending as told; then one cause more."""
    steps = []
    for number, end in enumerate(ends):
        hour = 10 * number
        steps.append(f"{hour} drift {hour}")
        if end == "refused":
            steps.append(f"{hour + 2} refused")
            continue
        steps.append(f"{hour + 1} started")
        if end in {"failed", "canceled"}:
            steps.append(f"{hour + 2} {end}")
        else:
            steps += [f"{hour + 2} completed", f"{hour + 3} version v{number}"]
            steps.append(f"{hour + 4} {end} v{number}")
        steps.append(f"{hour + 5} began")
    hour = 10 * len(ends)
    return ", ".join([*steps, f"{hour} drift {hour}"])


class Row(Course):
    """A course whose next job begins as if nothing had been."""

    def step(self, word, of=""):
        if word == "began":
            self.job("running")
        else:
            super().step(word, of)


NOT, PROMOTED, FAILED = "unpromoted", "promoted", "failed"
ROWS = [
    ("three without gain", (NOT, NOT, NOT), True),
    ("two without gain", (NOT, NOT), False),
    ("a promotion between", (NOT, NOT, PROMOTED, NOT), False),
    ("three failures", (FAILED, FAILED, FAILED), True),
    ("two failures", (FAILED, FAILED), False),
    ("failures among those without gain", (NOT, FAILED, NOT, FAILED), False),
    ("failures do not hide those without gain", (NOT, FAILED, NOT, FAILED, NOT), True),
    ("what was cancelled or refused", ("canceled", "refused", "canceled", "refused"), False),
]


@pytest.mark.parametrize(("says", "ends", "stops"), ROWS, ids=[row[0] for row in ROWS])
def test_a_row_of_no_use_stops_it(says, ends, stops):
    course = Row().play(in_a_row(*ends))

    assert (course.state.retraining.stopped is not None) == stops, says
    assert (STOPPED in course.firing) == stops
    assert len(course.requests) == len(ends) + (not stops)


def test_somebody_resumes_it_and_what_waits_is_asked_for():
    course = Row().play(in_a_row(NOT, NOT, NOT) + ", 33 resumed, 34 nothing")

    assert [hour for hour, _ in course.requests] == [0, 10, 20, 33]
    assert course.alerts[-1] == (33, "ResolveAlert", STOPPED)
    [record] = [r for r in course.state.alerts.values() if r.alert.kind == STOPPED]
    assert record.reason == "anna resumed it"
    assert course.state.retraining.resumed_by == "anna"


def test_a_version_that_is_promoted_otherwise_resumes_it():
    course = Row().play(in_a_row(NOT, NOT, NOT) + ", 60 promoted 7, 61 drift z")

    assert course.state.retraining.stopped is None
    [record] = [r for r in course.state.alerts.values() if r.alert.kind == STOPPED]
    assert record.reason == "a version was promoted"


def test_a_blocked_version_that_is_promoted_later_counts_as_gain():
    course = Row().play(in_a_row(NOT, NOT, NOT) + ", 40 promoted v2")

    assert course.state.retraining.stopped is None


def test_after_it_was_resumed_a_whole_row_is_needed_again():
    course = Row(rules={"without_gain": 2}).play(
        in_a_row(NOT, NOT) + ", 21 resumed, 22 started, 23 version x, 24 unpromoted x"
    )

    assert course.phases == ["not_promoted"] * 3
    assert course.state.retraining.stopped is None


def test_with_none_needed_it_never_stops():
    course = Row(rules={"without_gain": 0}).play(in_a_row(NOT, NOT, NOT, NOT))

    assert course.state.retraining.stopped is None


def test_a_training_that_registers_nothing_counts_as_a_failure():
    course = Course(rules={"job": None, "pipeline": PIPELINE})
    for letter in "afk":
        course.wanted("drift", letter)
        course.started("pipeline")
        course.run(state="completed", result="succeeded")
        course.play(f"{course.hour} nothing", until=course.hour + 26)

    assert course.phases == ["no_version"] * 3
    assert "failed or registered nothing" in next(
        record.alert.text for record in course.state.alerts.values() if record.alert.kind == STOPPED
    )


def test_who_resumes_is_one_line_of_what_can_be_printed():
    course = Course()
    [finding, *_] = course.say(
        EventType.RETRAINING_RESUMED, author="an\u202ena\n", reason="new\nlabels."
    ).findings

    assert finding.sentence == "anna resumes the retraining of churn, not stopped: new labels."
    assert course.state.checks == {}
    assert course.given[0][0].subject == SUBJECT
