"""Put forward: the pipeline is to start, or people are to deploy, and it is seen when they did."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.alert import Alert
from shared.domain.decisions.promotion.approvals import Approvals, judge_approvals
from shared.domain.decisions.promotion.entrance import pipeline_text, without_candidate
from shared.domain.decisions.promotion.judging import judge
from shared.domain.decisions.promotion.live import (
    begin_rollout,
    carrying,
    is_complete,
    serves,
    watch,
)
from shared.domain.decisions.promotion.refusing import refuse
from shared.domain.decisions.promotion.step import Scene, Step
from shared.domain.decisions.promotion.telling import failed, in_phase, standing, waiting
from shared.domain.event import EventType
from shared.domain.finding import Finding
from shared.domain.policy import RolloutMode
from shared.domain.promotion import Phase, Promotion, RunReference
from shared.domain.verdict import Verdict, worst
from shared.domain.wording import spell_duration

STARTS_WITHIN = timedelta(hours=1)
"""After that an ordered run should have been heard of."""


def follow_request(promotion: Promotion, scene: Scene) -> Step:
    """What became of the request: a run, a refusal, a deployment that people made, or nothing."""
    event, model = scene.event, scene.policy.model
    if event.type is EventType.PROMOTION_STARTED:
        return started(promotion, scene)
    if event.type is EventType.PROMOTION_REFUSED:
        return refused(promotion, scene)
    end = overdue(promotion, scene)
    if end is None and scene.stage.pipeline is None:
        end = without_candidate(promotion, scene)
    if end is not None:
        return end
    again = judge_again(promotion, scene)
    if again.approvals.rejected is not None:
        return refuse(again.promotion, scene, again.approvals.rejected, again.findings)
    seen = _seen_live(promotion, scene, again) if scene.stage.pipeline is None else None
    if seen is not None:
        return seen
    told = standing(again.promotion, model, judged=again.judged, good_until=again.good_until)
    return Step(
        promotion=again.promotion,
        findings=(*again.findings, told),
        alerts=_not_started(again.promotion, scene),
    )


def _not_started(promotion: Promotion, scene: Scene) -> tuple[Alert, ...]:
    """A run is there within minutes of its order, or it is told why not."""
    if scene.stage.pipeline is None:
        return ()
    first = (
        "See whether the queue promotion-requests is consumed, and whether its dead letters hold "
        f"the request {promotion.identity(scene.policy.model)}."
    )
    return waiting(promotion, scene, (), after=STARTS_WITHIN, first_step=first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What the gates and the approvals say of a promotion that is under way.

    `judged` is None where the gates were not asked any more.
    """

    promotion: Promotion
    findings: tuple[Finding, ...]
    approvals: Approvals
    judged: Verdict | None
    good_until: datetime | None


def judge_again(promotion: Promotion, scene: Scene) -> Again:
    """What the gates say while it is under way, so that it is known what an approval is of.

    They are told and stop no run: what is asked before it goes live is the environment's check.
    Whether Driftgate itself may move traffic by them says `may_move`.
    Once its run has made it the one that serves they are asked no more: an entrance judges what is
    before it, and nobody approved what the stage looks like after it.
    """
    candidate = scene.evidence.candidate
    findings: tuple[Finding, ...] = ()
    judged: Verdict | None = None
    good_until = None
    there = serves(promotion, scene)
    if candidate is None:
        judged = Verdict.ERROR
    elif not there:
        judgement = judge(promotion, candidate, scene)
        promotion, judged = judgement.promotion, judgement.verdict
        findings = tuple(replace(finding, enforced=False) for finding in judgement.findings)
        good_until = judgement.good_until
    approvals = judge_approvals(promotion, scene)
    if approvals.finding is not None:
        judged = None if judged is None else worst([judged, approvals.finding.verdict])
        findings = (*findings, approvals.finding)
    return Again(
        promotion=replace(promotion, approvals=approvals.seen),
        findings=findings,
        approvals=approvals,
        judged=judged,
        good_until=good_until,
    )


def may_move(again: Again, scene: Scene) -> bool:
    """Whether traffic may be moved: an environment's check let it through, or the gates do now.

    A run may take days, and where no check asks, nobody asked the gates since it was ordered. A
    version that was archived or deleted meanwhile gets none, whoever let it through.
    """
    candidate = scene.evidence.candidate
    if candidate is None or candidate.archived:
        return False
    return again.promotion.let_through is not None or again.judged in {None, Verdict.PASS}


def started(promotion: Promotion, scene: Scene) -> Step:
    """The pipeline runs; the run is where it is followed from now on."""
    data = scene.event.data
    number = data.get("run")
    run = RunReference(
        pipeline=str(data.get("pipeline") or pipeline_text(scene.stage.pipeline) or ""),
        number=number if isinstance(number, int) else 0,
        started=scene.event.time,
        address=_text(data.get("address")),
        by=_text(data.get("by")),
    )
    promotion = replace(promotion, run=run)
    promotion = in_phase(promotion, Phase.RUNNING, f"run {run.number} is under way", scene.now)
    return Step(promotion=promotion, findings=(standing(promotion, scene.policy.model),))


def refused(promotion: Promotion, scene: Scene) -> Step:
    """The pipeline could not be started: people are told once, and why."""
    sentence = str(scene.event.data.get("sentence") or "no reason was given")
    why = f"its pipeline could not be started: {sentence.rstrip('.')}"
    return ended(promotion, scene, why, "Mend what the sentence names, then register it again.")


def overdue(promotion: Promotion, scene: Scene) -> Step | None:
    """The end of what did not finish within the time that the stage gives it."""
    since, limit = promotion.requested or promotion.since, scene.stage.finish_within
    if scene.now - since < limit:
        return None
    spelled = spell_duration(limit)
    if scene.stage.pipeline is None:
        why = f"nobody deployed it within {spelled}"
    else:
        why = f"its run was not over within {spelled}"
    first = (
        f"Deploy {scene.policy.model}:{promotion.version} on {scene.stage.endpoint}, or let it be."
        if scene.stage.pipeline is None
        else "See what the run waits for; then register the version again to try once more."
    )
    return ended(promotion, scene, why, first)


def ended(promotion: Promotion, scene: Scene, why: str, first_step: str) -> Step:
    """A promotion that failed, with the alert that says so."""
    promotion = in_phase(promotion, Phase.FAILED, why, scene.now)
    return Step(
        promotion=promotion,
        findings=(standing(promotion, scene.policy.model),),
        alerts=(failed(promotion, scene, first_step),),
    )


def _seen_live(promotion: Promotion, scene: Scene, again: Again) -> Step | None:
    """Where no pipeline is named: the version was deployed, or has the traffic already."""
    if serves(promotion, scene):
        return watch(promotion, scene)
    reading = scene.evidence.target
    if reading is None or reading.endpoint is None:
        return None
    deployment = carrying(reading.endpoint, scene.policy.model, promotion.version)
    if deployment is None or not is_complete(deployment):
        return None
    if scene.stage.rollout.mode is RolloutMode.OFF or not may_move(again, scene):
        return None
    step = begin_rollout(again.promotion, scene)
    return replace(step, findings=(*again.findings, *step.findings))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
