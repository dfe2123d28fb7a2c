"""The whole of what a model's owner says."""

from dataclasses import dataclass, field, replace

from shared.domain.policy.alerts import AlertPolicy
from shared.domain.policy.batch import BatchPolicy
from shared.domain.policy.collection import CollectionPolicy
from shared.domain.policy.drift import DriftPolicy
from shared.domain.policy.gates import Gates
from shared.domain.policy.health import HealthPolicy
from shared.domain.policy.kpi import KpiPolicy
from shared.domain.policy.privacy import PrivacyPolicy
from shared.domain.policy.retraining import RetrainingPolicy
from shared.domain.policy.routing import RoutingPolicy
from shared.domain.policy.stages import StagePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything Driftgate has to know of one model; `model` alone is enough to be valid.

    `training_data` names the data the model was trained on when the registered version does not.
    `stages` are passed in their order; without any there is one, `promote_to`, at `endpoint`.
    """

    model: str
    endpoint: str | None = None
    owner: str | None = None
    training_data: str | None = None
    promote_to: str = "production"
    stages: list[StagePolicy] = field(default_factory=list)
    gates: Gates = field(default_factory=Gates)
    routing: RoutingPolicy = field(default_factory=RoutingPolicy)
    health: HealthPolicy = field(default_factory=HealthPolicy)
    drift: DriftPolicy = field(default_factory=DriftPolicy)
    collection: CollectionPolicy = field(default_factory=CollectionPolicy)
    kpis: list[KpiPolicy] = field(default_factory=list)
    batch: list[BatchPolicy] = field(default_factory=list)
    alerts: AlertPolicy = field(default_factory=AlertPolicy)
    retraining: RetrainingPolicy = field(default_factory=RetrainingPolicy)
    privacy: PrivacyPolicy = field(default_factory=PrivacyPolicy)

    def way(self) -> list[StagePolicy]:
        """The stages from the first to the last, which is at `endpoint` unless it says another."""
        if not self.stages:
            return [StagePolicy(name=self.promote_to, endpoint=self.endpoint)]
        *before, last = self.stages
        return [*before, last if last.endpoint else replace(last, endpoint=self.endpoint)]

    def gates_of(self, stage: StagePolicy) -> Gates:
        """The gates at the entrance of a stage."""
        return self.gates if stage.gates is None else stage.gates
