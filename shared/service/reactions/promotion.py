"""Reads what a promotion rests on: the version, the champion, and the places its phase asks of."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.decisions.promotion import concerned, decide_promotion
from shared.domain.event import Check, Event, EventType
from shared.domain.evidence.promotion import (
    CanaryReading,
    EndpointReading,
    PipelineReading,
    PromotionEvidence,
)
from shared.domain.policy import Enforcement, Gates, Policy, StagePolicy
from shared.domain.promotion import Phase, Promotion
from shared.domain.state import SubjectState
from shared.domain.world import ModelVersion
from shared.errors import NotFound
from shared.service.reactions import Reaction
from shared.service.readings.endpoint import answers_since
from shared.service.readings.entrance import gather_for, read_stage
from shared.service.readings.pipeline import read_pipeline
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

    policy: Policy
    stage: StagePolicy
    promotion: Promotion | None
    version: str
    world: World
    now: datetime

    def evidence(self, *, registered: bool) -> PromotionEvidence:
        """Everything its phase asks for; `registered` says that it is seen for the first time."""
        evidence = self._live() if self._is_live else self._entering()
        candidate = evidence.candidate
        if candidate is not None and registered:
            baseline, problem = keep_baseline(candidate, self.policy, self.world)
            evidence = replace(evidence, baseline=baseline, baseline_problem=problem)
        return replace(evidence, pipeline=self._pipeline())

    @property
    def _is_live(self) -> bool:
        return self.promotion is not None and self.promotion.phase in _LIVE

    def _entering(self) -> PromotionEvidence:
        """What the gates at the entrance ask of, and what serves in the stage meanwhile."""
        evidence = gather_for(
            self.policy.model, self.version, self.stage, self.policy, self.world, self.now
        )
        if evidence.candidate is None:
            return evidence
        if evidence.target is None:
            evidence = replace(evidence, target=self._target())
        if evidence.champion is None:
            evidence = replace(evidence, champion=self._champion())
        return evidence

    def _live(self) -> PromotionEvidence:
        """The stage's own endpoint, where the version is tried out now, beside the champion."""
        target = self._target()
        candidate, problem = None, None
        try:
            candidate = self.world.workspace.model(self.policy.model, self.version)
        except NotFound as missing:
            problem = str(missing)
        return PromotionEvidence(
            taken=self.now,
            version=self.version,
            stage=self.stage.name,
            candidate=candidate,
            champion=self._champion(),
            tried=target,
            target=target,
            canary=self._canary(target),
            problem=problem,
        )

    def _target(self) -> EndpointReading | None:
        gates = self.policy.gates_of(self.stage)
        return read_stage(
            self.stage, self.policy, gates, self.world, self.now, self._answers_since(gates)
        )

    def _answers_since(self, gates: Gates) -> datetime | None:
        """Those of a step count where traffic is on its way, all of its watch where it is there.

        A version that is seldom called is known better with time; what goes wrong of late is what
        the alerts of its deployment tell.
        """
        promotion = self.promotion
        if promotion is None or not self._is_live:
            return None
        if promotion.phase is Phase.WATCHED:
            return min(promotion.since, self.now)
        rollout = promotion.rollout
        return answers_since(gates, self.now, None if rollout is None else rollout.since)

    def _champion(self) -> ModelVersion | None:
        """The version that served when the promotion began, once this one does."""
        before = None if self.promotion is None else self.promotion.champion
        if before is None:
            return None
        try:
            return self.world.workspace.model(self.policy.model, before)
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
        from shared.service.readings.canary import read_canary

        return read_canary(
            rollout.endpoint,
            max(others, key=lambda name: (shares[name], name), default=""),
            rollout.deployment,
            self.policy,
            gate,
            self.world.workspace_of(self.stage.workspace),
            self.now,
            rollout.since or rollout.planned,
        )

    def _pipeline(self) -> PipelineReading | None:
        """The run and who approved it, while it is under way."""
        promotion = self.promotion
        if promotion is None or promotion.phase is not Phase.RUNNING:
            return None
        return read_pipeline(promotion, self.world.pipelines, self.now)


REACTION = Reaction(evidence=PromotionEvidence, gather=_gather, decide=decide_promotion)
