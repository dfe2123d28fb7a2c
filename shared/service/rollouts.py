"""What a rollout will do or where it stands, for whoever asks before it acts."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.decisions.promotion.rollout.commands import as_command
from shared.domain.decisions.promotion.rollout.planning import NoPlan, details, plan
from shared.domain.policy import Policy, RolloutMode, StagePolicy
from shared.domain.promotion import Promotion, Rollout, RolloutStatus
from shared.domain.splits import live
from shared.domain.state import SubjectState
from shared.domain.world import Deployment, Endpoint
from shared.errors import DriftgateError, NotFound, Refused
from shared.ports import Adapters, Workspace
from shared.service.codec import decode
from shared.service.world import named_workspace

_NEW = "new-deployment"


def rollout_of(
    adapters: Adapters,
    model: str,
    version: str | None,
    stage: str | None,
    now: datetime,
) -> dict[str, Any]:
    """The plan with its times and commands, and where it stands; made up where none is under way.

    Without a version it is the one that rolls, else the newest; without a stage that of its
    promotion, else the first with a rollout. Raises NotFound and Refused naming what is missing.
    """
    policy = adapters.policies.for_model(model)
    if policy is None:
        raise NotFound(f"No policy names the model {model[:80]}; its rollout is not known.")
    state = decode(adapters.ledger.state(f"model/{model}").state, SubjectState)
    promotion = _promotion(state, version, stage)
    of = _stage(policy, stage, promotion)
    name = of.endpoint or policy.endpoint
    if name is None:
        raise Refused(f"The stage {of.name} of {model} names no endpoint; set its `endpoint`.")
    version = version or (promotion.version if promotion is not None else None)
    version = version or _newest(adapters.workspace, model)
    endpoint, problem = _read(_workspace(of, adapters), name)
    rollout = promotion.rollout if promotion is not None else None
    assumed = False
    if rollout is None and endpoint is not None:
        rollout, problem, assumed = _made_up(endpoint, policy, of, version, now)
    return {
        "model": model,
        "version": version,
        "stage": of.name,
        "endpoint": name,
        "mode": of.rollout.mode.value,
        "phase": None if promotion is None else promotion.phase.value,
        "why": "" if promotion is None else promotion.why,
        "problem": problem,
        "assumed": assumed,
        "now": None if endpoint is None else to_plain(live(endpoint)),
        "rollout": None if rollout is None else _shown(rollout, of),
    }


def _promotion(state: SubjectState, version: str | None, stage: str | None) -> Promotion | None:
    """The open one of this version and stage, else the last that moved traffic.

    Without a version only what is under way counts: what is over is asked for by its version.
    """
    fitting = [
        one
        for one in state.promotions
        if version in {None, one.version} and stage in {None, one.stage}
    ]
    under_way = [one for one in fitting if one.phase.is_open]
    rolling = [one for one in under_way if one.rollout is not None] or under_way
    ended = [one for one in fitting if one.rollout is not None and version is not None]
    return next(reversed(rolling or ended), None)


def _stage(policy: Policy, name: str | None, promotion: Promotion | None) -> StagePolicy:
    asked = name or (promotion.stage if promotion is not None else None)
    way = policy.way()
    if asked is None:
        found = next((one for one in way if one.rollout.mode is not RolloutMode.OFF), None)
        if found is None:
            raise Refused(
                f"No stage of {policy.model} has a rollout; set `rollout: plan` in one of its "
                "stages to see what it would do."
            )
        return found
    found = next((one for one in way if one.name == asked), None)
    if found is None:
        names = ", ".join(one.name for one in way)
        raise NotFound(f"{policy.model} has no stage {asked[:80]!r}; there are {names}.")
    return found


def _workspace(stage: StagePolicy, adapters: Adapters) -> Workspace:
    """Where the stage is."""
    if stage.workspace is None:
        return adapters.workspace
    return named_workspace(stage.workspace, adapters.workspaces)


def _newest(workspace: Workspace, model: str) -> str:
    versions = workspace.versions(model)
    if not versions:
        raise NotFound(f"No version of {model[:80]} is registered; name one.")
    return versions[-1]


def _read(workspace: Workspace, name: str) -> tuple[Endpoint | None, str | None]:
    try:
        return workspace.endpoint(name), None
    except DriftgateError as problem:
        return None, str(problem)


def _made_up(
    endpoint: Endpoint, policy: Policy, stage: StagePolicy, version: str, now: datetime
) -> tuple[Rollout | None, str | None, bool]:
    """The plan as it would be now; a version that is not deployed gets a deployment of its own."""
    made = plan(endpoint, policy.model, version, stage.rollout, now)
    if isinstance(made, Rollout):
        return made, None, False
    if made.reason != "no_deployment":
        return None, made.sentence, False
    new = Deployment(name=_NEW, provisioning_state="Succeeded", model=policy.model, version=version)
    there = replace(endpoint, deployments=(*endpoint.deployments, new))
    assumed = plan(there, policy.model, version, stage.rollout, now)
    if isinstance(assumed, NoPlan):
        return None, assumed.sentence, False
    return assumed, made.sentence, True


def _shown(rollout: Rollout, stage: StagePolicy) -> dict[str, Any]:
    """The plan and where it stands, each step with the command that would make it by hand."""
    shown = details(rollout, stage.rollout)
    before = rollout.before
    for index, step in enumerate(rollout.steps):
        shown["steps"][index] |= {
            "standing": _standing(rollout, index),
            "command": as_command(rollout.endpoint, step, before),
        }
        before = step
    return {
        **shown,
        "status": rollout.status.value,
        "step": rollout.at + 1,
        "since": to_plain(rollout.since),
        "looks": rollout.looks,
        "cause": None if rollout.cause is None else rollout.cause.value,
        "why": rollout.why,
        "back": as_command(rollout.endpoint, rollout.before, rollout.in_force),
    }


def _standing(rollout: Rollout, index: int) -> str:
    """Whether a step was made, is in force, is moved to, or is to come."""
    if rollout.status in {RolloutStatus.RETURNING, RolloutStatus.RETURNED}:
        return "given back" if index <= rollout.at else "not made"
    if index < rollout.at or rollout.status is RolloutStatus.COMPLETE:
        return "passed"
    if index > rollout.at:
        return "to come"
    return "moved to" if rollout.status is RolloutStatus.MOVING else "in force"
