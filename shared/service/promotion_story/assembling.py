"""Puts a promotion's story together from decisions, evidence and what is remembered."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.policy import ApprovalPolicy, Policy
from shared.domain.promotion import Override, Promotion
from shared.domain.state import SubjectState
from shared.errors import InvalidPolicy, NotFound
from shared.ports import Evidence, Ledger, Policies
from shared.service.codec import decode
from shared.service.promotion_story.chain import chain_of
from shared.service.promotion_story.concerning import Way, findings_of, is_gate
from shared.service.promotion_story.judging import judgement_of, open_of, policy_then
from shared.service.promotion_story.moments import moments_of
from shared.service.promotion_story.story import ApprovalsTold, OverrideTold, PromotionStory
from shared.service.promotion_story.traffic import rollout_of

MOST_DECISIONS = 1000


def story_of(
    ledger: Ledger,
    evidence: Evidence,
    policies: Policies,
    model: str,
    version: str,
    stage: str | None = None,
) -> PromotionStory:
    """The last promotion of a version, through a stage where it is named.

    Reads the state of `model/NAME`, its decisions, and by hash the evidence and the policy of the
    judgement; what is not kept any more is told in `notes`. Raises NotFound where nothing was ever
    decided of the version.
    """
    subject = f"model/{model}"
    state = decode(ledger.state(subject).state, SubjectState)
    every = list(reversed(ledger.decisions(subject, limit=MOST_DECISIONS)))
    promotion = _last(state.promotions, version, stage)
    way = Way(
        model=model,
        version=version,
        stage=stage if promotion is None else promotion.stage,
        identity=None if promotion is None else promotion.identity(model),
        begun=None if promotion is None else promotion.begun,
    )
    own = [decision for decision in every if way.concerns(decision)]
    if promotion is None and not (own and (stage is None or stage in _stages(own))):
        raise NotFound(_unknown(model, version, stage, state))
    judged = _judged(own, promotion)
    judgement = None if judged is None else judgement_of(judged, evidence)
    policy = None if judged is None else policy_then(judged, evidence)
    notes = list(_notes(promotion, every, own))
    if policy is None:
        policy, problem = _policy(policies, model)
        notes += [problem] if problem else []
    at = None if promotion is None else promotion.stage
    missing = () if promotion is None else promotion.missing
    return PromotionStory(
        model=model,
        version=version,
        stage=at
        or stage
        or next(iter(_stages(own)), None)
        or (policy.way()[0].name if policy else "unknown"),
        phase=None if promotion is None else promotion.phase,
        why="" if promotion is None else promotion.why,
        begun=None if promotion is None else promotion.begun,
        since=None if promotion is None else promotion.since,
        identity=way.identity,
        owner=None if policy is None else policy.owner,
        champion=None if promotion is None else promotion.champion,
        missing=missing or (() if judgement is None else open_of(judgement)),
        judgement=judgement,
        approvals=_approvals(promotion, policy),
        overrides=_overrides(state.overrides, version, own),
        run=None if promotion is None else promotion.run,
        rollout=(
            None
            if promotion is None or promotion.rollout is None
            else rollout_of(promotion.rollout, own)
        ),
        moments=moments_of(own),
        chain=chain_of(ledger, subject),
        notes=tuple(notes),
    )


def _last(promotions: Sequence[Promotion], version: str, stage: str | None) -> Promotion | None:
    found = [one for one in promotions if one.version == version and stage in {None, one.stage}]
    return found[-1] if found else None


def _judged(
    own: Sequence[Mapping[str, Any]], promotion: Promotion | None
) -> Mapping[str, Any] | None:
    """The last decision whose gates decided at the entrance: the promotion names its evidence.

    While a pipeline runs they are asked again and only told; that is taken where nothing else is
    known. Where the evidence is not known, the last one before traffic was moved.
    """
    gates = [(one, [f for f in findings_of(one) if is_gate(f)]) for one in own]
    gated = [one for one, found in gates if any(finding.enforced for finding in found)]
    gated = gated or [one for one, found in gates if found]
    named = [one for one in gated if promotion and one["evidence"] == promotion.evidence]
    if named:
        return named[-1]
    rollout = None if promotion is None else promotion.rollout
    if rollout is not None:
        entrance = [one for one in gated if parse_time(one["decided"]) < rollout.planned]
        gated = entrance or gated
    return gated[-1] if gated else None


def _stages(own: Sequence[Mapping[str, Any]]) -> list[str]:
    """The stages that decisions speak of, the last one first."""
    named = [
        one.get("stage")
        for decision in reversed(own)
        for one in (*decision["actions"], decision["event"].get("data") or {})
    ]
    return [str(stage) for stage in named if stage]


def _policy(policies: Policies, model: str) -> tuple[Policy | None, str | None]:
    try:
        return policies.for_model(model), None
    except InvalidPolicy as problem:
        return None, f"The policy of today cannot be read: {problem}"


def _approvals(promotion: Promotion | None, policy: Policy | None) -> ApprovalsTold:
    asked = ApprovalPolicy()
    if promotion is not None and policy is not None:
        stages = [stage for stage in policy.way() if stage.name == promotion.stage]
        asked = stages[0].approvals if stages else asked
    given = () if promotion is None else promotion.approvals
    return ApprovalsTold(
        needed=asked.needed,
        counted=len({approval.by for approval in given if approval.counts}),
        bases=() if promotion is None else promotion.bases,
        given=given,
        asked_in=asked.given,
    )


def _overrides(
    overrides: Sequence[Override], version: str, own: Sequence[Mapping[str, Any]]
) -> tuple[OverrideTold, ...]:
    """Where each stood at the last decision."""
    last = parse_time(own[-1]["decided"]) if own else None
    told = []
    for override in overrides:
        if override.version != version:
            continue
        at = last or override.since
        if override.withdrawn is not None:
            standing = "withdrawn"
        elif override.holds(at):
            standing = "in force"
        else:
            standing = "to come" if at < override.since else "expired"
        told.append(OverrideTold(override=override, standing=standing))
    return tuple(told)


def _notes(
    promotion: Promotion | None,
    every: Sequence[Mapping[str, Any]],
    own: Sequence[Mapping[str, Any]],
) -> list[str]:
    notes = []
    if promotion is None:
        notes.append("The promotion itself is no longer remembered; this is what was decided.")
    if len(every) == MOST_DECISIONS:
        notes.append(
            f"Only the model's last {MOST_DECISIONS} decisions were looked through; earlier ones "
            "are in the ledger."
        )
    if not own:
        notes.append("No decision of it is in the ledger that was looked through.")
    return notes


def _unknown(model: str, version: str, stage: str | None, state: SubjectState) -> str:
    through = f" through {stage}" if stage is not None else ""
    known = [f"{one.version} ({one.stage})" for one in state.promotions]
    listed = ", ".join(known[-10:]) or "none"
    return f"No promotion of {model}:{version}{through} is known; those of {model} are: {listed}."
