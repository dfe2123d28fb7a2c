"""Reads what a version answered, where its training data holds no predictions to compare with."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from shared.domain.decisions.drift.windows import last_border, taken_in_until
from shared.domain.evidence import DriftEvidence
from shared.domain.policy import DriftAlarm, DriftPolicy
from shared.domain.state import DriftWatch
from shared.errors import InvalidData
from shared.ports import Profiles
from shared.service.collected import CollectedRows, WindowRead

if TYPE_CHECKING:
    from shared.statistics import Profile

ROWS_NEEDED = 1_000
_MOST_WINDOWS = 4


def look_at_predictions(
    look: DriftEvidence,
    read: WindowRead,
    rows: CollectedRows,
    watch: DriftWatch,
    drift: DriftPolicy,
    settled: datetime,
    model: str,
    profiles: Profiles,
) -> DriftEvidence | None:
    """The same look at the answers; None when none is to be watched on its own.

    The first whole window of answers that can no longer get rows becomes their baseline, or so
    many periods more that it holds a thousand rows; it is kept under the version's name.
    """
    names = _watched(read, look, drift)
    if not names or look.version is None:
        return None
    known = watch if watch.version == look.version else DriftWatch(version=look.version)
    began = known.began
    if began is None and read.answers_since is not None:
        began = last_border(read.answers_since, drift.every)
    beginning = DriftEvidence(
        taken=look.taken, start=look.start, end=look.end, version=look.version, began=began
    )
    answers = rows.answers()
    try:
        base = _baseline(f"{model}/{look.version}", names, answers, began, drift, settled, profiles)
        if base is None or base.end is None or base.end >= look.end:
            return beginning
        return _compared(beginning, base, answers, known, drift, settled, model, profiles)
    except InvalidData as problem:
        return replace(beginning, problem=str(problem))


def unread_since(
    watch: DriftWatch, version: str, drift: DriftPolicy, settled: datetime
) -> list[datetime]:
    """From when on answers are still to be read: for their baseline, or by their alarm."""
    begun = watch.until or watch.began
    if watch.version != version or begun is None:
        return []
    return [max(begun, settled - _MOST_WINDOWS * drift.window)]


def _watched(read: WindowRead, look: DriftEvidence, drift: DriftPolicy) -> list[str]:
    """Columns of the answers that the training data does not hold and the policy does not skip."""
    baseline = look.baseline or {}
    known = {*(baseline.get("columns") or ()), *(baseline.get("skipped") or ()), *drift.exclude}
    wanted = [name for name in read.answered if name not in known]
    return [name for name in wanted if not drift.columns or name in drift.columns]


def _baseline(
    name: str,
    columns: list[str],
    answers: CollectedRows,
    began: datetime | None,
    drift: DriftPolicy,
    settled: datetime,
    profiles: Profiles,
) -> "Profile | None":
    """The kept one, or one that is made now because the first window is over."""
    from shared.profiles import baseline
    from shared.profiles.calibrating import calibration
    from shared.profiles.spans import first_rows, rows_between
    from shared.statistics import Profile
    from shared.statistics.sequential import MOST_OF_ANSWERS

    stored = profiles.load(f"predictions/{name}")
    if stored is not None:
        return Profile.from_json(stored)
    if began is None or settled - began < drift.window:
        return None
    start = max(began, settled - _MOST_WINDOWS * drift.window)
    parts, column = answers.parts(start, settled)
    came = rows_between(parts, columns, time_column=column or "", start=start, end=settled)
    found = first_rows(came, column or "", start + drift.window, drift.every, ROWS_NEEDED)
    if found is None or found[1] > settled:
        return None
    table, end = found
    made = replace(baseline(table), start=start, end=end)
    profiles.save(f"predictions/{name}", made.to_json())
    learnt = calibration(table, made, most=MOST_OF_ANSWERS)
    profiles.save(f"predictions-calibration/{name}", learnt.to_json())
    return made


def _compared(
    beginning: DriftEvidence,
    base: "Profile",
    answers: CollectedRows,
    watch: DriftWatch,
    drift: DriftPolicy,
    settled: datetime,
    model: str,
    profiles: Profiles,
) -> DriftEvidence:
    """The answers of after the baseline: the window, and the periods that are not taken in yet."""
    made = base.end or beginning.end
    start = max(beginning.start, made)
    since = max(watch.until or made, settled - _MOST_WINDOWS * drift.window)
    learnt = None
    if drift.alarm is DriftAlarm.SEQUENTIAL:
        learnt = profiles.load(f"predictions-calibration/{model}/{beginning.version}")
    due = learnt is not None and since < settled
    until = taken_in_until(since, settled, drift.every, len(base.columns))
    steps = answers.periods(base, drift.every, since, until) if due else []
    return replace(
        beginning,
        start=start,
        baseline=base.to_json(),
        window=answers.window(base, start, beginning.end).profile.to_json(),
        calibration=None if learnt is None else dict(learnt),
        steps=tuple(step.to_json() for step in steps),
        watched_until=max(until, since),
    )
