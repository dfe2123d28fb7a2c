"""A plan before its first step: made, shown, made anew when the endpoint changes, begun."""

from dataclasses import replace

from shared.domain.alert import Severity
from shared.domain.decisions.promotion.rollout.by_hand import by_hand
from shared.domain.decisions.promotion.rollout.judging import held_up, may_begin
from shared.domain.decisions.promotion.rollout.look import AGAIN, Look, blind, stopped_alert
from shared.domain.decisions.promotion.rollout.moving import move
from shared.domain.decisions.promotion.rollout.overdue import end_unplanned, is_overdue
from shared.domain.decisions.promotion.rollout.planning import (
    NoPlan,
    details,
    plan,
    same_plan,
    spell_plan,
    times,
)
from shared.domain.decisions.promotion.rollout.spelling import spell_split
from shared.domain.decisions.promotion.step import Scene, Step
from shared.domain.finding import Finding, Rule
from shared.domain.policy import RolloutMode
from shared.domain.promotion import Phase, Promotion, Rollout, RolloutStatus
from shared.domain.splits import alike
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_time


def begin(promotion: Promotion, scene: Scene) -> Step:
    """Plan the rollout, now that the pipeline has deployed; wait where it cannot be planned yet.

    The plan is a finding of its own, so that it stands in the ledger before anything is moved.
    """
    name = endpoint_of(scene)
    if name is None:
        nowhere = NoPlan(
            reason="no_endpoint",
            sentence=(
                f"The stage {scene.stage.name} has a rollout and names no endpoint; set its "
                "`endpoint` in the policy."
            ),
            passing=False,
        )
        return _not_yet(promotion, scene, nowhere, "none", Verdict.ERROR)
    reading = scene.evidence.target
    unseen = blind(reading, name, scene.now)
    if unseen is not None or reading is None or reading.endpoint is None:
        hidden = NoPlan(reason="cannot_look", sentence=unseen or "")
        return _not_yet(promotion, scene, hidden, name, Verdict.ERROR)
    made = plan(
        reading.endpoint,
        scene.policy.model,
        promotion.version,
        scene.stage.rollout,
        scene.now,
    )
    if isinstance(made, NoPlan):
        return _not_yet(promotion, scene, made, name, Verdict.INCONCLUSIVE)
    look = Look(
        promotion=replace(promotion, rollout=made),
        rollout=made,
        scene=scene,
        endpoint=reading.endpoint,
    )
    return _shown(look)


def planned(look: Look) -> Step:
    """A plan that was made: it holds while the endpoint is as it was, else another is shown."""
    rollout = look.rollout
    made = plan(
        look.endpoint,
        look.scene.policy.model,
        look.promotion.version,
        look.policy,
        look.now,
    )
    if isinstance(made, NoPlan):
        promotion = replace(look.promotion, rollout=None)
        return _not_yet(promotion, look.scene, made, rollout.endpoint, Verdict.INCONCLUSIVE)
    if look.policy.mode is not RolloutMode.ACT and _on_the_way(look):
        return by_hand(look)
    if same_plan(made, rollout):
        return _shown(look)
    return _shown(replace(look, rollout=made, promotion=replace(look.promotion, rollout=made)))


def endpoint_of(scene: Scene) -> str | None:
    """The endpoint of the stage; the policy's own where the stage names none."""
    return scene.stage.endpoint or scene.policy.endpoint


def _shown(look: Look) -> Step:
    rollout = look.rollout
    shown = plan_finding(rollout, look)
    if not rollout.steps:
        done = look.turned(status=RolloutStatus.COMPLETE)
        sentence = f"{look.named} has all the traffic of {rollout.endpoint} already."
        return done.says(Verdict.PASS, "complete", sentence)
    if look.policy.mode is not RolloutMode.ACT:
        return by_hand(look)
    acts = times(rollout, look.policy)[0]
    if look.now < acts:
        sentence = (
            f"The rollout of {look.named} at {rollout.endpoint} is shown until "
            f"{spell_time(acts)}, then it begins."
        )
        return look.says(Verdict.PASS, "shown", sentence, findings=[shown], look_again=acts)
    gated = may_begin(look)
    if gated.verdict is not Verdict.PASS:
        return held_up(look, gated, [shown])
    return move(look, 0, [shown, *gated.findings])


def plan_finding(rollout: Rollout, look: Look) -> Finding:
    """The whole plan in words and numbers."""
    return Finding(
        rule=Rule.ROLLOUT,
        thing=f"endpoint/{rollout.endpoint}",
        verdict=Verdict.PASS,
        reason="plan",
        sentence=(
            f"Plan for {look.named}, carried by {rollout.deployment} of {rollout.endpoint}, from "
            f"{spell_split(rollout.before)}: {spell_plan(rollout) or 'nothing to move'}."
        ),
        n=float(len(rollout.steps)),
        details=details(rollout, look.policy),
    )


def _on_the_way(look: Look) -> bool:
    """Whether people have begun: the shares are those of a step of the plan that was shown."""
    return any(alike(look.live, step) for step in look.rollout.steps)


def _not_yet(
    promotion: Promotion, scene: Scene, why: NoPlan, endpoint: str, verdict: Verdict
) -> Step:
    """No plan can be made: it is tried again, and told when time alone does not mend it."""
    rolling = promotion.phase is Phase.ROLLING
    if rolling and is_overdue(promotion, scene):
        again = f"Mend what the text names, then register {scene.policy.model} again."
        return end_unplanned(promotion, scene, why.sentence, endpoint, again)
    since = promotion.since if rolling else scene.now
    named = f"{scene.policy.model}:{promotion.version}"
    waiting = replace(
        promotion, phase=Phase.ROLLING, since=since, rollout=None, why=why.sentence.rstrip(".")
    )
    finding = Finding(
        rule=Rule.ROLLOUT,
        thing=f"endpoint/{endpoint}",
        verdict=verdict,
        reason=why.reason,
        sentence=why.sentence,
    )
    lasted = scene.now - since
    alerts = []
    if not why.passing or lasted >= scene.stage.rollout.patience:
        waited = f" for {spell_duration(lasted)}" if lasted else ""
        alerts.append(
            stopped_alert(
                waiting,
                scene,
                "no_plan",
                Severity.WARNING,
                f"the rollout of {named} at {endpoint} cannot be planned{waited}",
                why.sentence,
                f"Mend what the sentence names; see driftgate rollout {scene.policy.model} "
                f"{promotion.version}.",
                since=since,
                endpoint=endpoint,
            )
        )
    return Step(
        promotion=waiting,
        findings=(finding,),
        alerts=tuple(alerts),
        look_again=scene.now + AGAIN,
    )
