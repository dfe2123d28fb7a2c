"""What a version is judged on while it has traffic: its endpoint, and what serves beside it."""

from dataclasses import replace
from datetime import datetime

from shared.domain.evidence import PromotionEvidence
from shared.domain.evidence.promotion import CanaryReading, EndpointReading
from shared.domain.policy import Enforcement, Gates, Policy, StagePolicy
from shared.domain.promotion import Phase, Promotion
from shared.errors import NotFound
from shared.service.readings.endpoint import answers_since
from shared.service.readings.stages import champion_of, endpoint_of, version_of
from shared.service.world import World

LIVE = frozenset({Phase.ROLLING, Phase.WATCHED})
"""The phases in which a version is looked at where it serves."""


def gather_live(
    promotion: Promotion, stage: StagePolicy, policy: Policy, world: World, now: datetime
) -> PromotionEvidence:
    """The endpoint with the answers since this step began, and both deployments side by side.

    A version that is not registered any more is a `problem`; its endpoint is read all the same.
    Raises Unavailable.
    """
    model, version = policy.model, promotion.version
    since = _answers_since(promotion, policy.gates_of(stage), now)
    target = endpoint_of(stage, policy, stage, world, now, since)
    evidence = PromotionEvidence(taken=now, version=version, stage=stage.name, target=target)
    try:
        candidate = world.workspace.model(model, version)
    except NotFound as problem:
        return replace(evidence, problem=str(problem))
    champion = version_of(model, promotion.champion, world)
    return replace(
        evidence,
        candidate=candidate,
        champion=champion or champion_of(target, model, version, world),
        tried=target,
        canary=_canary(promotion, stage, policy, target, world, now),
    )


def _answers_since(promotion: Promotion, gates: Gates, now: datetime) -> datetime:
    """Those of a step count where traffic is on its way, all of its watch where it is there.

    A version that is seldom called is known better with time; what goes wrong of late is what the
    alerts of its deployment tell.
    """
    if promotion.phase is Phase.WATCHED:
        return min(promotion.since, now)
    rollout = promotion.rollout
    return answers_since(gates, now, None if rollout is None else rollout.since)


def _canary(
    promotion: Promotion,
    stage: StagePolicy,
    policy: Policy,
    target: EndpointReading | None,
    world: World,
    now: datetime,
) -> CanaryReading | None:
    """The two deployments side by side, while traffic is on its way from one to the other."""
    gate, rollout = policy.gates_of(stage).canary, promotion.rollout
    if promotion.phase is not Phase.ROLLING or rollout is None or rollout.at < 0:
        return None
    if gate.mode is Enforcement.OFF or target is None or target.endpoint is None:
        return None
    shares = target.endpoint.traffic
    others = [name for name in shares if shares[name] > 0 and name != rollout.deployment]
    control = max(others, key=lambda name: (shares[name], name), default="")
    from shared.service.readings.canary import read_canary

    return read_canary(
        rollout.endpoint,
        control,
        rollout.deployment,
        policy,
        gate,
        world.workspace_of(stage.workspace),
        now,
        rollout.since or rollout.planned,
    )
