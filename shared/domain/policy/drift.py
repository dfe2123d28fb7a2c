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
    """So many windows have to be beyond, not more than `of`. 1 or more."""
    of: int = 1
    """Of so many last ones, not fewer than `failing`. 1 or more."""


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
    """Columns that are compared; empty is every column of the baseline."""
    exclude: list[str] = field(default_factory=list)
    """Columns that are not."""
    window: timedelta = timedelta(days=7)
    """The rows of so long are compared."""
    limit: float = 0.2
    """Population stability index beyond which a column has moved. Above 0."""
    limits: dict[str, float] = field(default_factory=dict)
    """Limits of single columns, by their names; above 0 each."""
    confidence: float = 0.95
    """Of the interval around an index. Between 0 and 1."""
    alarm: DriftAlarm = DriftAlarm.SEQUENTIAL
    """`sequential` adds evidence up, `limits` judges each window by itself."""
    every: timedelta = timedelta(days=1)
    """The sequential alarm takes in the rows of so long at a time. 1m or more."""
    false_alarms_a_year: float = 1.0
    """How often the alarm may err, a model. Above 0."""
    tolerance: float = 0.01
    """Shifts of so many standard deviations are let be. From 0 to below 1."""
    importance: dict[str, float] = field(default_factory=dict)
    """Weights of columns by their names, 1 being usual; above 0 each."""
    persistence: Persistence = field(default_factory=Persistence)
    """How many windows have to be beyond a limit, with `alarm: limits`."""
    retrain: bool = True
    """Whether drift asks for a retraining."""
    monitors: list[str] = field(default_factory=list)
    """Azure Machine Learning's monitors whose breaches ask for one too, by their experiments."""
