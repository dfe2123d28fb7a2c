"""What a version has to show before it is put forward: one class a gate."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.domain.policy.gate import Bound, Enforcement, Gate
from shared.domain.policy.recorded_gates import ChampionGate, GovernanceGate, SlicesGate


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentGate(Gate):
    """The version is deployed where it is tried out, and the deployment is complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingGate(Gate):
    """Where it is tried out it has the traffic that is declared for it, and requests are seen."""

    min_requests: int = 1
    """So many requests have to be seen. 0 or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyGate(Gate):
    """`percentile` of its answers come within `max_ms`, `gates.max_latency_ms` unless given."""

    max_ms: float | None = None
    """Milliseconds; `gates.max_latency_ms` unless given. Above 0."""
    percentile: float = 95.0
    """Per cent of the answers that have to come in time. Between 0 and 100."""
    window: timedelta = timedelta(hours=1)
    """The answers of so long are judged. 1m or more."""
    confidence: float = 0.95
    """Of the interval. Between 0 and 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsGate(Gate):
    """At most such a share of its answers are its fault, `health.max_error_rate` unless given."""

    max_rate: float | None = None
    """The share of answers that may be its fault; `health.max_error_rate` unless given. Between 0
    and 1.
    """
    window: timedelta = timedelta(hours=1)
    """The answers of so long are judged. 1m or more."""
    confidence: float = 0.95
    """Of the interval. Between 0 and 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftGate(Gate):
    """What is scored today is what the version was trained on, by `drift.limit` unless given."""

    mode: Enforcement = Enforcement.WARN
    max_age: timedelta = timedelta(days=2)
    limit: float | None = None
    """Population stability index; `drift.limit` unless given. Above 0."""
    window: timedelta = timedelta(days=7)
    """The rows of so long are compared. 1m or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryGate(Gate):
    """Its answers against those of the deployment that serves, over the same minutes.

    `errors` is the allowed rise of the error rate, `latency` that of the mean latency as a share;
    `kpis` are compared where they can be told by deployment. At most 1 - `confidence` of unchanged
    versions fail, over the `looks` of all steps together, which are planned over the step's `bake`,
    over `window` where it has none.
    """

    window: timedelta = timedelta(hours=1)
    """The answers of so long are compared, not shorter than `every`. 1m or more."""
    every: timedelta = timedelta(minutes=5)
    """The length of one bucket of answers. 1m or more."""
    errors: float = 0.005
    """By how much the error rate may rise. Between 0 and 1."""
    latency: float = 0.1
    """By what share the mean latency may rise. Above 0."""
    kpis: list[str] = field(default_factory=list)
    """Business figures of the policy that are compared by deployment."""
    confidence: float = 0.98
    """At most 1 - this of unchanged versions fail, over all looks. Between 0 and 1."""
    looks: int = 4
    """How often all steps together are looked at. 1 or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BakeGate(Gate):
    """For so long it has been tried out, with traffic, before it goes on."""

    time: timedelta = timedelta(hours=1)
    """How long it has to have been tried out with traffic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackGate(Gate):
    """There is a deployment to go back to: complete, healthy, of a schema that callers can use.

    `proven_within` is how long ago it may have last carried the traffic by itself.
    """

    proven_within: timedelta = timedelta(days=30)
    """How long ago what one goes back to may have last carried the traffic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """No promotion from `start` to `end`, and why."""

    start: datetime
    """When it begins, such as `2026-12-24T18:00Z`."""
    end: datetime
    """When it is over; within a year."""
    reason: str
    """Why; whoever waits is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarGate(Gate):
    """When promotions may happen: on which `days`, between which `hours`, never in a freeze.

    `days` such as `mon-thu` and `hours` such as `09:00-16:00`, in the time `zone`; empty is always.
    """

    days: list[str] = field(default_factory=list)
    """Days such as `mon-thu`; empty is every day."""
    hours: str | None = None
    """Hours such as `09:00-16:00`; none is all day."""
    zone: str = "UTC"
    """The time zone of both, by its IANA name."""
    freezes: list[Freeze] = field(default_factory=list)
    """Spans without promotions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetGate(Gate):
    """At most so many promotions of all models are open at the same time."""

    most_open: int = 10
    """So many promotions of all models may be open at once. 1 or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """What a version must show before it is put forward for promotion.

    `min_auc` and `max_latency_ms` are short for entries of `metrics` named `auc` and `latency_ms`.
    `schema` compares the inputs with those of the serving champion. All evidence has to be of the
    same `interval`. What only people can mend is told at once; what waiting can mend is told after
    `patience`.
    """

    min_auc: float | None = None
    """Short for `metrics: {auc: {min: ...}}`."""
    max_latency_ms: float | None = None
    """Short for `metrics: {latency_ms: {max: ...}}`; also what `latency` and `health` go by."""
    metrics: dict[str, Bound] = field(default_factory=dict)
    """Limits on the metrics that the training run logged, by their names."""
    required_tags: list[str] = field(default_factory=list)
    """Tags the version has to carry."""
    schema: Enforcement = Enforcement.ENFORCE
    """Whether its inputs have to fit those of the version that serves."""
    champion: ChampionGate = field(default_factory=ChampionGate)
    """Not worse than the version that serves."""
    governance: GovernanceGate = field(default_factory=GovernanceGate)
    """Whose it is and where it comes from."""
    slices: SlicesGate = field(default_factory=SlicesGate)
    """Alike for all groups of rows."""
    deployment: DeploymentGate = field(default_factory=DeploymentGate)
    """Deployed where it is tried out."""
    routing: RoutingGate = field(default_factory=RoutingGate)
    """It receives the traffic that is declared for it."""
    latency: LatencyGate = field(default_factory=LatencyGate)
    """Its answers come in time."""
    errors: ErrorsGate = field(default_factory=ErrorsGate)
    """Its answers are no errors."""
    drift: DriftGate = field(default_factory=DriftGate)
    """What is scored is what it was trained on."""
    canary: CanaryGate = field(default_factory=CanaryGate)
    """Its answers against those of the version that serves."""
    bake: BakeGate = field(default_factory=BakeGate)
    """It has been tried out for long enough."""
    rollback: RollbackGate = field(default_factory=RollbackGate)
    """There is something to go back to."""
    calendar: CalendarGate = field(default_factory=CalendarGate)
    """It is a time at which promotions may happen."""
    budget: BudgetGate = field(default_factory=BudgetGate)
    """Not too many promotions are open."""
    interval: timedelta = timedelta(minutes=30)
    """What the gates rest on has to be read within so long of each other. 1m or more."""
    patience: timedelta = timedelta(days=1)
    """What waiting can mend is told after so long. 1m or more."""

    def bounds(self) -> dict[str, Bound]:
        """Every metric that has a limit, the two short forms included."""
        bounds = dict(self.metrics)
        if self.min_auc is not None:
            bounds["auc"] = Bound(min=self.min_auc)
        if self.max_latency_ms is not None:
            bounds["latency_ms"] = Bound(max=self.max_latency_ms)
        return bounds
