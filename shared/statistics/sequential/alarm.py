"""The sequential alarm: whether evidence of a change has added up, since when, in which columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.domain.canonical import to_plain
from shared.errors import InvalidData
from shared.statistics.profile import Profile
from shared.statistics.sequential.calibration import Calibration
from shared.statistics.sequential.detector import TOLERANCE, Detector, State, reset, run_length

_UP = {"location": "its values are higher", "spread": "its values are further apart"}
_DOWN = {"location": "its values are lower", "spread": "its values are closer together"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnEvidence:
    """What one column adds to an alarm; `evidence` is how often its bets won over the run length.

    `began` numbers the window its change began with, counted from 0.
    """

    name: str
    component: str
    sentence: str
    evidence: float
    began: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Where the watch stands after a window.

    `evidence` is the natural logarithm of the average Shiryaev–Roberts sum, `threshold` that of
    the run length; `began` numbers the window the change began with, None while nothing is told.
    """

    window: int
    raised: bool
    evidence: float
    threshold: float
    began: int | None
    columns: tuple[ColumnEvidence, ...]
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        plain = to_plain(self)
        assert isinstance(plain, dict)  # noqa: S101  narrows the type of a dataclass's plain form
        return plain


def take_in(
    detector: Detector,
    state: State,
    win: Profile,
    *,
    threshold: float,
    phase: int | None = None,
    shown: bool = True,
) -> tuple[State, Watch]:
    """Add one window's evidence; the alarm is raised while its average is above the threshold.

    `threshold` is the run length, in windows. Unless they are `shown`, no sentence holds a value.
    """
    after = detector.update(state, win, phase)
    evidence = detector.evidence(after)
    raised = bool(evidence > np.log(threshold))
    columns = _columns(detector, after, threshold, shown=shown) if raised else ()
    began = detector.began(after) if raised else None
    watch = Watch(
        window=after.windows - 1,
        raised=raised,
        evidence=evidence,
        threshold=float(np.log(threshold)),
        began=began,
        columns=columns,
        sentence=_sentence(raised, evidence, threshold, columns),
    )
    return after, watch


def watch_windows(
    base: Profile,
    calibration: Calibration,
    windows: Sequence[Profile],
    *,
    windows_a_year: float,
    false_alarms_a_year: float = 1.0,
    tolerance: float = TOLERANCE,
    importance: Mapping[str, float] | None = None,
    phases: Sequence[int] | None = None,
) -> tuple[Watch, ...]:
    """Watch windows in the order of time, none overlapping another; one `Watch` each.

    An alarm stays raised until its evidence is gone; `tolerance` is the change in standard
    deviations that is too small to matter, `importance` weighs columns.
    Raises InvalidData for windows of another baseline or a budget that is not above 0.
    """
    if phases is not None and len(phases) != len(windows):
        raise InvalidData(f"There are {len(phases)} phases for {len(windows)} windows.")
    detector = Detector(base, calibration, tolerance=tolerance, importance=importance)
    threshold = run_length(windows_a_year, false_alarms_a_year)
    state = detector.start()
    found = []
    for index, win in enumerate(windows):
        phase = None if phases is None else phases[index]
        state, watch = take_in(detector, state, win, threshold=threshold, phase=phase)
        found.append(watch)
    return tuple(found)


def _columns(
    detector: Detector, state: State, threshold: float, *, shown: bool
) -> tuple[ColumnEvidence, ...]:
    """The columns whose own evidence passes the run length, strongest first; at least one."""
    by_column = detector.evidence_by_column(state)
    ordered = sorted(by_column, key=lambda name: -by_column[name])
    share = np.log(len(ordered))
    told = [name for name in ordered if by_column[name] + share > np.log(threshold)] or ordered[:1]
    found = []
    for name in told:
        channel, began, direction = detector.strongest(state, name)
        words = _UP if direction > 0 else _DOWN
        if channel.is_share:
            part = channel.component if shown else channel.hidden or channel.component
            what = f"{part} {'more' if direction > 0 else 'less'} often"
        else:
            what = words.get(channel.component, "its shape changed")
        found.append(
            ColumnEvidence(
                name=name,
                component=channel.component,
                sentence=f"{name}: {what}",
                evidence=by_column[name] + float(share),
                began=began,
            )
        )
    return tuple(found)


def _sentence(
    raised: bool, evidence: float, threshold: float, columns: Sequence[ColumnEvidence]
) -> str:
    if not raised:
        part = float(np.exp(min(evidence, 0.0 + np.log(threshold)))) / threshold
        return f"No alarm: the evidence stands at {part:.1%} of what one needs."
    listed = "; ".join(column.sentence for column in columns[:5])
    more = f"; and {len(columns) - 5} more" if len(columns) > 5 else ""
    return (
        f"The data changed: unchanged data would show as much about once in {threshold:.0f} "
        f"windows. {listed}{more}."
    )


__all__ = ["ColumnEvidence", "Watch", "reset", "take_in", "watch_windows"]
