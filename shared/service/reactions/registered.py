"""Reads a registered version, the serving champion, and profiles the training data."""

from datetime import datetime

from shared.domain.decisions.promotion import decide_promotion
from shared.domain.event import Event
from shared.domain.evidence import PromotionEvidence
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.domain.world import ModelVersion
from shared.errors import InvalidData, NotFound
from shared.service.gating import serving_champion
from shared.service.reactions import Reaction
from shared.service.readings.budget import read_budget
from shared.service.world import World


def _gather(
    event: Event,
    policy: Policy | None,
    state: SubjectState,
    world: World,
    now: datetime,
) -> PromotionEvidence:
    if policy is None:
        return PromotionEvidence(taken=now)
    version = event.data.get("version")
    if version is None:
        versions = world.workspace.versions(event.name)
        if not versions or versions[-1] in state.versions:
            return PromotionEvidence(taken=now, judged=versions[-1] if versions else "")
        version = versions[-1]
    version = str(version)
    try:
        candidate = world.workspace.model(event.name, version)
    except NotFound as problem:
        return PromotionEvidence(taken=now, version=version, problem=str(problem))
    baseline, baseline_problem = _baseline(candidate, policy, world)
    return PromotionEvidence(
        taken=now,
        version=version,
        candidate=candidate,
        champion=serving_champion(candidate, policy, world.workspace),
        baseline=baseline,
        baseline_problem=baseline_problem,
        budget=read_budget(world.ledger, now, None),
    )


def _baseline(
    candidate: ModelVersion, policy: Policy, world: World
) -> tuple[str | None, str | None]:
    """Profile the training data once a version, and keep the profile under the version's name."""
    named = f"{candidate.name}:{candidate.version}"
    data = candidate.training_data or policy.training_data
    if data is None:
        return None, (
            f"Nothing names the training data of {named}; set `training_data` in the policy."
        )
    from shared.profiles import baseline
    from shared.profiles.calibrating import calibration

    try:
        files = world.workspace.data(data)
        profile = baseline(
            list(files.paths),
            columns=policy.drift.columns or None,
            exclude=tuple(policy.drift.exclude),
        )
    except (NotFound, InvalidData) as problem:
        return None, f"The training data of {named} cannot be profiled: {problem}"
    world.profiles.save(f"model/{candidate.name}/{candidate.version}", profile.to_json())
    try:
        learnt = calibration(
            list(files.paths), profile, every=policy.drift.every, time_column=files.time_column
        )
    except InvalidData:
        return profile.hash, None
    world.profiles.save(f"calibration/{candidate.name}/{candidate.version}", learnt.to_json())
    return profile.hash, None


REACTION = Reaction(evidence=PromotionEvidence, gather=_gather, decide=decide_promotion)
