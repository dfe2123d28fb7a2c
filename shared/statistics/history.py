"""Several windows in a row: each one's comparison, and the alarm whose evidence adds up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isinf
from typing import Any

from shared.domain.canonical import format_time
from shared.domain.verdict import Verdict
from shared.statistics.comparison.compare import Comparison, compare
from shared.statistics.comparison.limits import Limits
from shared.statistics.profile import Profile, merged
from shared.statistics.sequential import (
    TOLERANCE,
    Calibration,
    ColumnEvidence,
    Detector,
    Watch,
    size_of,
    take_in,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One window of a history: its comparison, and where the alarm stands, if it is watched."""

    window: Profile
    comparison: Comparison
    watch: Watch | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: verdicts and the index of each column, not every distance."""
        start, end, watch = self.window.start, self.window.end, self.watch
        return {
            "start": None if start is None else format_time(start),
            "end": None if end is None else format_time(end),
            "rows": self.window.rows,
            "verdict": self.comparison.verdict.value,
            "raised": None if watch is None else watch.raised,
            "evidence": None if watch is None or isinf(watch.evidence) else watch.evidence,
            "columns": {
                column.name: {
                    "verdict": column.verdict.value,
                    **{
                        end: getattr(psi, end)
                        for psi in [column.distances.get("psi")]
                        if psi is not None
                        for end in ("estimate", "low", "high")
                    },
                }
                for column in self.comparison.columns
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """The first alarm of a history: raised in window `raised`, of a change since window `began`.

    Windows are counted from 0. `since` compares the windows from the change on, together; `sizes`
    says of each column behind the alarm how much it changed.
    """

    raised: int
    began: int
    columns: tuple[ColumnEvidence, ...]
    since: Comparison
    sizes: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "raised": self.raised,
            "began": self.began,
            "rows_since": self.since.rows_window,
            "columns": [
                {
                    "name": column.name,
                    "component": column.component,
                    "sentence": column.sentence,
                    "size": self.sizes[column.name],
                    "began": column.began,
                    "evidence": column.evidence,
                }
                for column in self.columns
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Windows in the order of time, and the alarm, if there was one.

    `run_length` is the mean number of windows between false alarms that is promised; `unwatched`
    says why there is no alarm to be had.
    """

    looks: tuple[Look, ...]
    alarm: Alarm | None
    run_length: float
    unwatched: str = ""

    @property
    def verdict(self) -> Verdict:
        """Fail once an alarm was raised; inconclusive where nothing could be watched."""
        if self.alarm is not None:
            return Verdict.FAIL
        return Verdict.INCONCLUSIVE if self.unwatched or not self.looks else Verdict.PASS

    def sentence(self) -> str:
        """What the history says, in one sentence."""
        if self.unwatched:
            return f"No alarm is possible: {self.unwatched}"
        if self.alarm is None:
            return (
                f"No alarm in {len(self.looks)} windows; unchanged data would raise one about "
                f"every {self.run_length:.0f} windows."
            )
        named = "; ".join(
            f"{column.sentence}{', ' * bool(size)}{size}"
            for column in self.alarm.columns[:5]
            for size in [self.alarm.sizes[column.name]]
        )
        more = len(self.alarm.columns) - 5
        return (
            f"Alarm in window {self.alarm.raised + 1} of {len(self.looks)}: the data changed with "
            f"window {self.alarm.began + 1}. {named}{f'; and {more} more' if more > 0 else ''}."
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "verdict": self.verdict.value,
            "sentence": self.sentence(),
            "run_length": self.run_length,
            "alarm": None if self.alarm is None else self.alarm.to_json(),
            "windows": [look.to_json() for look in self.looks],
        }


def look_back(
    base: Profile,
    windows: Sequence[Profile],
    *,
    calibration: Calibration | None,
    run_length: float,
    unwatched: str = "",
    phases: Sequence[int] | None = None,
    limits: Limits | None = None,
    tolerance: float = TOLERANCE,
    importance: Mapping[str, float] | None = None,
) -> History:
    """Judge windows in the order of time; without a calibration each stands for itself.

    `phases` numbers each window's place in the season the calibration learnt.
    Raises InvalidData for windows of another baseline.
    """
    watches: list[Watch | None] = [None] * len(windows)
    if calibration is not None:
        detector = Detector(base, calibration, tolerance=tolerance, importance=importance)
        state = detector.start()
        for index, win in enumerate(windows):
            phase = None if phases is None else phases[index]
            state, watches[index] = take_in(detector, state, win, threshold=run_length, phase=phase)
    looks = tuple(
        Look(window=win, comparison=compare(base, win, limits=limits), watch=watch)
        for win, watch in zip(windows, watches, strict=True)
    )
    first = next((watch for watch in watches if watch is not None and watch.raised), None)
    return History(
        looks=looks,
        alarm=None if first is None else _alarm(base, windows, first, limits),
        run_length=run_length,
        unwatched="" if calibration is not None else unwatched or "nothing was learnt.",
    )


def _alarm(base: Profile, windows: Sequence[Profile], first: Watch, limits: Limits | None) -> Alarm:
    began = first.window if first.began is None else first.began
    since = compare(base, merged(windows[began:]), limits=limits)
    by_name = {column.name: column for column in since.columns}
    return Alarm(
        raised=first.window,
        began=began,
        columns=first.columns,
        since=since,
        sizes={
            column.name: size_of(column.component, by_name[column.name]) for column in first.columns
        },
    )
