"""A rollout that stands still for longer than its stage gives it: it ends, so that others can."""

from dataclasses import replace

from shared.domain.alert import Severity
from shared.domain.decisions.promotion.rollout.commands import as_command
from shared.domain.decisions.promotion.rollout.judging import being_given_back
from shared.domain.decisions.promotion.rollout.look import Look, stopped_alert
from shared.domain.decisions.promotion.rollout.moving import give_back
from shared.domain.decisions.promotion.rollout.spelling import spell_split
from shared.domain.decisions.promotion.step import Scene, Step
from shared.domain.policy import OnFail, RolloutMode
from shared.domain.promotion import Phase, Promotion, RolloutStatus
from shared.domain.splits import alike
from shared.domain.wording import spell_duration

_AT_REST = frozenset({RolloutStatus.PLANNED, RolloutStatus.PAUSED, RolloutStatus.STOPPED})


def is_overdue(promotion: Promotion, scene: Scene) -> bool:
    """Whether nothing moves any more and the stage's time is over; what moves is let finish."""
    rollout = promotion.rollout
    if rollout is not None and rollout.status not in _AT_REST:
        return False
    return scene.now - promotion.since >= scene.stage.finish_within


def end(look: Look) -> Step:
    """Give back the traffic of a step that was never decided; leave what people hold.

    A version whose gates stayed open was not proven: it does not keep its share for good.
    """
    rollout, limit = look.rollout, spell_duration(look.scene.stage.finish_within)
    way_back = all(look.has(name) for name in rollout.before.traffic)
    undecided = rollout.status is RolloutStatus.PAUSED and alike(look.live, look.in_force)
    may = look.policy.mode is RolloutMode.ACT and look.policy.on_fail is OnFail.RETURN
    if undecided and way_back and may:
        why = f"It was not decided within {limit}: {rollout.why}"
        waiting = look.turned(why=why)
        return give_back(waiting, why, (), [being_given_back(waiting)])
    back = as_command(rollout.endpoint, rollout.before, look.live)
    return end_unplanned(
        look.promotion,
        look.scene,
        f"{rollout.endpoint} has {spell_split(look.live)}, and is left with it. {rollout.why}",
        rollout.endpoint,
        f"Decide what {rollout.endpoint} is to serve. What was before: {back}",
    )


def end_unplanned(
    promotion: Promotion, scene: Scene, text: str, endpoint: str, first_step: str
) -> Step:
    """The promotion failed for want of an end; the alert stays until a newer version comes."""
    limit = spell_duration(scene.stage.finish_within)
    named = f"{scene.policy.model}:{promotion.version}"
    failed = replace(
        promotion,
        phase=Phase.FAILED,
        since=scene.now,
        why=f"its rollout at {endpoint} did not come to an end within {limit}",
    )
    alert = stopped_alert(
        failed,
        scene,
        "overdue",
        Severity.WARNING,
        f"the rollout of {named} at {endpoint} did not come to an end within {limit}",
        text.strip(),
        first_step,
        since=promotion.since,
        endpoint=endpoint,
    )
    return Step(promotion=failed, alerts=(alert,))
