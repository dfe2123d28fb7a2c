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
from shared.domain.policy.profiles import ProfilesPolicy
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
    """The registered model's name."""
    endpoint: str | None = None
    """The online endpoint that serves it; without one nothing of traffic and answers is looked at.

    """
    owner: str | None = None
    """Who is answerable, as people know them; messages and reports say it."""
    training_data: str | None = None
    """The data asset the model was trained on, `name:version`, where the version does not say."""
    promote_to: str = "production"
    """The name of the only stage, where `stages` names none."""
    stages: list[StagePolicy] = field(default_factory=list)
    """The stages on the way to production, in their order."""
    gates: Gates = field(default_factory=Gates)
    """What a version has to show at the entrance of each stage without gates of its own."""
    routing: RoutingPolicy = field(default_factory=RoutingPolicy)
    """When a deployment may go without traffic."""
    health: HealthPolicy = field(default_factory=HealthPolicy)
    """What the endpoint's answers may look like."""
    drift: DriftPolicy = field(default_factory=DriftPolicy)
    """How inputs and predictions are compared with the training data."""
    profiles: ProfilesPolicy = field(default_factory=ProfilesPolicy)
    """What counts the rows that are compared."""
    collection: CollectionPolicy = field(default_factory=CollectionPolicy)
    """How long the rows that are scored may fail to come."""
    kpis: list[KpiPolicy] = field(default_factory=list)
    """Business figures that are watched."""
    batch: list[BatchPolicy] = field(default_factory=list)
    """Batch endpoints that are watched."""
    alerts: AlertPolicy = field(default_factory=AlertPolicy)
    """Routes of this model's alerts, tried before the fleet's."""
    retraining: RetrainingPolicy = field(default_factory=RetrainingPolicy)
    """When the model is trained again, and by what."""
    privacy: PrivacyPolicy = field(default_factory=PrivacyPolicy)
    """Whether messages may hold values of rows."""

    def way(self) -> list[StagePolicy]:
        """The stages from the first to the last, which is at `endpoint` unless it says another."""
        if not self.stages:
            return [StagePolicy(name=self.promote_to, endpoint=self.endpoint)]
        *before, last = self.stages
        return [*before, last if last.endpoint else replace(last, endpoint=self.endpoint)]

    def gates_of(self, stage: StagePolicy) -> Gates:
        """The gates at the entrance of a stage."""
        return self.gates if stage.gates is None else stage.gates
