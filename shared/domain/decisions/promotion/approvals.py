"""Whose word counts: people, as many as are needed, on what is to be promoted as it is now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.decisions.promotion.basis import changed_since, in_force, named_in
from shared.domain.decisions.promotion.step import Scene
from shared.domain.evidence.promotion import PipelineReading
from shared.domain.finding import Finding, Rule
from shared.domain.pipelines import Approval, ApprovalStep
from shared.domain.promotion import ApprovalSeen, Promotion
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_duration, spell_list, spell_time

SKEW = timedelta(minutes=2)
"""So far the platform's clock may lie ahead."""
_APPROVED = "approved"
_REJECTED = "rejected"
_MOST_COMMENT = 200
_MOST_CHANGES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """What people said of a promotion. `met` says that enough of it counts.

    `rejected` is who said no, and why. `finding` is None where nobody is asked.
    """

    seen: tuple[ApprovalSeen, ...] = ()
    met: bool = True
    rejected: str | None = None
    finding: Finding | None = None


def judge_approvals(promotion: Promotion, scene: Scene) -> Approvals:
    """Count who approved what is in force now: n of m, each person once, nobody for themselves.

    What a platform gives no time for has the time at which it was first seen; it was given before
    that, so a basis that was found in the same look is none that it could be of.
    """
    policy = scene.stage.approvals
    reading = scene.evidence.pipeline
    problem = _problem(reading)
    if reading is None or problem is not None:
        seen, rejected = promotion.approvals, None
    else:
        seen, rejected = _seen(promotion, scene, reading), _rejection(reading)
    counting = [one for one in seen if one.counts]
    if policy.needed <= 0:
        return Approvals(seen=seen, rejected=rejected)
    met = problem is None and len(counting) >= policy.needed
    return Approvals(
        seen=seen,
        met=met,
        rejected=rejected,
        finding=_finding(promotion, policy.needed, seen, problem, scene),
    )


def _problem(reading: PipelineReading | None) -> str | None:
    if reading is None:
        return "Who approved was not read: the pipeline has not begun."
    return reading.problem


def _seen(promotion: Promotion, scene: Scene, reading: PipelineReading) -> tuple[ApprovalSeen, ...]:
    before = {(one.by, one.status): one.at for one in promotion.approvals}
    seen: list[ApprovalSeen] = []
    for step in _steps(reading.approvals):
        if step.status.casefold() not in {_APPROVED, _REJECTED}:
            continue
        by = step.by or ""
        at = step.at or before.get((by, step.status)) or reading.taken
        bound = named_in(promotion, step.comment or "") or in_force(
            promotion, at, before=step.at is None
        )
        why = _why_not(promotion, scene, step, at, None if bound is None else bound.hash, seen)
        seen.append(
            ApprovalSeen(
                by=by,
                status=step.status,
                at=at,
                basis=None if bound is None else bound.hash,
                counts=not why,
                why=why,
            )
        )
    return tuple(seen)


def _steps(approvals: tuple[Approval, ...]) -> list[ApprovalStep]:
    steps = [step for approval in approvals for step in approval.steps]
    return sorted(steps, key=lambda step: (step.at is None, step.at.timestamp() if step.at else 0))


def _why_not(
    promotion: Promotion,
    scene: Scene,
    step: ApprovalStep,
    at: datetime,
    basis: str | None,
    seen: list[ApprovalSeen],
) -> str:
    """Why an approval does not count, as the rest of a sentence; nothing when it does."""
    policy, now = scene.stage.approvals, scene.evidence.taken
    if step.status.casefold() == _REJECTED:
        return "it is a rejection"
    if not step.by:
        return "the platform does not tell who gave it"
    person = _spelled(step.by)
    if policy.by and person not in {_spelled(name) for name in policy.by}:
        return f"{step.by} is not among those who may approve: {spell_list(policy.by)}"
    own = _own_part(promotion, scene)
    part = next((own[name] for name in (person, _spelled(step.name)) if name in own), None)
    if part is not None:
        return f"{step.by} {part}, and nobody approves their own"
    if at > now + SKEW:
        return f"it is of {spell_time(at)}, ahead of the clock here ({spell_time(now)})"
    if basis is None or basis != promotion.basis:
        return f"it was given for other evidence: since then {_changes(promotion, basis)}"
    if now >= at + policy.lasts:
        return f"it is older than {spell_duration(policy.lasts)}"
    if any(one.counts and _spelled(one.by) == person for one in seen):
        return f"{step.by} is counted already"
    return ""


def _changes(promotion: Promotion, basis: str | None) -> str:
    of = next((one for one in reversed(promotion.bases) if one.hash == basis), None)
    if of is None:
        return "the version was put forward"
    return one_line(changed_since(promotion, of) or "it changed", _MOST_CHANGES)


def _own_part(promotion: Promotion, scene: Scene) -> Mapping[str, str]:
    """Who had a hand in it, and which."""
    candidate, run = scene.evidence.candidate, promotion.run
    part: dict[str, str] = {}
    if run is not None and run.by:
        part[_spelled(run.by)] = f"started run {run.number}"
    if candidate is not None and candidate.created_by:
        part[_spelled(candidate.created_by)] = f"registered version {promotion.version}"
    return part


def _spelled(name: str | None) -> str:
    """A name in one spelling, whatever its capitals and blanks."""
    return " ".join((name or "").split()).casefold()


def _rejection(reading: PipelineReading) -> str | None:
    for approval in reading.approvals:
        for step in approval.steps:
            if step.status.casefold() == _REJECTED:
                said = one_line(step.comment or "", _MOST_COMMENT)
                return f"{step.by or step.asked} rejected it" + (f": {said}" if said else "")
        if approval.status.casefold() == _REJECTED:
            return "it was rejected"
    return None


def _finding(
    promotion: Promotion,
    needed: int,
    seen: tuple[ApprovalSeen, ...],
    problem: str | None,
    scene: Scene,
) -> Finding:
    counting = [one for one in seen if one.counts]
    others = [one for one in seen if not one.counts and one.status.casefold() == _APPROVED]
    verdict, reason = Verdict.INCONCLUSIVE, "approvals_missing"
    if problem is not None:
        verdict = Verdict.ERROR if scene.evidence.pipeline is not None else verdict
        reason, sentence = "cannot_look", problem
    else:
        if len(counting) >= needed:
            verdict, reason = Verdict.PASS, "approved"
        elif others:
            reason = "approvals_void"
        given = [f"{one.by} ({_when(one)})" for one in counting]
        sentence = (
            f"{len(counting)} of {needed} approvals of "
            f"{scene.policy.model}:{promotion.version} for {promotion.stage} are there"
            + (f": {spell_list(given)}." if given else ".")
            + "".join(
                f" That of {one.by or 'somebody'} ({_when(one)}) does not count: {one.why}."
                for one in others
            )
        )
        if verdict is not Verdict.PASS and promotion.basis is not None:
            sentence += f" To be approved is {promotion.basis[:12]}."
    return Finding(
        rule=Rule.APPROVAL,
        thing=f"stage/{promotion.stage}",
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        n=len(counting),
        n_needed=needed,
        details={"basis": promotion.basis},
    )


def _when(seen: ApprovalSeen) -> str:
    return spell_time(seen.at) if seen.at is not None else "at an unknown time"
