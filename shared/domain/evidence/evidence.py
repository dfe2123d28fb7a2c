"""Every kind of evidence."""

from shared.domain.evidence.alerts import AlertsEvidence, ReceiverEvidence, SilencesEvidence
from shared.domain.evidence.batch import BatchEvidence, RunEvidence
from shared.domain.evidence.external import AlertTarget, MonitorEvidence, NoEvidence
from shared.domain.evidence.health import HealthEvidence
from shared.domain.evidence.kpi import KpiEvidence
from shared.domain.evidence.profiling import ProfilingEvidence
from shared.domain.evidence.promotion import PromotionEvidence
from shared.domain.evidence.retraining import BudgetEvidence, RetrainingEvidence
from shared.domain.evidence.routing import RoutingEvidence
from shared.domain.evidence.rows import CollectionEvidence, DriftEvidence
from shared.domain.evidence.service import ServiceEvidence

Evidence = (
    PromotionEvidence
    | RoutingEvidence
    | HealthEvidence
    | DriftEvidence
    | CollectionEvidence
    | KpiEvidence
    | ServiceEvidence
    | BatchEvidence
    | RunEvidence
    | AlertsEvidence
    | ReceiverEvidence
    | SilencesEvidence
    | RetrainingEvidence
    | BudgetEvidence
    | ProfilingEvidence
    | AlertTarget
    | MonitorEvidence
    | NoEvidence
)
