"""Gates that rest on what is recorded of a version: its metrics, and where it comes from."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from shared.domain.policy.gate import Bound, Gate


class Better(StrEnum):
    """Which way a metric gets better."""

    HIGHER = "higher"
    LOWER = "lower"


class MetricKind(StrEnum):
    """What a metric is: an area under the ROC curve, a share of rows, or anything else."""

    AUC = "auc"
    PROPORTION = "proportion"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """How much worse than the champion a metric may be: absolute, or `relative` a share of it.

    `better` is higher unless it says lower; names of errors and losses have to say it. `kind` is
    told by the metric's name unless given. `n` names the metric that counts the rows it was
    measured on, `n_positive` and `n_negative` those that count the rows of each class; without
    them, or a standard error logged as `<metric>_se`, there is no interval.
    """

    SHORT: ClassVar[str] = "allowed"
    allowed: float = 0.0
    """How much worse it may be; with `relative` a share below 1. 0 or more."""
    relative: bool = False
    """Whether `allowed` is a share of the champion's value."""
    better: Better | None = None
    """Which way is better; names of errors and losses have to say it."""
    kind: MetricKind | None = None
    """What the metric is; told by its name unless given."""
    n: str | None = None
    """The metric that counts the rows it was measured on."""
    n_positive: str = "n_positive"
    """The metric that counts the rows of the positive class."""
    n_negative: str = "n_negative"
    """The metric that counts the rows of the negative class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChampionGate(Gate):
    """The version may not be worse than the one that serves, by more than a margin a metric."""

    metrics: dict[str, Margin] = field(default_factory=dict)
    """By how much each metric may be worse than the champion's."""
    confidence: float = 0.95
    """Of the interval around the difference. Between 0 and 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernanceGate(Gate):
    """Whose the version is and where it comes from; what is required has to be recorded."""

    owner: bool = False
    """The version has to name its owner."""
    data: bool = False
    """The data it was trained on has to be recorded."""
    run: bool = False
    """The run that made it has to be recorded."""
    environment: bool = False
    """The environment it was trained in has to be recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlicesGate(Gate):
    """Metrics the run logged a slice at a time may not lie far apart.

    Their names are `auc/region/north`, or `auc[region=north]` where brackets are allowed. `max_gap`
    is the largest difference of a metric between two slices of the same columns, as between groups
    of people; `bounds` hold for each slice. Rows counted as `n/region/north` (`n_positive` and
    `n_negative` for what rests on a class) give intervals, which hold for all slices of a metric
    together. With `required`, a metric without slices is inconclusive.
    """

    max_gap: dict[str, float] = field(default_factory=dict)
    """The largest difference of a metric between two slices, by its name; 0 or more each."""
    bounds: dict[str, Bound] = field(default_factory=dict)
    """Limits that hold for each slice."""
    required: bool = True
    """Whether a metric without slices is inconclusive."""
    confidence: float = 0.95
    """Of the intervals of all slices of a metric together. Between 0 and 1."""
