"""Traffic that a rollout had moved to the end and that goes back after all: its watch failed."""

from collections.abc import Iterable

from shared.domain.decisions.promotion.rollout.judging import being_given_back
from shared.domain.decisions.promotion.rollout.look import Look, blind
from shared.domain.decisions.promotion.rollout.moving import give_back
from shared.domain.decisions.promotion.step import Scene, Step
from shared.domain.finding import Finding
from shared.domain.policy import RolloutMode
from shared.domain.promotion import Promotion, RolloutStatus
from shared.domain.splits import alike


def take_back(
    promotion: Promotion, scene: Scene, why: str, findings: Iterable[Finding]
) -> Step | None:
    """Ask for the split of before the rollout, which is then followed as any other return.

    None where that is not Driftgate's to do: the policy leaves moving to people, there was no
    rollout to its end, somebody changed the traffic since, or what served before is not there.
    """
    rollout, reading = promotion.rollout, scene.evidence.target
    if rollout is None or rollout.status is not RolloutStatus.COMPLETE:
        return None
    if scene.stage.rollout.mode is not RolloutMode.ACT or not rollout.before.traffic:
        return None
    found = None if reading is None else reading.endpoint
    if found is None or blind(reading, rollout.endpoint, scene.now) is not None:
        return None
    look = Look(promotion=promotion, rollout=rollout, scene=scene, endpoint=found)
    there = all(look.has(name) for name in rollout.before.traffic)
    if not there or not alike(look.live, rollout.steps[-1]):
        return None
    failed = look.turned(why=why)
    return give_back(failed, why, findings, [being_given_back(failed)])
