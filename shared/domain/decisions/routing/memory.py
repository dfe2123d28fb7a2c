"""What a look at an endpoint adds to what is remembered of it."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.decisions.routing.route import is_unfinished, model_of
from shared.domain.event import Check, Event, EventType
from shared.domain.evidence import RoutingEvidence
from shared.domain.state import DeploymentWatch, SubjectState
from shared.domain.world import Deployment, Endpoint

CLOCKS = timedelta(minutes=1)
"""Azure's clocks differ: a resource written within this of its event is the same writing."""
_AHEAD = timedelta(minutes=5)
_NOT_WRITTEN = frozenset({"scaling", "deleting"})


def believed(event: Event, now: datetime) -> Event:
    """The event, at a time that is not ahead of the clock: no sender decides what is over."""
    return event if event.time <= now + _AHEAD else replace(event, time=now)


def last_look(state: SubjectState) -> datetime | None:
    """When routing was looked at before."""
    return state.checks.get(Check.ROUTING.value)


def looked_at(event: Event, state: SubjectState) -> datetime:
    """The time a look is judged at: the event's, but never before the look that was there already.

    An event that comes late is a reason to look, not to judge by a time that has passed.
    """
    before = last_look(state)
    return event.time if before is None else max(before, event.time)


def watches_after(
    event: Event, endpoint: Endpoint, state: SubjectState, evidence: RoutingEvidence
) -> dict[str, DeploymentWatch]:
    """Every deployment's watch brought up to this look.

    A completion begins the wait for traffic anew, whether an event or the resource tells of it;
    a change of the number of instances alone does not. What is seen is as old as the reading: a
    look may be decided long after it was asked for.
    """
    return {
        deployment.name: _look_at(deployment, event, endpoint, state, evidence)
        for deployment in endpoint.deployments
    }


def unfinished_since(
    provisioning_state: str,
    known: datetime | None,
    changed: datetime | None,
    state: SubjectState,
    seen: datetime,
) -> datetime | None:
    """Since when a resource is being written; None when it is not.

    It was complete at the look before, so a time of writing before that is an older one.
    """
    if not is_unfinished(provisioning_state):
        return None
    before = last_look(state)
    if known is None and changed is not None and (before is None or changed >= before - CLOCKS):
        return min(changed, seen)
    return known or seen


def _look_at(
    deployment: Deployment,
    event: Event,
    endpoint: Endpoint,
    state: SubjectState,
    evidence: RoutingEvidence,
) -> DeploymentWatch:
    at, name = looked_at(event, state), deployment.name
    seen = max(at, evidence.taken)
    changed = _known_time(deployment.changed, evidence)
    told = (
        event.time
        if event.type is EventType.DEPLOYMENT_COMPLETED and event.data.get("deployment") == name
        else None
    )
    known = state.deployments.get(name)
    fresh = known is None or _made_anew(known, deployment)
    if known is None or fresh:
        known = DeploymentWatch(completed=told or changed or evidence.taken, first_seen=seen)
    before = max(known.completed, known.written or known.completed)
    written = max(filter(None, (told, changed)), default=before)
    if written > before + CLOCKS and not _only_scaled(known, deployment):
        known = DeploymentWatch(
            completed=written, first_seen=known.first_seen, unfinished=known.unfinished
        )
    watch = replace(
        known,
        written=max(before, written),
        carries=model_of(deployment),
        instances=deployment.instances,
        created=deployment.created or known.created,
        unfinished=unfinished_since(
            deployment.provisioning_state,
            known.unfinished,
            changed,
            replace(state, checks={}) if fresh else state,
            seen,
        ),
    )
    if watch.unfinished is not None and deployment.provisioning_state.casefold() not in (
        _NOT_WRITTEN
    ):
        watch = replace(watch, completed=max(watch.completed, seen))
    if (evidence.requests or {}).get(name):
        watch = replace(watch, requested=at)
    if endpoint.traffic.get(name, 0.0) > 0:
        return replace(watch, arrived=watch.arrived or seen, left=None, mirrored=None)
    if endpoint.mirror_traffic.get(name, 0.0) > 0:
        return replace(watch, mirrored=watch.mirrored or seen, left=None)
    if watch.left is None and (watch.arrived is not None or watch.mirrored is not None):
        return replace(watch, left=seen, mirrored=None)
    return watch


def _known_time(time: datetime | None, evidence: RoutingEvidence) -> datetime | None:
    """A time ahead of the clock is none: it would put off the end of every wait."""
    return None if time is None or time > evidence.taken + _AHEAD else time


def _made_anew(known: DeploymentWatch, deployment: Deployment) -> bool:
    """Deleted and made again under its name between two looks."""
    return (
        known.created is not None
        and deployment.created is not None
        and abs(deployment.created - known.created) > CLOCKS
    )


def _only_scaled(known: DeploymentWatch, deployment: Deployment) -> bool:
    return (
        known.carries == model_of(deployment)
        and known.instances is not None
        and deployment.instances is not None
        and known.instances != deployment.instances
    )
