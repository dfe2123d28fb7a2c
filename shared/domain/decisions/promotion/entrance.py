"""Waiting and blocked: a version before a stage, until every gate lets it in."""

from dataclasses import replace
from datetime import timedelta

from shared.domain.action import RequestPromotion
from shared.domain.alert import Alert
from shared.domain.decisions.promotion.approvals import Approvals, judge_approvals
from shared.domain.decisions.promotion.judging import Judgement, judge
from shared.domain.decisions.promotion.live import serves
from shared.domain.decisions.promotion.refusing import refuse
from shared.domain.decisions.promotion.step import Scene, Step
from shared.domain.decisions.promotion.telling import (
    MOST_SENTENCE,
    MOST_TOLD,
    ask_for,
    blocked,
    in_phase,
    standing,
    waiting,
)
from shared.domain.finding import Finding, Rule
from shared.domain.policy import ApprovalPlace, PipelinePolicy
from shared.domain.promotion import Phase, Promotion
from shared.domain.verdict import Verdict, worst
from shared.domain.wording import one_line, spell_list

SETTLES = timedelta(minutes=15)
"""So long a version that was registered may not be readable yet."""
AGAIN = timedelta(minutes=5)


def enter_stage(promotion: Promotion, scene: Scene) -> Step:
    """Put a version forward when every gate passes and no other version is on its way.

    What time may mend is waited for and told after the policy's patience; for the rest people have
    to act, and are told at once. Where approvals are given to Driftgate they are there before it is
    put forward, which happens once, whatever comes after.
    """
    gone = without_candidate(promotion, scene)
    if gone is not None:
        return gone
    candidate = scene.evidence.candidate
    if candidate is None:
        return _unreadable(promotion, scene)
    now, first = scene.now, promotion.evidence is None
    judged = judge(promotion, candidate, scene)
    findings, missing, verdict = judged.findings, judged.missing, judged.verdict
    promotion = judged.promotion
    nobody = _nobody_to_approve(promotion, scene)
    if nobody is not None:
        findings, missing = (*findings, nobody), (*missing, nobody)
        verdict = verdict if verdict is not Verdict.PASS else nobody.verdict
        promotion = replace(promotion, missing=(*promotion.missing, nobody.sentence))
    approvals = _given_here(promotion, scene)
    promotion = replace(promotion, approvals=approvals.seen)
    if approvals.rejected is not None:
        return refuse(promotion, scene, approvals.rejected, findings)
    passes = verdict is Verdict.PASS
    if passes and scene.ahead is None and serves(promotion, scene):
        return _there_already(promotion, scene, judged, first=first)
    if approvals.finding is not None and _comes_before(scene):
        findings = (*findings, approvals.finding)
        verdict = worst([verdict, approvals.finding.verdict])
        if not approvals.met:
            missing = (*missing, approvals.finding)
            open_ = one_line(approvals.finding.sentence, MOST_SENTENCE)
            promotion = replace(promotion, missing=(*promotion.missing, open_))
    if verdict is Verdict.PASS and scene.ahead is None:
        return _put_forward(promotion, scene, judged, findings)
    if passes or (judged.may_mend and nobody is None):
        promotion = in_phase(promotion, Phase.WAITING, _waits_for(scene, missing), now)
        alerts = waiting(promotion, scene, missing)
        if passes and not approvals.met:
            alerts = _asks_for_approvals(promotion, scene, missing)
    else:
        why = f"{_gates(len(missing))} not passed"
        promotion = in_phase(promotion, Phase.BLOCKED, why, now)
        alerts = (blocked(promotion, scene, missing),)
    told = standing(promotion, scene.policy.model, judged=verdict, good_until=judged.good_until)
    return Step(
        promotion=promotion,
        findings=(*findings, told),
        alerts=alerts,
        look_again=judged.look_again,
    )


def _given_here(promotion: Promotion, scene: Scene) -> Approvals:
    """What was said to Driftgate so far; nothing where it is said in the pipeline alone."""
    if scene.stage.approvals.given is ApprovalPlace.PIPELINE:
        return Approvals(seen=promotion.approvals)
    return judge_approvals(promotion, scene)


def _comes_before(scene: Scene) -> bool:
    """Whether approvals have to be there before a run is ordered: it is not one to wait in."""
    return scene.stage.approvals.given is ApprovalPlace.DRIFTGATE


def _asks_for_approvals(
    promotion: Promotion, scene: Scene, missing: tuple[Finding, ...]
) -> tuple[Alert, ...]:
    """No platform tells those who may approve, so they are told at once."""
    title = f"{scene.policy.model}:{promotion.version} waits for approval for {promotion.stage}"
    return waiting(
        promotion,
        scene,
        missing,
        after=timedelta(),
        first_step=ask_for(promotion, scene),
        title=title,
    )


def without_candidate(promotion: Promotion, scene: Scene) -> Step | None:
    """The end of a promotion whose version is archived, or not to be found any more."""
    candidate = scene.evidence.candidate
    if candidate is not None and not candidate.archived:
        return None
    if candidate is not None:
        why = "the version is archived"
    elif promotion.evidence is None and scene.now - promotion.begun < SETTLES:
        return None
    else:
        why = "the workspace does not have the version any more"
    promotion = in_phase(promotion, Phase.GONE, why, scene.now)
    return Step(promotion=promotion, findings=(standing(promotion, scene.policy.model),))


