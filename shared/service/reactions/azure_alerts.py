"""Finds out which endpoint and whose policy an alert of Azure Monitor is about."""

from datetime import datetime

from shared.domain.decisions.external.azure_alert import decide_azure_alert
from shared.domain.event import Event, EventType
from shared.domain.evidence import AlertTarget
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.errors import DriftgateError
from shared.service.intake.resources import endpoint_of
from shared.service.reactions import Reaction
from shared.service.world import World


def _gather(
    event: Event,
    policy: Policy | None,  # noqa: ARG001  every reaction has this signature
    state: SubjectState,  # noqa: ARG001
    world: World,
    now: datetime,
) -> AlertTarget:
    if event.type is not EventType.AZURE_ALERT_FIRED:
        return AlertTarget(taken=now)
    for target in event.data.get("targets") or []:
        named = endpoint_of(str(target))
        if named is not None and _is_ours(str(target), world):
            return _target(*named, world, now)
    return AlertTarget(taken=now)


def _is_ours(target: str, world: World) -> bool:
    """Whether it lies in the workspace that is watched; an endpoint elsewhere may be a namesake."""
    azure = world.settings.azure
    return azure is None or target.lower().startswith(f"{azure.workspace_id.lower()}/")


def _target(endpoint: str, deployment: str | None, world: World, now: datetime) -> AlertTarget:
    """The endpoint as we spell it: Azure tells ids in small letters.

    Policies are asked before the workspace, which may be out of reach: an alert is not held back.
    """
    for policy in world.policies.all():
        if policy.endpoint is not None and policy.endpoint.casefold() == endpoint.casefold():
            return AlertTarget(
                taken=now,
                endpoint=policy.endpoint,
                deployment=deployment,
                model=policy.model,
                owner=policy.owner,
            )
    try:
        known = world.workspace.endpoints()
    except DriftgateError as problem:
        return AlertTarget(taken=now, problem=str(problem))
    for name in known:
        if name.casefold() == endpoint.casefold():
            return AlertTarget(taken=now, endpoint=name, deployment=deployment)
    return AlertTarget(taken=now)


REACTION = Reaction(evidence=AlertTarget, gather=_gather, decide=decide_azure_alert)
