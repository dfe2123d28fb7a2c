"""What the gates at the entrance of a stage are judged on, whoever asks: event or pipeline.

Only what a gate asks of is read, and what reads rows is imported when it is needed.
"""

from dataclasses import replace
from datetime import datetime

from shared.domain.decisions.gates import Moment
from shared.domain.decisions.gates.rules import GATES
from shared.domain.decisions.gates.running import mode_of
from shared.domain.evidence import PromotionEvidence
from shared.domain.policy import Enforcement, Gates, Policy, StagePolicy
from shared.errors import NotFound
from shared.service.readings.budget import read_budget
from shared.service.readings.stages import champion_of, endpoint_of, stage_before, version_of
from shared.service.training_data import keep_baseline
from shared.service.world import World

_OF_TRIED = frozenset({"deployment", "routing", "latency", "errors", "bake"})


def gather_for(
    model: str,
    version: str,
    stage: StagePolicy,
    policy: Policy,
    world: World,
    now: datetime,
    before: str | None = None,
    *,
    first: bool = False,
) -> PromotionEvidence:
    """The version, the champion of the stage, and a reading of each place its gates ask of.

    `before` is the version that served when the promotion began: the champion once this one does.
    `first` is for a version that is seen for the first time: its training data is profiled and
    kept, since drift is told against it. A version that is not there is a `problem`.
    Raises Unavailable and NoPermission of the registry; what the other places refuse is a `problem`
    of their reading.
    """
    evidence = PromotionEvidence(taken=now, version=version, stage=stage.name)
    try:
        candidate = world.workspace.model(model, version)
    except NotFound as problem:
        return replace(evidence, problem=str(problem))
    asked = _asked(policy.gates_of(stage))
    target = endpoint_of(stage, policy, stage, world, now)
    champion = champion_of(target, model, version, world)
    evidence = replace(
        evidence,
        candidate=candidate,
        target=target,
        champion=champion or version_of(model, before, world),
    )
    if first:
        baseline, problem_of_it = keep_baseline(candidate, policy, world)
        evidence = replace(evidence, baseline=baseline, baseline_problem=problem_of_it)
    tried = stage_before(policy, stage)
    if tried is not None and asked & _OF_TRIED:
        evidence = replace(evidence, tried=endpoint_of(tried, policy, stage, world, now))
    if "drift" in asked:
        from shared.service.readings.drift import read_drift

        drift = read_drift(candidate, policy, policy.gates_of(stage).drift, world, now)
        evidence = replace(evidence, drift=drift)
    if "budget" in asked:
        itself = f"{model}:{version} {stage.name}"
        evidence = replace(evidence, budget=read_budget(world.ledger, now, itself))
    return evidence


def _asked(gates: Gates) -> set[str]:
    return {
        rule.name
        for rule in GATES
        if Moment.ENTRANCE in rule.moments and mode_of(gates, rule.name) is not Enforcement.OFF
    }
