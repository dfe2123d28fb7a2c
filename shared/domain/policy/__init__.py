"""One policy a model: what its owner wants watched, with defaults that need no thought.

One file a topic; `policy` joins them.
"""

from shared.domain.policy.batch import BatchPolicy
from shared.domain.policy.collection import CollectionPolicy
from shared.domain.policy.drift import DriftAlarm, DriftPolicy, Persistence
from shared.domain.policy.gates import (
    BakeGate,
    Better,
    Bound,
    BudgetGate,
    CalendarGate,
    CanaryGate,
    ChampionGate,
    DeploymentGate,
    DriftGate,
    Enforcement,
    ErrorsGate,
    Freeze,
    Gate,
    Gates,
    GovernanceGate,
    LatencyGate,
    Margin,
    MetricKind,
    RollbackGate,
    RoutingGate,
    SlicesGate,
)
from shared.domain.policy.health import HealthPolicy
from shared.domain.policy.kpi import (
    METRICS_KEPT,
    Aggregation,
    Direction,
    KpiKind,
    KpiPolicy,
    MetricSource,
    TableSource,
)
from shared.domain.policy.policy import Policy
from shared.domain.policy.routing import RoutingPolicy, Standby, TrafficChanges
from shared.domain.policy.stages import (
    ApprovalPolicy,
    OnFail,
    PipelinePolicy,
    RolloutMode,
    RolloutPolicy,
    StagePolicy,
    WatchPolicy,
)

__all__ = [
    "METRICS_KEPT",
    "Aggregation",
    "ApprovalPolicy",
    "BakeGate",
    "BatchPolicy",
    "Better",
    "Bound",
    "BudgetGate",
    "CalendarGate",
    "CanaryGate",
    "ChampionGate",
    "CollectionPolicy",
    "DeploymentGate",
    "Direction",
    "DriftAlarm",
    "DriftGate",
    "DriftPolicy",
    "Enforcement",
    "ErrorsGate",
    "Freeze",
    "Gate",
    "Gates",
    "GovernanceGate",
    "HealthPolicy",
    "KpiKind",
    "KpiPolicy",
    "LatencyGate",
    "Margin",
    "MetricKind",
    "MetricSource",
    "OnFail",
    "Persistence",
    "PipelinePolicy",
    "Policy",
    "RollbackGate",
    "RolloutMode",
    "RolloutPolicy",
    "RoutingGate",
    "RoutingPolicy",
    "SlicesGate",
    "StagePolicy",
    "Standby",
    "TableSource",
    "TrafficChanges",
    "WatchPolicy",
]
