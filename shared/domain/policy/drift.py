"""How inputs are compared with the training data."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class DriftAlarm(StrEnum):
    """What raises the drift alarm: evidence that adds up, or a window beyond its limit."""

    SEQUENTIAL = "sequential"
    LIMITS = "limits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Persistence:
    """How many of the last windows must be beyond a limit before it is an alarm."""

    failing: int = 1
    of: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftPolicy:
    """Which columns are compared with the training data, over what window, against what limit.

    A `window` ends with each period of `every`, or of its own length where that is shorter.
    Predictions are compared like inputs, or with the version's own first window where the training
    data holds none.
    `limit` is a population stability index; `columns` empty means every column of the baseline.
    The sequential alarm takes in the rows of `every` at a time, leaves shifts up to `tolerance`
    (standard deviations) alone, and errs `false_alarms_a_year` times a model; `importance` weighs
    columns, 1 being usual. `persistence` is for the alarm by limits.
    `retrain` says whether drift asks for a retraining; so do breaches of the `monitors` of Azure
    Machine Learning that it names, by their experiments.
    """

    columns: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    window: timedelta = timedelta(days=7)
    limit: float = 0.2
    limits: dict[str, float] = field(default_factory=dict)
    confidence: float = 0.95
    alarm: DriftAlarm = DriftAlarm.SEQUENTIAL
    every: timedelta = timedelta(days=1)
    false_alarms_a_year: float = 1.0
    tolerance: float = 0.01
    importance: dict[str, float] = field(default_factory=dict)
    persistence: Persistence = field(default_factory=Persistence)
    retrain: bool = True
    monitors: list[str] = field(default_factory=list)