def _unreadable(promotion: Promotion, scene: Scene) -> Step:
    """It was just registered and cannot be read: that may be early, so it is looked at again."""
    model = scene.policy.model
    sentence = scene.evidence.problem or f"{model}:{promotion.version} could not be read."
    unreadable = Finding(
        rule=Rule.METRIC_GATE,
        thing=f"model/{model}",
        verdict=Verdict.ERROR,
        reason="cannot_look",
        sentence=sentence,
    )
    promotion = in_phase(promotion, Phase.WAITING, "it cannot be read yet", scene.now)
    return Step(
        promotion=replace(promotion, missing=(sentence,)),
        findings=(unreadable, standing(promotion, model, judged=Verdict.ERROR)),
        look_again=scene.now + AGAIN,
    )


def _there_already(promotion: Promotion, scene: Scene, judged: Judgement, *, first: bool) -> Step:
    """It serves where it was to go: nothing is asked for.

    One that is seen for the `first` time so was there before Driftgate was; another came by a way
    of its own while it waited, and is watched.
    """
    where = scene.stage.endpoint
    if first:
        promotion = in_phase(promotion, Phase.DONE, f"it serves on {where} already", scene.now)
    else:
        promotion = replace(promotion, requested=scene.now)
        why = f"somebody gave it the traffic of {where} before it was put forward"
        promotion = in_phase(promotion, Phase.WATCHED, why, scene.now)
    told = standing(
        promotion, scene.policy.model, judged=judged.verdict, good_until=judged.good_until
    )
    return Step(
        promotion=promotion, findings=(*judged.findings, told), look_again=scene.now + AGAIN
    )


def _put_forward(
    promotion: Promotion, scene: Scene, judged: Judgement, findings: tuple[Finding, ...]
) -> Step:
    """Ask for the promotion; where nothing more can be seen of it that is all there is to it."""
    stage, model = scene.stage, scene.policy.model
    champion = scene.evidence.champion
    pipeline = stage.pipeline or PipelinePolicy()
    promotion = replace(
        promotion,
        requested=scene.now,
        champion=None if champion is None else champion.version,
    )
    if stage.pipeline is not None:
        why = f"every gate passed and pipeline {pipeline_text(stage.pipeline)} is asked to run"
        promotion = in_phase(promotion, Phase.REQUESTED, why, scene.now)
    elif stage.endpoint is not None:
        why = f"every gate passed; it waits to be seen on {stage.endpoint}"
        promotion = in_phase(promotion, Phase.REQUESTED, why, scene.now)
    else:
        why = "every gate passed; the stage has no endpoint on which more could be seen"
        promotion = in_phase(promotion, Phase.DONE, why, scene.now)
    approvals = judge_approvals(promotion, scene).finding
    judged_now = worst([judged.verdict] + ([approvals.verdict] if approvals is not None else []))
    request = RequestPromotion(
        model=model,
        version=promotion.version,
        stage=stage.name,
        evidence_hash=promotion.evidence or "",
        promotion=promotion.identity(model),
        basis=promotion.basis or "",
        pipeline=pipeline_text(stage.pipeline),
        branch=pipeline.branch,
        parameters=dict(pipeline.parameters),
        registry=stage.registry,
        besides=_against_it(judged.findings),
    )
    return Step(
        promotion=promotion,
        findings=(
            *findings,
            standing(promotion, model, judged=judged_now, good_until=judged.good_until),
        ),
        actions=(request,),
    )


def _against_it(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """What failed and only warns, and what somebody lets pass."""
    told = [
        one_line(one.sentence, MOST_SENTENCE)
        for one in findings
        if not one.enforced and (one.verdict is Verdict.FAIL or "override" in (one.details or {}))
    ]
    return tuple(told[:MOST_TOLD])


def pipeline_text(pipeline: PipelinePolicy | None) -> str | None:
    """A pipeline as requests name it: its number or its workflow."""
    if pipeline is None:
        return None
    return pipeline.workflow or (None if pipeline.number is None else str(pipeline.number))


def _nobody_to_approve(promotion: Promotion, scene: Scene) -> Finding | None:
    stage = scene.stage
    if stage.approvals.needed <= 0 or stage.pipeline is not None:
        return None
    if stage.approvals.given is not ApprovalPlace.PIPELINE:
        return None
    return Finding(
        rule=Rule.APPROVAL,
        thing=f"stage/{promotion.stage}",
        verdict=Verdict.INCONCLUSIVE,
        reason="no_pipeline",
        sentence=(
            f"{stage.name} needs {stage.approvals.needed} approvals and names no pipeline in which "
            "they could be given; set `pipeline`, `given: driftgate`, or `approvals: 0`."
        ),
        n=0,
        n_needed=stage.approvals.needed,
    )


def _waits_for(scene: Scene, missing: tuple[Finding, ...]) -> str:
    if missing:
        names = [f"{finding.rule.value.removesuffix('_gate')}" for finding in missing]
        return f"it waits for {spell_list(sorted(set(names)))}"
    ahead = scene.ahead
    return f"it waits for {ahead.version if ahead is not None else 'nothing'} to finish"


def _gates(count: int) -> str:
    return f"{count} {'gate is' if count == 1 else 'gates are'}"
