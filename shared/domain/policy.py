"""One policy a model: what its owner wants watched, with defaults that need no thought."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Enforcement(StrEnum):
    """Whether a gate blocks, only warns, or is not looked at."""

    ENFORCE = "enforce"
    WARN = "warn"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The range a metric must lie in; either end may be open."""

    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """What a version must show before it is put forward for promotion.

    `min_auc` and `max_latency_ms` are short for entries of `metrics` named `auc` and `latency_ms`.
    `schema` compares the inputs with those of the serving champion.
    """

    min_auc: float | None = None
    max_latency_ms: float | None = None
    metrics: dict[str, Bound] = field(default_factory=dict)
    required_tags: list[str] = field(default_factory=list)
    schema: Enforcement = Enforcement.ENFORCE

    def bounds(self) -> dict[str, Bound]:
        """Every metric that has a limit, the two short forms included."""
        bounds = dict(self.metrics)
        if self.min_auc is not None:
            bounds["auc"] = Bound(min=self.min_auc)
        if self.max_latency_ms is not None:
            bounds["latency_ms"] = Bound(max=self.max_latency_ms)
        return bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingPolicy:
    """How long a new deployment may go without traffic, and how often to look while it does."""

    grace: timedelta = timedelta(minutes=30)
    look_again: timedelta = timedelta(minutes=30)
    severity: str = "critical"


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
    """Which inputs are compared with the training data, over what window, against what limit.

    `limit` is a population stability index; `columns` empty means every column of the baseline.
    The sequential alarm takes in the rows of `every` at a time, leaves shifts up to `tolerance`
    (standard deviations) alone, and errs `false_alarms_a_year` times a model; `importance` weighs
    columns, 1 being usual. `persistence` is for the alarm by limits.
    `retrain` says whether drift asks for a retraining.
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


class KpiKind(StrEnum):
    """What a KPI's values are, which decides its noise model."""

    PROPORTION = "proportion"
    COUNT = "count"
    MEAN = "mean"


class Direction(StrEnum):
    """Which way a KPI may not go."""

    FALL = "fall"
    RISE = "rise"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiPolicy:
    """One business figure and how far it may move from its seasonal baseline.

    `limit` is a share of the expected value when `relative`, else in the KPI's own unit
    (0.02 is two points of a proportion). `window` is judged, `history` before it is the baseline.
    `query` is KQL on Log Analytics, for a KPI that lies there.
    """

    name: str
    kind: KpiKind = KpiKind.PROPORTION
    direction: Direction = Direction.FALL
    limit: float = 0.1
    relative: bool = True
    window: timedelta = timedelta(days=1)
    history: timedelta = timedelta(days=56)
    confidence: float = 0.95
    severity: str = "critical"
    query: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything Driftgate has to know of one model; `model` alone is enough to be valid.

    `training_data` names the data the model was trained on when the registered version does not.
    `promote_to` is the stage a version that passes is put forward for.
    """

    model: str
    endpoint: str | None = None
    owner: str | None = None
    training_data: str | None = None
    promote_to: str = "production"
    gates: Gates = field(default_factory=Gates)
    routing: RoutingPolicy = field(default_factory=RoutingPolicy)
    drift: DriftPolicy = field(default_factory=DriftPolicy)
    kpis: list[KpiPolicy] = field(default_factory=list)
