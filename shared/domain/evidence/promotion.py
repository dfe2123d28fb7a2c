"""What is known of a version that may be promoted: one reading a place that was looked at.

Each reading has the time it was true, since a gate refuses what is too old.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.pipelines import Approval, PipelineRun
from shared.domain.state import DeploymentWatch, TrafficShift
from shared.domain.world import DeploymentHealth, Endpoint, ModelVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointReading:
    """An endpoint as read, and what the watch of it knows.

    `health` is what its deployments answered since `health_since`, None where no source tells;
    `slow_ms` is the limit that slow answers were counted by. A deployment that was written later
    is counted from its time in `counted_from`, so that no version has the answers of another.
    `requests` by deployment are since `requests_since`, when shares last changed or later. A
    `health_problem` or `requests_problem` says why either could not be read.
    `watches` and `shifts` are its memory, `firing` the kinds of its open alerts by deployment
    (empty for the endpoint itself), `checked` when each check of it last reported. `models` are the
    versions its deployments carry, `model_problems` says by deployment why one could not be read.
    `logs` and `log_problems` are of deployments that failed. `gone` says that there is none.
    """

    name: str
    taken: datetime
    endpoint: Endpoint | None = None
    health: dict[str, DeploymentHealth] | None = None
    health_since: datetime | None = None
    slow_ms: float | None = None
    requests: dict[str, int] | None = None
    watches: dict[str, DeploymentWatch] = field(default_factory=dict)
    shifts: tuple[TrafficShift, ...] = ()
    firing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    models: dict[str, ModelVersion] = field(default_factory=dict)
    problem: str | None = None
    gone: bool = False
    counted_from: dict[str, datetime] = field(default_factory=dict)
    health_problem: str | None = None
    requests_since: datetime | None = None
    requests_problem: str | None = None
    checked: dict[str, datetime] = field(default_factory=dict)
    model_problems: dict[str, str] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    log_problems: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryReading:
    """What two deployments did in the same buckets of [start, end).

    `control` and `experiment` hold one list of values a metric, bucket by bucket, None for a
    bucket without one; what the values are of is under `<metric>:of`. `errors` are of requests,
    `latency` is the mean in milliseconds of answers, `kpi/<name>` a KPI in its own buckets.
    `problems` say by metric why it could not be had.
    """

    taken: datetime
    start: datetime
    end: datetime
    control_deployment: str = ""
    experiment_deployment: str = ""
    control: dict[str, tuple[float | None, ...]] = field(default_factory=dict)
    experiment: dict[str, tuple[float | None, ...]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReading:
    """The candidate's training profile, and that of the rows scored in [start, end)."""

    taken: datetime
    start: datetime
    end: datetime
    baseline: dict[str, Any] | None = None
    window: dict[str, Any] | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineReading:
    """A promotion's run as it is now, and what people said in its environments."""

    taken: datetime
    run: PipelineRun | None = None
    approvals: tuple[Approval, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetReading:
    """The promotions of all models that are open, as `model:version stage`."""

    taken: datetime
    open: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionEvidence:
    """A version, the champion it would follow, and a reading of each place that gates ask of.

    `baseline` names the stored profile of the training data, None where there is none;
    `baseline_problem` says why, or what of it cannot be watched.
    `version` is the one that was looked at where no event named it, `judged` the newest one where
    the gates have seen it before. `tried` is where the version is tried out (the stage before, or
    the stage itself while it rolls out), `target` the endpoint of its stage.
    """

    taken: datetime
    version: str | None = None
    stage: str | None = None
    judged: str | None = None
    candidate: ModelVersion | None = None
    champion: ModelVersion | None = None
    baseline: str | None = None
    baseline_problem: str | None = None
    tried: EndpointReading | None = None
    target: EndpointReading | None = None
    canary: CanaryReading | None = None
    drift: DriftReading | None = None
    pipeline: PipelineReading | None = None
    budget: BudgetReading | None = None
    problem: str | None = None
