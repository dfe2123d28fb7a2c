"""One policy a model: what its owner wants watched, with defaults that need no thought.

One file a topic; `policy` joins them.
"""

from shared.domain.policy.alerts import AlertPolicy, Flapping, Route
from shared.domain.policy.batch import BatchPolicy
from shared.domain.policy.collection import CollectionPolicy
from shared.domain.policy.drift import DriftAlarm, DriftPolicy, Persistence
from shared.domain.policy.fleet import (
    AlertsOf,
    ChannelKind,
    Fleet,
    Hours,
    Inhibition,
    Pace,
    ReceiverPolicy,
    RetentionRules,
    RetrainingBudget,
    SilenceRules,
    SummaryRule,
)
from shared.domain.policy.gate import (
    Bound,
    Enforcement,
    Gate,
)
from shared.domain.policy.gates import (
    BakeGate,
    BudgetGate,
    CalendarGate,
    CanaryGate,
    DeploymentGate,
    DriftGate,
    ErrorsGate,
    Freeze,
    Gates,
    LatencyGate,
    RollbackGate,
    RoutingGate,
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
from shared.domain.policy.privacy import PrivacyPolicy, Values
from shared.domain.policy.profiles import Engine, ProfilesPolicy, SparkPolicy
from shared.domain.policy.recorded_gates import (
    Better,
    ChampionGate,
    GovernanceGate,
    Margin,
    MetricKind,
    SlicesGate,
)
from shared.domain.policy.retraining import RetrainingPolicy, TrainingPolicy
from shared.domain.policy.routing import RoutingPolicy, Standby, TrafficChanges
from shared.domain.policy.stages import (
    ApprovalPlace,
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
    "AlertPolicy",
    "AlertsOf",
    "ApprovalPlace",
    "ApprovalPolicy",
    "BakeGate",
    "BatchPolicy",
    "Better",
    "Bound",
    "BudgetGate",
    "CalendarGate",
    "CanaryGate",
    "ChampionGate",
    "ChannelKind",
    "CollectionPolicy",
    "DeploymentGate",
    "Direction",
    "DriftAlarm",
    "DriftGate",
    "DriftPolicy",
    "Enforcement",
    "Engine",
    "ErrorsGate",
    "Flapping",
    "Fleet",
    "Freeze",
    "Gate",
    "Gates",
    "GovernanceGate",
    "HealthPolicy",
    "Hours",
    "Inhibition",
    "KpiKind",
    "KpiPolicy",
    "LatencyGate",
    "Margin",
    "MetricKind",
    "MetricSource",
    "OnFail",
    "Pace",
    "Persistence",
    "PipelinePolicy",
    "Policy",
    "PrivacyPolicy",
    "ProfilesPolicy",
    "ReceiverPolicy",
    "RetentionRules",
    "RetrainingBudget",
    "RetrainingPolicy",
    "RollbackGate",
    "RolloutMode",
    "RolloutPolicy",
    "Route",
    "RoutingGate",
    "RoutingPolicy",
    "SilenceRules",
    "SlicesGate",
    "SparkPolicy",
    "StagePolicy",
    "Standby",
    "SummaryRule",
    "TableSource",
    "TrafficChanges",
    "TrainingPolicy",
    "Values",
    "WatchPolicy",
]
