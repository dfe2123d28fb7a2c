"""The pipeline's run is under way: how it ends, and what people say meanwhile."""

from dataclasses import replace

from shared.domain.decisions.promotion.live import begin_rollout, watch
from shared.domain.decisions.promotion.refusing import refuse
from shared.domain.decisions.promotion.requested import (
    Again,
    ended,
    judge_again,
    may_move,
    overdue,
)
from shared.domain.decisions.promotion.step import Scene, Step
from shared.domain.decisions.promotion.telling import ask_for, in_phase, standing, waiting
from shared.domain.finding import Finding, Rule
from shared.domain.pipelines import PipelineRun
from shared.domain.policy import RolloutMode
from shared.domain.promotion import Phase, Promotion
from shared.domain.verdict import Verdict

SUCCEEDED = frozenset({"succeeded", "success"})
"""What platforms call a run that went well; anything else they may say is not."""


def follow_run(promotion: Promotion, scene: Scene) -> Step:
    """Go on with what the run put in place; its end without success is that of the promotion.

    Traffic is not moved before the approvals that the stage needs are there, nor while a gate does
    not pass that no check of an environment asked since.
    """
    again = judge_again(promotion, scene)
    promotion = again.promotion
    if again.approvals.rejected is not None:
        return refuse(promotion, scene, again.approvals.rejected, again.findings)
    reading = scene.evidence.pipeline
    run = None if reading is None else reading.run
    if run is not None and run.result is not None:
        if run.result.casefold() not in SUCCEEDED:
            return _with(again, _run_failed(promotion, scene, run))
        moves = scene.stage.endpoint is not None and scene.stage.rollout.mode is not RolloutMode.OFF
        if not moves or (again.approvals.met and may_move(again, scene)):
            return _with(again, _succeeded(promotion, scene))
    late = overdue(promotion, scene)
    if late is not None:
        return _with(again, late)
    promotion = in_phase(promotion, Phase.RUNNING, _why(promotion, run, again), scene.now)
    told = standing(promotion, scene.policy.model, judged=again.judged, good_until=again.good_until)
    missing = again.approvals.finding
    ended_well = run is not None and run.result is not None
    held = tuple(f for f in again.findings if ended_well and f.verdict is not Verdict.PASS)
    if again.approvals.met and held:
        alerts = waiting(promotion, scene, held)
    elif missing is None or again.approvals.met:
        alerts = ()
    else:
        alerts = waiting(promotion, scene, (missing,), first_step=ask_for(promotion, scene))
    return Step(
        promotion=promotion,
        findings=(*again.findings, *_unread(promotion, scene), told),
        alerts=alerts,
    )


def _succeeded(promotion: Promotion, scene: Scene) -> Step:
    if scene.stage.endpoint is None:
        why = "its run succeeded; the stage has no endpoint on which more could be seen"
        promotion = in_phase(promotion, Phase.DONE, why, scene.now)
        return Step(promotion=promotion, findings=(standing(promotion, scene.policy.model),))
    if scene.stage.rollout.mode is not RolloutMode.OFF:
        return begin_rollout(promotion, scene)
    return watch(promotion, scene)


def _run_failed(promotion: Promotion, scene: Scene, run: PipelineRun) -> Step:
    return ended(
        promotion,
        scene,
        f"run {run.number} of its pipeline ended as {run.result}",
        "Read the run's log; register the version again to try once more.",
    )


def _why(promotion: Promotion, run: PipelineRun | None, again: Again) -> str:
    number = promotion.run.number if promotion.run is not None else "of its pipeline"
    if run is not None and run.result is not None:
        what = "its approvals are there" if not again.approvals.met else "every gate passes again"
        return f"run {number} succeeded; traffic is moved when {what}"
    if again.approvals.finding is not None and not again.approvals.met:
        return f"run {number} is under way and waits for approvals"
    return f"run {number} is under way"


def _unread(promotion: Promotion, scene: Scene) -> tuple[Finding, ...]:
    reading = scene.evidence.pipeline
    if reading is not None and reading.problem is None and reading.run is not None:
        return ()
    problem = None if reading is None else reading.problem
    return (
        Finding(
            rule=Rule.READABLE,
            thing=f"stage/{promotion.stage}",
            verdict=Verdict.ERROR,
            reason="cannot_look",
            sentence=problem or f"The run of version {promotion.version} was not read.",
        ),
    )


def _with(again: Again, step: Step) -> Step:
    return replace(step, findings=(*again.findings, *step.findings))
