"""What a version has to show before it is put forward: one class a gate.

Every gate can block (`enforce`), only tell (`warn`) or not be looked at (`off`), which may be
written in place of its settings: `drift: off`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar


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
class Gate:
    """A gate's `mode`, and how old its evidence may be: older is inconclusive."""

    SHORT: ClassVar[str] = "mode"
    mode: Enforcement = Enforcement.ENFORCE
    max_age: timedelta = timedelta(hours=1)


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
    relative: bool = False
    better: Better | None = None
    kind: MetricKind | None = None
    n: str | None = None
    n_positive: str = "n_positive"
    n_negative: str = "n_negative"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChampionGate(Gate):
    """The version may not be worse than the one that serves, by more than a margin a metric."""

    metrics: dict[str, Margin] = field(default_factory=dict)
    confidence: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernanceGate(Gate):
    """Whose the version is and where it comes from; what is required has to be recorded."""

    owner: bool = False
    data: bool = False
    run: bool = False
    environment: bool = False


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
    bounds: dict[str, Bound] = field(default_factory=dict)
    required: bool = True
    confidence: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentGate(Gate):
    """The version is deployed where it is tried out, and the deployment is complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingGate(Gate):
    """Where it is tried out it has the traffic that is declared for it, and requests are seen."""

    min_requests: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyGate(Gate):
    """`percentile` of its answers come within `max_ms`, `gates.max_latency_ms` unless given."""

    max_ms: float | None = None
    percentile: float = 95.0
    window: timedelta = timedelta(hours=1)
    confidence: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsGate(Gate):
    """At most such a share of its answers are its fault, `health.max_error_rate` unless given."""

    max_rate: float | None = None
    window: timedelta = timedelta(hours=1)
    confidence: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftGate(Gate):
    """What is scored today is what the version was trained on, by `drift.limit` unless given."""

    mode: Enforcement = Enforcement.WARN
    max_age: timedelta = timedelta(days=2)
    limit: float | None = None
    window: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryGate(Gate):
    """Its answers against those of the deployment that serves, over the same minutes.

    `errors` is the allowed rise of the error rate, `latency` that of the mean latency as a share;
    `kpis` are compared where they can be told by deployment. At most 1 - `confidence` of unchanged
    versions fail, over the `looks` of all steps together, which are planned over the step's `bake`,
    over `window` where it has none.
    """

    window: timedelta = timedelta(hours=1)
    every: timedelta = timedelta(minutes=5)
    errors: float = 0.005
    latency: float = 0.1
    kpis: list[str] = field(default_factory=list)
    confidence: float = 0.98
    looks: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class BakeGate(Gate):
    """For so long it has been tried out, with traffic, before it goes on."""

    time: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackGate(Gate):
    """There is a deployment to go back to: complete, healthy, of a schema that callers can use.

    `proven_within` is how long ago it may have last carried the traffic by itself.
    """

    proven_within: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """No promotion from `start` to `end`, and why."""

    start: datetime
    end: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarGate(Gate):
    """When promotions may happen: on which `days`, between which `hours`, never in a freeze.

    `days` such as `mon-thu` and `hours` such as `09:00-16:00`, in the time `zone`; empty is always.
    """

    days: list[str] = field(default_factory=list)
    hours: str | None = None
    zone: str = "UTC"
    freezes: list[Freeze] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetGate(Gate):
    """At most so many promotions of all models are open at the same time."""

    most_open: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """What a version must show before it is put forward for promotion.

    `min_auc` and `max_latency_ms` are short for entries of `metrics` named `auc` and `latency_ms`.
    `schema` compares the inputs with those of the serving champion. All evidence has to be of the
    same `interval`. What only people can mend is told at once; what waiting can mend is told after
    `patience`.
    """

    min_auc: float | None = None
    max_latency_ms: float | None = None
    metrics: dict[str, Bound] = field(default_factory=dict)
    required_tags: list[str] = field(default_factory=list)
    schema: Enforcement = Enforcement.ENFORCE
    champion: ChampionGate = field(default_factory=ChampionGate)
    governance: GovernanceGate = field(default_factory=GovernanceGate)
    slices: SlicesGate = field(default_factory=SlicesGate)
    deployment: DeploymentGate = field(default_factory=DeploymentGate)
    routing: RoutingGate = field(default_factory=RoutingGate)
    latency: LatencyGate = field(default_factory=LatencyGate)
    errors: ErrorsGate = field(default_factory=ErrorsGate)
    drift: DriftGate = field(default_factory=DriftGate)
    canary: CanaryGate = field(default_factory=CanaryGate)
    bake: BakeGate = field(default_factory=BakeGate)
    rollback: RollbackGate = field(default_factory=RollbackGate)
    calendar: CalendarGate = field(default_factory=CalendarGate)
    budget: BudgetGate = field(default_factory=BudgetGate)
    interval: timedelta = timedelta(minutes=30)
    patience: timedelta = timedelta(days=1)

    def bounds(self) -> dict[str, Bound]:
        """Every metric that has a limit, the two short forms included."""
        bounds = dict(self.metrics)
        if self.min_auc is not None:
            bounds["auc"] = Bound(min=self.min_auc)
        if self.max_latency_ms is not None:
            bounds["latency_ms"] = Bound(max=self.max_latency_ms)
        return bounds
