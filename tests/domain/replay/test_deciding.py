"""How far a replay has come, whatever is said of it and in whatever order."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.action import StepReplay
from shared.domain.decisions.replay import decide_replay
from shared.domain.evidence import NoEvidence
from shared.domain.people.replay import (
    Advance,
    replay_advanced,
    replay_asked,
    replay_failed,
    replay_resumed,
    replay_stopped,
)
from shared.domain.replay import ReplayPhase, Selection
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
CARL = {"author": "carl", "reason": "too loud", "now": NOON}


def asked(rate=60.0, reason="they were lost"):
    return replay_asked(
        "lost",
        Selection(),
        again=False,
        rate=rate,
        expected=30,
        author="berta",
        reason=reason,
        now=NOON,
    )


def advanced(step, told=10, *, done=False, cursor="here"):
    advance = Advance(told=told, skipped=1, refused=0, cursor=cursor, done=done)
    return replay_advanced("lost", step, advance, NOON)


def decided(*events):
    """The reason of each, the last action of any, and the state behind the last."""
    state, reasons, actions = SubjectState(), [], []
    for event in events:
        outcome = decide_replay(event, NoEvidence(taken=NOON), None, state, NOON)
        state = outcome.state
        reasons.append(outcome.findings[0].reason)
        actions.append(outcome.actions)
    return reasons, actions, state.replay


def step(number, after=0):
    return (StepReplay(replay="lost", step=number, at=NOON + timedelta(seconds=after)),)


def test_each_step_orders_the_next_when_the_rate_allows_it_and_the_last_none():
    reasons, actions, watch = decided(asked(), advanced(1), advanced(2, 5, done=True, cursor=None))

    assert reasons == ["asked", "advanced", "done"]
    assert actions == [step(1), step(2, after=10), ()]
    assert (watch.phase, watch.told, watch.skipped) == (ReplayPhase.DONE, 15, 2)
    assert watch.cursor == "here"


@pytest.mark.parametrize(
    ("events", "last"),
    [
        ([advanced(1)], "unknown"),
        ([asked(), asked(reason="once more")], "known"),
        ([asked(), advanced(2)], "out_of_step"),
        ([asked(), advanced(1), advanced(1)], "out_of_step"),
        ([asked(), advanced(1, done=True), advanced(2)], "out_of_step"),
        ([asked(), advanced(1, done=True), replay_resumed("lost", **CARL)], "over"),
        ([asked(), advanced(1, done=True), replay_stopped("lost", **CARL)], "not_running"),
        ([asked(), advanced(1), replay_failed("lost", 1, "No.", NOON)], "not_running"),
    ],
)
def test_what_is_late_twice_or_of_nothing_changes_nothing(events, last):
    reasons, actions, watch = decided(*events)
    _, _, before = decided(*events[:-1])

    assert (reasons[-1], actions[-1]) == (last, ())
    assert watch == before


def test_a_step_that_ends_after_it_was_stopped_counts_and_orders_no_other():
    reasons, actions, watch = decided(asked(), replay_stopped("lost", **CARL), advanced(1))

    assert (reasons[-1], actions[-1]) == ("stopped", ())
    assert (watch.phase, watch.told, watch.said_by, watch.said) == (
        ReplayPhase.STOPPED,
        10,
        "carl",
        "too loud",
    )


def test_resumed_it_orders_a_new_step_and_the_one_that_hangs_is_let_be():
    reasons, actions, watch = decided(asked(), replay_resumed("lost", **CARL), advanced(1))

    assert reasons == ["asked", "resumed", "out_of_step"]
    assert actions == [step(1), step(2), ()]
    assert (watch.phase, watch.told) == (ReplayPhase.RUNNING, 0)


def test_one_that_failed_says_why_and_is_an_error_until_it_is_resumed():
    failed = replay_failed("lost", 1, "The archive may not be read.", NOON)
    state = SubjectState()
    for event in (asked(), failed):
        outcome = decide_replay(event, NoEvidence(taken=NOON), None, state, NOON)
        state = outcome.state

    assert outcome.findings[0].verdict is Verdict.ERROR
    assert outcome.findings[0].sentence.endswith("The archive may not be read.")
    assert state.replay.phase is ReplayPhase.FAILED
    assert decided(asked(), failed, replay_resumed("lost", **CARL))[0][-1] == "resumed"
