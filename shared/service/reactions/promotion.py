"""Reads what a promotion rests on: the version, the champion, and the places its phase asks of."""

from dataclasses import replace
from datetime import datetime

from shared.domain.decisions.promotion import concerned, decide_promotion
from shared.domain.event import Check, Event, EventType
from shared.domain.evidence.promotion import PromotionEvidence
from shared.domain.policy import Policy, StagePolicy
from shared.domain.promotion import Phase, Promotion
from shared.domain.state import SubjectState
from shared.service.reactions import Reaction
from shared.service.readings.entrance import gather_for
from shared.service.readings.live import LIVE, gather_live
from shared.service.readings.pipeline import read_pipeline
from shared.service.world import World

_TOLD = frozenset(
    {
        EventType.PROMOTION_STARTED,
        EventType.OVERRIDE_GIVEN,
        EventType.OVERRIDE_WITHDRAWN,
        EventType.APPROVAL_SAID,
        EventType.APPROVAL_WITHDRAWN,
    }
)


def _gather(
    event: Event,
    policy: Policy | None,
    state: SubjectState,
    world: World,
    now: datetime,
) -> PromotionEvidence:
    """The evidence of the one promotion that the event is about, or of a version that is new."""
    promotion = concerned(event, state.promotions)
    if policy is None or _tells_all(event, promotion):
        return PromotionEvidence(taken=now)
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
    if promotion is not None and promotion.phase in LIVE:
        return gather_live(promotion, stage, policy, world, now)
    before = None if promotion is None else promotion.champion
    first = event.type is EventType.MODEL_REGISTERED or promotion is None
    evidence = gather_for(policy.model, version, stage, policy, world, now, before, first=first)
    if promotion is not None and promotion.phase is Phase.RUNNING:
        evidence = replace(evidence, pipeline=read_pipeline(promotion, world.pipelines, now))
    return evidence


def _tells_all(event: Event, promotion: Promotion | None) -> bool:
    """Whether it is believed without a look, so that no fault of the world can lose it."""
    if event.type is EventType.PROMOTION_REFUSED:
        return promotion is None or promotion.phase is Phase.REQUESTED
    return event.type in _TOLD


def _stage(policy: Policy, promotion: Promotion | None) -> StagePolicy | None:
    way = policy.way()
    if promotion is None:
        return way[0]
    return next((one for one in way if one.name == promotion.stage), None)


REACTION = Reaction(evidence=PromotionEvidence, gather=_gather, decide=decide_promotion)
