"""When drift is an alarm: by evidence that adds up, or by windows beyond their limit."""

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from shared.domain.evidence import DriftEvidence
from shared.domain.policy import DriftAlarm, DriftPolicy
from shared.domain.state import DriftWatch
from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.statistics import Comparison, Profile
from shared.statistics.profile import merged
from shared.statistics.sequential import (
    Calibration,
    Detector,
    State,
    Watch,
    persists,
    reset,
    run_length,
    take_in,
)

_YEAR = timedelta(days=365.25)
_WEEK = timedelta(days=7)
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
_REMEMBERED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One column behind an alarm: how it moved, in words, and which component of it."""

    column: str
    how: str
    component: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftSeen:
    """What the look says of the alarm: the columns that moved and since when, or that it is over.

    `moved` is empty without an alarm. `rows` profiles what came after the change began, as far as
    this look holds it. `over` says that an alarm told before has nothing left to stand on.
    """

    moved: tuple[Moved, ...]
    rows: Profile | None = None
    since: datetime
    sentence: str
    over: bool
    watch: DriftWatch


def look_for_drift(
    evidence: DriftEvidence,
    comparison: Comparison,
    drift: DriftPolicy,
    watch: DriftWatch,
    *,
    shown: bool = False,
) -> DriftSeen:
    """Take in one more window, and ask the alarm the policy chose."""
    recent = (*watch.recent, comparison.verdict.value)[-_REMEMBERED:]
    return ask_alarm(evidence, comparison, drift, replace(watch, recent=recent), shown=shown)


def ask_alarm(
    evidence: DriftEvidence,
    comparison: Comparison,
    drift: DriftPolicy,
    watch: DriftWatch,
    *,
    shown: bool = False,
) -> DriftSeen:
    """The same where `watch` knows the verdict of the window already.

    Without a calibration only limits can tell. Values are told only where they may be `shown`.
    """
    if drift.alarm is DriftAlarm.SEQUENTIAL and evidence.calibration is not None:
        return _sequential(evidence, drift, watch, shown=shown)
    return _by_limits(evidence, comparison, drift, watch)


def _by_limits(
    evidence: DriftEvidence, comparison: Comparison, drift: DriftPolicy, watch: DriftWatch
) -> DriftSeen:
    rule = drift.persistence
    verdicts = [Verdict(value) for value in watch.recent]
    raised = comparison.verdict is Verdict.FAIL and persists(
        verdicts, failing=rule.failing, of=rule.of
    )
    failing = [column.name for column in comparison.columns if column.verdict is Verdict.FAIL]
    asked = f" in {rule.failing} of {rule.of} windows" if rule.of > 1 else ""
    return DriftSeen(
        moved=tuple(Moved(column=name, how=f"beyond its limit{asked}") for name in failing)
        if raised
        else (),
        since=evidence.start,
        sentence="",
        over=comparison.verdict is Verdict.PASS,
        watch=replace(watch, until=evidence.watched_until or watch.until),
    )


def _sequential(
    evidence: DriftEvidence, drift: DriftPolicy, watch: DriftWatch, *, shown: bool
) -> DriftSeen:
    base = Profile.from_json(evidence.baseline or {})
    detector = Detector(
        base,
        Calibration.from_json(evidence.calibration or {}),
        tolerance=drift.tolerance,
        importance=drift.importance,
    )
    state = _state(detector, watch, evidence.version)
    was_raised = detector.evidence(state) > _threshold(drift)
    told: Watch | None = None
    for step in evidence.steps:
        win = Profile.from_json(step)
        state, told = take_in(
            detector,
            state,
            win,
            threshold=_run_length(drift),
            phase=_phase(win, drift.every),
            shown=shown,
        )
    raised = told.raised if told is not None else was_raised
    until = evidence.watched_until or watch.until
    since = evidence.start
    if raised and until is not None:
        since = until - (state.windows - detector.began(state)) * drift.every
    over = False
    if raised and was_raised and _is_over(detector, state, evidence, since):
        over, raised = True, False
        state = reset(state)
    kept = replace(watch, version=evidence.version, until=until, packed=state.pack())
    if not raised or told is None or until is None:
        return DriftSeen(moved=(), since=evidence.start, sentence="", over=over, watch=kept)
    return DriftSeen(
        moved=tuple(
            Moved(
                column=column.name,
                how=column.sentence.removeprefix(f"{column.name}: "),
                component=column.component,
            )
            for column in told.columns
        ),
        rows=_rows_since(evidence, since),
        since=since,
        sentence=(
            "Unchanged data would show as much about once in "
            f"{_run_length(drift):.0f} such periods."
        ),
        over=False,
        watch=kept,
    )


def _state(detector: Detector, watch: DriftWatch, version: str | None) -> State:
    """The kept evidence, or none where the baseline changed or the evidence cannot be read."""
    if watch.version != version or not watch.packed:
        return detector.start()
    try:
        state = State.unpack(watch.packed)
    except InvalidData:
        return detector.start()
    fresh = detector.start()
    return state if state.evidence.shape == fresh.evidence.shape else fresh


def _run_length(drift: DriftPolicy) -> float:
    return run_length(_YEAR / drift.every, drift.false_alarms_a_year)


def _threshold(drift: DriftPolicy) -> float:
    return math.log(_run_length(drift))


def _is_over(detector: Detector, state: State, evidence: DriftEvidence, since: datetime) -> bool:
    """Whether rows of after the change alone no longer show it; rows of before would hide it."""
    if evidence.window is None or evidence.start < since:
        return False
    win = Profile.from_json(evidence.window)
    return win.rows > 0 and not detector.still_shows(state, win)


def _rows_since(evidence: DriftEvidence, since: datetime) -> Profile | None:
    """The window where the change began before it, else the periods of this look after it began."""
    if evidence.start >= since:
        return None if evidence.window is None else Profile.from_json(evidence.window)
    steps = [Profile.from_json(step) for step in evidence.steps]
    after = [step for step in steps if step.start is not None and step.start >= since]
    return merged(after) if after else None


def _phase(win: Profile, every: timedelta) -> int | None:
    if win.start is None or every >= _WEEK or _WEEK % every:
        return None
    return int((win.start - _MONDAY) % _WEEK / every)
