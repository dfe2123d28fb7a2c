"""Whose word counts: people, as many as are needed, on what is to be promoted as it is now."""

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.decisions.promotion.basis import changed_since
from shared.domain.decisions.promotion.step import Scene
from shared.domain.decisions.promotion.words import (
    APPROVED,
    MOST_COMMENT,
    REJECTED,
    Word,
    words_of,
)
from shared.domain.evidence.promotion import PipelineReading
from shared.domain.finding import Finding, Rule
from shared.domain.people.approval import SHORT, spelled
from shared.domain.policy import ApprovalPlace, ApprovalPolicy
from shared.domain.promotion import ApprovalSeen, Promotion
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_duration, spell_list, spell_time

SKEW = timedelta(minutes=2)
"""So far the platform's clock may lie ahead."""
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

    The same rules hold wherever it was said; the stage says where it counts. What a platform gives
    no time for has the time at which it was first seen; it was given before that, so a basis that
    was found in the same look is none that it could be of.
    """
    policy = scene.stage.approvals
    reading = scene.evidence.pipeline
    unread = reading is None or reading.problem is not None
    seen, rejected = _judged(promotion, scene)
    if unread:
        seen = (*(one for one in promotion.approvals if _is_the_pipelines(one)), *seen)
    elif reading is not None:
        rejected = rejected or _rejection(reading)
    if policy.needed <= 0:
        return Approvals(seen=seen, rejected=rejected)
    problem = _problem(scene)
    counting = [one for one in seen if one.counts]
    met = problem is None and len(counting) >= policy.needed
    return Approvals(
        seen=seen,
        met=met,
        rejected=rejected,
        finding=_finding(promotion, policy.needed, seen, problem, scene),
    )


def _is_the_pipelines(seen: ApprovalSeen) -> bool:
    return seen.place == ApprovalPlace.PIPELINE


def _problem(scene: Scene) -> str | None:
    """Why it is not known who approved; what counts nowhere need not be read."""
    given, reading = scene.stage.approvals.given, scene.evidence.pipeline
    if given is ApprovalPlace.DRIFTGATE:
        return None
    if reading is None:
        if given is ApprovalPlace.EITHER:
            return None
        return "Who approved was not read: the pipeline has not begun."
    return reading.problem


def _judged(promotion: Promotion, scene: Scene) -> tuple[tuple[ApprovalSeen, ...], str | None]:
    """Each word with whether it counts, and who refuses it in Driftgate, if anybody does.

    A refusal is of the promotion whatever its evidence: it has no basis, and does not age.
    """
    seen: list[ApprovalSeen] = []
    counted: set[str] = set()
    rejected = None
    for word in words_of(promotion, scene):
        why = _why_not(promotion, scene, word, counted)
        if not why and word.rejects:
            why = "it is a rejection"
            rejected = rejected or _rejected(word.by, word.reason)
        if not why:
            counted |= word.names
        seen.append(
            ApprovalSeen(
                by=word.by,
                status=word.status,
                at=word.at,
                basis=word.basis,
                counts=not why,
                why=why,
                place=word.place.value,
                reason=word.reason,
            )
        )
    return tuple(seen), rejected


def _why_not(promotion: Promotion, scene: Scene, word: Word, counted: set[str]) -> str:
    """Why a word does not count, as the rest of a sentence; nothing when it does."""
    policy = scene.stage.approvals
    if word.rejects and word.place is ApprovalPlace.PIPELINE:
        return "it is a rejection"
    if word.gone:
        return word.gone
    if policy.given is ApprovalPlace.DRIFTGATE and word.place is ApprovalPlace.PIPELINE:
        return "approvals of this stage are given to Driftgate"
    if not word.by:
        return "the platform does not tell who gave it"
    stranger = not_among(policy, word.by)
    if stranger is not None:
        return stranger
    return "" if word.rejects else _not_of_this(promotion, scene, word, counted)


def _not_of_this(promotion: Promotion, scene: Scene, word: Word, counted: set[str]) -> str:
    """Why an approval of somebody who may is none of this promotion as it is now."""
    now, lasts = scene.evidence.taken, scene.stage.approvals.lasts
    candidate = scene.evidence.candidate
    created_by = None if candidate is None else candidate.created_by
    part = own_part(promotion, created_by, word.by, word.name)
    if part is not None:
        return f"{word.by} {part}, and nobody approves their own"
    if word.at > now + SKEW:
        return f"it is of {spell_time(word.at)}, ahead of the clock here ({spell_time(now)})"
    if word.basis is None or word.basis != promotion.basis:
        return f"it was given for other evidence: since then {_changes(promotion, word.basis)}"
    if now >= word.at + lasts:
        return f"it is older than {spell_duration(lasts)}"
    twice = spelled(word.by) in counted
    if twice or word.names & counted:
        return f"{word.by if twice or word.name is None else word.name} is counted already"
    return ""


def _changes(promotion: Promotion, basis: str | None) -> str:
    of = next((one for one in reversed(promotion.bases) if one.hash == basis), None)
    if of is None:
        return "the version was put forward" if basis is None else "much changed"
    return one_line(changed_since(promotion, of) or "it changed", _MOST_CHANGES)


def not_among(policy: ApprovalPolicy, person: str) -> str | None:
    """Why somebody may neither approve nor refuse; None where they may."""
    if not policy.by or spelled(person) in {spelled(name) for name in policy.by}:
        return None
    return f"{person} is not among those who may approve: {spell_list(policy.by)}"


def own_part(promotion: Promotion, created_by: str | None, *names: str | None) -> str | None:
    """Which hand a person had in it, by whichever of their names; None for none."""
    run = promotion.run
    part: dict[str, str] = {}
    if run is not None and run.by:
        part[spelled(run.by)] = f"started run {run.number}"
    if created_by:
        part[spelled(created_by)] = f"registered version {promotion.version}"
    return next((part[spelled(name)] for name in names if name and spelled(name) in part), None)


def _rejection(reading: PipelineReading) -> str | None:
    for approval in reading.approvals:
        for step in approval.steps:
            if step.status.casefold() == REJECTED:
                return _rejected(step.by or step.asked, step.comment or "")
        if approval.status.casefold() == REJECTED:
            return "it was rejected"
    return None


def _rejected(who: str, comment: str) -> str:
    said = one_line(comment, MOST_COMMENT)
    return f"{who} rejected it" + (f": {said}" if said else "")


def _finding(
    promotion: Promotion,
    needed: int,
    seen: tuple[ApprovalSeen, ...],
    problem: str | None,
    scene: Scene,
) -> Finding:
    counting = [one for one in seen if one.counts]
    others = [one for one in seen if not one.counts and one.status.casefold() == APPROVED]
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
            sentence += f" To be approved is {promotion.basis[:SHORT]}{_where(scene)}."
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


def _where(scene: Scene) -> str:
    match scene.stage.approvals.given:
        case ApprovalPlace.DRIFTGATE:
            return ", in Driftgate"
        case ApprovalPlace.EITHER:
            return ", in Driftgate or in the pipeline"
        case ApprovalPlace.PIPELINE:
            return ""


def _when(seen: ApprovalSeen) -> str:
    at = spell_time(seen.at) if seen.at is not None else "at an unknown time"
    return at if _is_the_pipelines(seen) else f"{at}, in Driftgate"
