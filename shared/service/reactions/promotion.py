"""Reads what a promotion rests on: the version, the champion, and the places its phase asks of."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.decisions.promotion import concerned, decide_promotion
from shared.domain.event import Check, Event, EventType
from shared.domain.evidence.promotion import (
    BudgetReading,
    CanaryReading,
    DriftReading,
    EndpointReading,
    PipelineReading,
    PromotionEvidence,
)
from shared.domain.policy import Enforcement, Gates, Policy, StagePolicy
from shared.domain.promotion import Phase, Promotion
from shared.domain.state import SubjectState
from shared.domain.world import ModelVersion
from shared.errors import NotFound, Refused
from shared.ports import Workspace
from shared.service.reactions import Reaction
from shared.service.training_data import keep_baseline
from shared.service.world import World

_LIVE = frozenset({Phase.ROLLING, Phase.WATCHED})


def _gather(
    event: Event,
    policy: Policy | None,
    state: SubjectState,
    world: World,
    now: datetime,
) -> PromotionEvidence:
    """The evidence of the one promotion that the event is about, or of a version that is new."""
    if policy is None or event.type is EventType.PROMOTION_STARTED:
        return PromotionEvidence(taken=now)
    promotion = concerned(event, state.promotions)
    version = None if promotion is None else promotion.version
    stage = _stage(policy, promotion)
    if event.data.get("check") == Check.RECONCILE.value:
        versions = world.workspace.versions(event.name)
        newest = versions[-1] if versions else ""
        if newest and newest not in state.versions:
            promotion, version, stage = None, newest, policy.way()[0]
        elif promotion is None:
            return PromotionEvidence(taken=now, judged=newest)
    elif event.type is EventType.MODEL_REGISTERED and promotion is None:
        version = str(event.data.get("version"))
    if version is None or stage is None:
        return PromotionEvidence(taken=now)
    look = _Look(
        event=event,
        policy=policy,
        stage=stage,
        promotion=promotion,
        version=version,
        world=world,
        now=now,
    )
    return look.evidence(registered=event.type is EventType.MODEL_REGISTERED or promotion is None)


def _stage(policy: Policy, promotion: Promotion | None) -> StagePolicy | None:
    way = policy.way()
    if promotion is None:
        return way[0]
    return next((one for one in way if one.name == promotion.stage), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One version before or in one stage, and where it is looked at."""

    event: Event
    policy: Policy
    stage: StagePolicy
    promotion: Promotion | None
    version: str
    world: World
    now: datetime

    def evidence(self, *, registered: bool) -> PromotionEvidence:
        """Everything its phase asks for; `registered` says that it is seen for the first time."""
        model, now = self.policy.model, self.now
        pipeline = self._pipeline()
        try:
            candidate = self.world.workspace.model(model, self.version)
        except NotFound as problem:
            return PromotionEvidence(
                taken=now,
                version=self.version,
                stage=self.stage.name,
                target=self._endpoint(self.stage) if self._is_live else None,
                pipeline=pipeline,
                problem=str(problem),
            )
        baseline, problem_of_it = (
            keep_baseline(candidate, self.policy, self.world) if registered else (None, None)
        )
        target = self._endpoint(self.stage)
        return PromotionEvidence(
            taken=now,
            version=self.version,
            stage=self.stage.name,
            candidate=candidate,
            champion=self._champion(target),
            baseline=baseline,
            baseline_problem=problem_of_it,
            tried=target if self._is_live else self._tried(),
            target=target,
            canary=self._canary(target),
            drift=None if self._is_live else self._drift(candidate),
            pipeline=pipeline,
            budget=None if self._is_live else self._budget(),
        )

    @property
    def _is_live(self) -> bool:
        return self.promotion is not None and self.promotion.phase in _LIVE

    def _tried(self) -> EndpointReading | None:
        """Where the version is tried out: the stage before."""
        names = [one.name for one in self.policy.way()]
        place = names.index(self.stage.name)
        return self._endpoint(self.policy.way()[place - 1]) if place else None

    def _endpoint(self, stage: StagePolicy) -> EndpointReading | None:
        from shared.domain.decisions.gates.latency import latency_limit
        from shared.service.readings.endpoint import read_endpoint

        if stage.endpoint is None:
            return None
        gates = self.policy.gates_of(self.stage)
        try:
            workspace = self._workspace(stage)
        except Refused as problem:
            return EndpointReading(name=stage.endpoint, taken=self.now, problem=str(problem))
        return read_endpoint(
            stage.endpoint,
            workspace,
            self.world.ledger if stage.workspace is None else None,
            self.now,
            since=self._answers_since(gates),
            slow_ms=latency_limit(gates),
            models=(self.policy.model,),
        )

    def _answers_since(self, gates: Gates) -> datetime:
        """Those of a step count where traffic is on its way, all of its watch where it is there.

        A version that is seldom called is known better with time; what goes wrong of late is what
        the alerts of its deployment tell.
        """
        from shared.service.readings.endpoint import answers_since

        promotion = self.promotion
        if promotion is None or not self._is_live:
            return answers_since(gates, self.now)
        if promotion.phase is Phase.WATCHED:
            return min(promotion.since, self.now)
        rollout = promotion.rollout
        return answers_since(gates, self.now, None if rollout is None else rollout.since)

    def _workspace(self, stage: StagePolicy) -> Workspace:
        return self.world.workspace_of(stage.workspace)

    def _champion(self, target: EndpointReading | None) -> ModelVersion | None:
        """The version of the model that serves in the stage; once this one does, the one before."""
        before = None if self.promotion is None else self.promotion.champion
        version = before if self._is_live else None
        if version is None and target is not None and target.endpoint is not None:
            serving = target.endpoint.serving()
            if serving is not None and serving.model == self.policy.model:
                version = serving.version if serving.version != self.version else before
        if version is None:
            return None
        try:
            return self.world.workspace.model(self.policy.model, version)
        except NotFound:
            return None

    def _canary(self, target: EndpointReading | None) -> CanaryReading | None:
        """The two deployments side by side, while traffic is on its way from one to the other."""
        gate = self.policy.gates_of(self.stage).canary
        promotion = self.promotion
        rollout = None if promotion is None else promotion.rollout
        if promotion is None or promotion.phase is not Phase.ROLLING or rollout is None:
            return None
        if gate.mode is Enforcement.OFF or rollout.at < 0:
            return None
        if target is None or target.endpoint is None:
            return None
        shares = target.endpoint.traffic
        others = [name for name in shares if shares[name] > 0 and name != rollout.deployment]
        control = max(others, key=lambda name: (shares[name], name), default="")
        from shared.service.readings.canary import read_canary

        return read_canary(
            rollout.endpoint,
            control,
            rollout.deployment,
            self.policy,
            gate,
            self._workspace(self.stage),
            self.now,
            rollout.since or rollout.planned,
        )

    def _drift(self, candidate: ModelVersion) -> DriftReading | None:
        gate = self.policy.gates_of(self.stage).drift
        if gate.mode is Enforcement.OFF:
            return None
        from shared.service.readings.drift import read_drift

        return read_drift(candidate, self.policy, gate, self.world, self.now)

    def _budget(self) -> BudgetReading | None:
        if self.policy.gates_of(self.stage).budget.mode is Enforcement.OFF:
            return None
        from shared.service.readings.budget import read_budget

        itself = f"{self.policy.model}:{self.version} {self.stage.name}"
        return read_budget(self.world.ledger, self.now, itself)

    def _pipeline(self) -> PipelineReading | None:
        """The run and who approved it, while it is under way."""
        promotion = self.promotion
        if promotion is None or promotion.phase is not Phase.RUNNING:
            return None
        from shared.service.readings.pipeline import read_pipeline

        return read_pipeline(promotion, self.world.pipelines, self.now)


REACTION = Reaction(evidence=PromotionEvidence, gather=_gather, decide=decide_promotion)
