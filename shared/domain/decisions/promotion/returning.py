"""A promoted version gives way to the one before: asked for once, then waited for."""

from dataclasses import replace

from shared.domain.action import RequestRollback
from shared.domain.decisions.promotion.entrance import pipeline_text
from shared.domain.decisions.promotion.live import SOON, take_back
from shared.domain.decisions.promotion.requested import ended
from shared.domain.decisions.promotion.serving import found
from shared.domain.decisions.promotion.step import Scene, Step
from shared.domain.decisions.promotion.telling import failing, in_phase, standing
from shared.domain.event import EventType
from shared.domain.finding import Finding
from shared.domain.policy import OnFail, PipelinePolicy
from shared.domain.promotion import Phase, Promotion
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_duration

_MOST_REASON = 500


def give_way(promotion: Promotion, scene: Scene, findings: tuple[Finding, ...]) -> Step:
    """It does not do well: ask for the version before, or only tell.

    Traffic that a rollout moved is given back by it, unless the stage has a pipeline for that.
    """
    bad = tuple(f for f in findings if f.enforced and f.verdict is Verdict.FAIL)
    reason = one_line(" ".join(finding.sentence for finding in bad), _MOST_REASON)
    actions: tuple[RequestRollback, ...] = ()
    returns = scene.stage.watch.on_fail is OnFail.RETURN
    if returns and scene.stage.rollback is None:
        moved = take_back(promotion, scene, f"Its watch failed: {reason}", findings)
        if moved is not None:
            return moved
    if returns and promotion.champion is not None:
        then = f"a rollback to version {promotion.champion} is asked for"
        promotion = replace(promotion, returning=scene.now)
        actions = (_rollback(promotion, scene, reason),)
    elif promotion.champion is None:
        then = "there is no version to go back to"
    else:
        then = "the policy leaves it to people what to do"
    promotion = in_phase(promotion, Phase.WATCHED, f"it fails: {then}", scene.now)
    return Step(
        promotion=promotion,
        findings=(
            *findings,
            standing(promotion, scene.policy.model, verdict=Verdict.FAIL),
        ),
        actions=actions,
        alerts=(failing(promotion, scene, bad, then),),
        look_again=scene.now + SOON,
    )


def _rollback(promotion: Promotion, scene: Scene, reason: str) -> RequestRollback:
    stage = scene.stage
    pipeline = stage.rollback or PipelinePolicy()
    return RequestRollback(
        model=scene.policy.model,
        version=promotion.version,
        stage=stage.name,
        promotion=promotion.identity(scene.policy.model),
        reason=reason,
        to=promotion.champion,
        pipeline=pipeline_text(stage.rollback),
        branch=pipeline.branch,
        parameters=dict(pipeline.parameters),
    )


def wait_for_return(promotion: Promotion, scene: Scene) -> Step:
    """Wait until the version before serves again; nothing else is judged meanwhile."""
    reading, model = scene.evidence.target, scene.policy.model
    since = promotion.returning or promotion.since
    serving = None
    if reading is not None and reading.endpoint is not None:
        serving = reading.endpoint.serving()
    if serving is not None and (serving.model, serving.version) == (model, promotion.champion):
        why = f"version {promotion.champion} serves again since its watch failed"
        promotion = in_phase(promotion, Phase.ROLLED_BACK, why, scene.now)
        return Step(promotion=promotion, findings=(standing(promotion, model),))
    if scene.now >= since + scene.stage.finish_within:
        why = (
            f"version {promotion.champion} did not serve again within "
            f"{spell_duration(scene.stage.finish_within)} of the request"
        )
        return ended(promotion, scene, why, f"Give {scene.stage.endpoint} back its traffic.")
    then = f"a rollback to version {promotion.champion} is asked for"
    if scene.event.type is EventType.PROMOTION_REFUSED:
        sentence = str(scene.event.data.get("sentence") or "no reason was given")
        then = f"the rollback was refused: {sentence.rstrip('.')}"
    promotion = in_phase(promotion, Phase.WATCHED, f"it fails: {then}", scene.now)
    findings: tuple[Finding, ...] = ()
    if reading is None or reading.problem is not None:
        problem = reading.problem if reading is not None else None
        sentence = problem or f"The endpoint {scene.stage.endpoint} was not read."
        findings = (found(promotion, Verdict.ERROR, "cannot_look", sentence),)
    return Step(
        promotion=promotion,
        findings=(*findings, standing(promotion, model, verdict=Verdict.FAIL)),
        alerts=(failing(promotion, scene, (), then),),
        look_again=scene.now + SOON,
    )
