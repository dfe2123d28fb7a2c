"""What a look at an endpoint adds to what is remembered of it."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.decisions.routing.route import UNFINISHED, model_of
from shared.domain.event import Event, EventType
from shared.domain.evidence import RoutingEvidence
from shared.domain.intent import Intent, intent_of
from shared.domain.state import DeploymentWatch, SubjectState, TrafficShift
from shared.domain.world import Deployment, Endpoint

_MOST_SHIFTS = 50
_KEPT = timedelta(days=30)
_CLOCKS = timedelta(minutes=1)
"""Azure's clocks differ: a resource written within this of its event is the same writing."""


def watches_after(
    event: Event, endpoint: Endpoint, state: SubjectState, evidence: RoutingEvidence
) -> dict[str, DeploymentWatch]:
    """Every deployment's watch brought up to this look.

    A completion begins the wait for traffic anew, whether an event or the resource tells of it;
    a change of the number of instances alone does not. An older look changes nothing but what
    was unknown.
    """
    return {
        deployment.name: _look_at(deployment, event, endpoint, state, evidence)
        for deployment in endpoint.deployments
    }


def _look_at(
    deployment: Deployment,
    event: Event,
    endpoint: Endpoint,
    state: SubjectState,
    evidence: RoutingEvidence,
) -> DeploymentWatch:
    at, name = event.time, deployment.name
    told = (
        event.time
        if event.type is EventType.DEPLOYMENT_COMPLETED and event.data.get("deployment") == name
        else None
    )
    known = state.deployments.get(name)
    if known is None:
        known = DeploymentWatch(completed=told or deployment.changed or evidence.taken)
    written = max(filter(None, (told, deployment.changed)), default=known.completed)
    if written > known.completed + _CLOCKS and not _only_scaled(known, deployment):
        known = DeploymentWatch(completed=written)
    busy = deployment.provisioning_state.casefold() in UNFINISHED
    watch = replace(
        known,
        carries=model_of(deployment),
        instances=deployment.instances,
        unfinished=(known.unfinished or deployment.changed or at) if busy else None,
    )
    if (evidence.requests or {}).get(name):
        watch = replace(watch, requested=max(watch.requested or at, at))
    if endpoint.traffic.get(name, 0.0) > 0:
        return replace(watch, arrived=watch.arrived or at, left=None, mirrored=None)
    if endpoint.mirror_traffic.get(name, 0.0) > 0:
        return replace(watch, mirrored=watch.mirrored or at, left=None)
    if watch.left is None and (watch.arrived is not None or watch.mirrored is not None):
        return replace(watch, left=at, mirrored=None)
    return watch


def _only_scaled(known: DeploymentWatch, deployment: Deployment) -> bool:
    return (
        known.carries == model_of(deployment)
        and known.instances is not None
        and deployment.instances is not None
        and known.instances != deployment.instances
    )


def intents_after(event: Event, state: SubjectState, now: datetime) -> tuple[Intent, ...]:
    """What is meant to be, with what this event says of it; what ended long ago is forgotten."""
    kept = {intent.id: intent for intent in state.intents if intent.until > now - _KEPT}
    if event.type is EventType.INTENT_DECLARED:
        declared = intent_of(event)
        kept[declared.id] = declared
    if event.type is EventType.INTENT_WITHDRAWN:
        kept.pop(str(event.data.get("intent")), None)
    return tuple(kept.values())


def shifts_after(
    event: Event, endpoint: Endpoint, state: SubjectState
) -> tuple[tuple[TrafficShift, ...], bool]:
    """The shares the endpoint had, with those it has now; whether they are new.

    The first shares ever seen are no change. `by` is known where the event of the change tells it.
    """
    shares = {name: share for name, share in endpoint.traffic.items() if share > 0}
    last = state.traffic[-1] if state.traffic else None
    if last is not None and (last.shares == shares or event.time < last.time):
        return state.traffic, False
    carried = {d.name: model_of(d) for d in endpoint.deployments}
    by = event.data.get("by") if event.type is EventType.TRAFFIC_CHANGED else None
    shift = TrafficShift(
        time=event.time,
        shares=shares,
        models={name: model for name in shares if (model := carried.get(name)) is not None},
        by=str(by) if by else None,
        planned=last is None,
    )
    return (*state.traffic, shift)[-_MOST_SHIFTS:], last is not None
