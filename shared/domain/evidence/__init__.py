"""Snapshots of the facts a decision used, each with the time it was true.

`problem` is one sentence when the facts could not be had; the decision then says `error`.
"""

from shared.domain.collected import LookedWindow, WindowNews
from shared.domain.evidence.alerts import AlertsEvidence, ReceiverEvidence, SilencesEvidence
from shared.domain.evidence.batch import (
    BatchEvidence,
    BatchLook,
    BatchOutputs,
    RunEvidence,
    RunRows,
)
from shared.domain.evidence.evidence import Evidence
from shared.domain.evidence.external import AlertTarget, MonitorEvidence, NoEvidence
from shared.domain.evidence.health import HealthEvidence
from shared.domain.evidence.kpi import KpiEvidence, KpiSeries
from shared.domain.evidence.profiling import ProfilingEvidence
from shared.domain.evidence.promotion import PromotionEvidence
from shared.domain.evidence.retraining import (
    BudgetEvidence,
    RetrainingEvidence,
    TrainedVersion,
)
from shared.domain.evidence.routing import RoutingEvidence
from shared.domain.evidence.rows import (
    CollectedSpan,
    CollectionEvidence,
    DeploymentCollected,
    DriftEvidence,
    TableSeen,
)
from shared.domain.evidence.service import ServiceEvidence

__all__ = [
    "AlertTarget",
    "AlertsEvidence",
    "BatchEvidence",
    "BatchLook",
    "BatchOutputs",
    "BudgetEvidence",
    "CollectedSpan",
    "CollectionEvidence",
    "DeploymentCollected",
    "DriftEvidence",
    "Evidence",
    "HealthEvidence",
    "KpiEvidence",
    "KpiSeries",
    "LookedWindow",
    "MonitorEvidence",
    "NoEvidence",
    "ProfilingEvidence",
    "PromotionEvidence",
    "ReceiverEvidence",
    "RetrainingEvidence",
    "RoutingEvidence",
    "RunEvidence",
    "RunRows",
    "ServiceEvidence",
    "SilencesEvidence",
    "TableSeen",
    "TrainedVersion",
    "WindowNews",
]
