"""An environment's check asks whether a version may go live: the gates and the approvals of now."""

from dataclasses import dataclass, replace

from shared.domain.decisions.promotion.approvals import judge_approvals
from shared.domain.decisions.promotion.entrance import enter_stage
from shared.domain.decisions.promotion.judging import Judgement, judge
from shared.domain.decisions.promotion.step import Scene, Step
from shared.domain.decisions.promotion.telling import standing
from shared.domain.event import Event
from shared.domain.finding import Finding, Rule
from shared.domain.promotion import Phase, Promotion
from shared.domain.verdict import Verdict, worst
from shared.domain.wording import spell_list

_WAITS = frozenset({Phase.WAITING, Phase.BLOCKED})
_GOES_LIVE = frozenset({Phase.REQUESTED, Phase.RUNNING})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    verdict: Verdict
    why: str


def answer_check(promotion: Promotion, scene: Scene) -> Step:
    """Pass lets the run go on, fail ends it, inconclusive is asked again until its deadline.

    The verdict of the decision is the answer: findings that are worse are only told.
    """
    if _names_no_stage(promotion, scene):
        names = spell_list([one.name for one in scene.policy.way()])
        why = f"the check names no stage; add stage={{one of {names}}} to its query"
        return _answered(Step(promotion=promotion), scene, _Answer(verdict=Verdict.FAIL, why=why))
    if promotion.phase in _WAITS:
        step = enter_stage(promotion, scene)
        after = step.promotion
        if after.phase is Phase.REQUESTED:
            return _at_once(step, scene)
        failed = any(f.enforced and f.verdict is Verdict.FAIL for f in step.findings)
        final = not after.phase.is_open or (after.phase is Phase.BLOCKED and failed)
        verdict = Verdict.FAIL if final else Verdict.INCONCLUSIVE
        return _answered(step, scene, _Answer(verdict=verdict, why=after.why))
    if promotion.phase not in _GOES_LIVE:
        why = f"it is {promotion.phase.value} already"
        step = Step(promotion=promotion)
        return _answered(step, scene, _Answer(verdict=Verdict.FAIL, why=why))
    candidate = scene.evidence.candidate
    if candidate is None or candidate.archived:
        why = "the version is archived or not to be found"
        step = Step(promotion=promotion)
        return _answered(step, scene, _Answer(verdict=Verdict.FAIL, why=why))
    judged = judge(promotion, candidate, scene)
    approvals = judge_approvals(judged.promotion, scene)
    promotion = replace(judged.promotion, approvals=approvals.seen)
    findings = judged.findings
    if approvals.finding is not None:
        findings = (*findings, approvals.finding)
    step = Step(promotion=promotion, findings=findings, look_again=judged.look_again)
    stranger = _not_ours(promotion, scene)
    if stranger is not None:
        answer = stranger
    elif approvals.rejected is not None:
        answer = _Answer(verdict=Verdict.FAIL, why=approvals.rejected)
    elif judged.verdict is Verdict.FAIL and not judged.may_mend:
        answer = _Answer(verdict=Verdict.FAIL, why="a gate does not let it pass")
    elif judged.verdict is not Verdict.PASS:
        answer = _Answer(verdict=Verdict.INCONCLUSIVE, why="not every gate lets it pass yet")
    elif not approvals.met:
        answer = _Answer(verdict=Verdict.INCONCLUSIVE, why="approvals are missing")
    else:
        answer = _Answer(verdict=Verdict.PASS, why="every gate passes and the approvals are there")
        step = replace(step, promotion=replace(promotion, let_through=scene.now))
    return _answered(step, scene, answer, judged)


def answer_unknown(event: Event, known: Promotion | None) -> Finding:
    """No promotion of such a version is on its way, so nothing lets it through."""
    version, stage = event.data.get("version"), event.data.get("stage")
    named = f"{event.name}:{version}"
    where = f" into {stage}" if stage is not None else ""
    if known is None:
        sentence = (
            f"No promotion of {named}{where} is known; register the version, and check the names "
            "that the environment's check sends."
        )
    else:
        sentence = (
            f"The promotion of {named} into {known.stage} has ended as {known.phase.value}: "
            f"{known.why}. Register the version again to promote it anew."
        )
    return Finding(
        rule=Rule.PROMOTION,
        thing=f"stage/{stage or (known.stage if known is not None else 'unknown')}",
        verdict=Verdict.FAIL,
        reason="unknown" if known is None else known.phase.value,
        sentence=sentence,
    )


def _at_once(step: Step, scene: Scene) -> Step:
    """The gates have just let it in: a run of Driftgate's own cannot be the one that asks."""
    if scene.stage.pipeline is None:
        return _answered(step, scene, _Answer(verdict=Verdict.PASS, why="every gate passes"))
    why = "its own run is only now asked for"
    return _answered(step, scene, _Answer(verdict=Verdict.INCONCLUSIVE, why=why))


def _names_no_stage(promotion: Promotion, scene: Scene) -> bool:
    """Whether nobody can tell which of several stages is meant; a run of ours tells its own.

    One run may bring a version through all of them: what passes for the first is no word on the
    last.
    """
    data, run = scene.event.data, promotion.run
    if data.get("stage") is not None or len(scene.policy.way()) == 1:
        return False
    return run is None or run.number != data.get("run")


def _not_ours(promotion: Promotion, scene: Scene) -> _Answer | None:
    """Another run than the one that was started for it is not let through, nor one nobody names."""
    asking = scene.event.data.get("run")
    if scene.stage.pipeline is None:
        return None
    if promotion.run is None:
        why = "it is not known yet which run was started for it"
        return _Answer(verdict=Verdict.INCONCLUSIVE, why=why)
    if asking is None:
        why = "the check does not tell its run; add the header BuildId $(Build.BuildId) to it"
        return _Answer(verdict=Verdict.FAIL, why=why)
    if asking == promotion.run.number:
        return None
    why = f"run {asking} is not the run of this promotion, which is {promotion.run.number}"
    return _Answer(verdict=Verdict.FAIL, why=why)


def _answered(step: Step, scene: Scene, answer: _Answer, judged: Judgement | None = None) -> Step:
    told = standing(
        replace(step.promotion, why=answer.why),
        scene.policy.model,
        judged=answer.verdict,
        good_until=None if judged is None else judged.good_until,
        verdict=answer.verdict,
    )
    found = [finding for finding in step.findings if finding.rule is not Rule.PROMOTION]
    return replace(step, findings=(*(_not_worse(one, answer.verdict) for one in found), told))


def _not_worse(finding: Finding, answer: Verdict) -> Finding:
    worse = worst([finding.verdict, answer]) is not answer
    return replace(finding, enforced=False) if finding.enforced and worse else finding
