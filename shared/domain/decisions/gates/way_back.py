"""The deployment traffic would be given back to, and when it last carried all of it."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.decisions.gates.case import Case
from shared.domain.decisions.gates.observed.tried import Place, carries
from shared.domain.decisions.routing.route import model_of
from shared.domain.evidence.promotion import EndpointReading
from shared.domain.state import TrafficShift
from shared.domain.world import Deployment, Endpoint

_WHOLE = 99.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """The deployment that carried the traffic before is not there to go back to any more."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """It carried all of the traffic until then, alone, with so many instances if that is known."""

    until: datetime
    instances: int | None


def way_back(case: Case, reading: EndpointReading, endpoint: Endpoint) -> Place | Gone | None:
    """Where traffic would go back to; None where nothing else has ever served.

    What the plan of a rollout began with, else the deployment that serves now. Where that carries
    the version itself, or nothing serves, the one that served last before.
    """
    there = {one.name: one for one in endpoint.deployments}
    name, model = _meant(case, reading, endpoint)
    if name is None:
        return None
    found = there.get(name)
    if found is None:
        return Gone(name=name, why="is not there any more")
    if carries(found, case):
        return Gone(name=name, why=f"carries {case.named} itself now")
    if model is not None and model_of(found) != model:
        return Gone(name=name, why=f"carried {model} and carries {model_of(found)} now")
    return Place(reading=reading, endpoint=endpoint, deployment=found)


def carries_all(place: Place) -> bool:
    """Whether all of the traffic is declared for it now."""
    return place.share >= _WHOLE


def proof_of(place: Place) -> Proof | None:
    """When it last carried everything by itself, as it is now; None when that was never seen.

    What it did before it was written anew proves nothing of what it is.
    """
    if carries_all(place):
        return Proof(until=place.reading.taken, instances=place.deployment.instances)
    shifts = place.reading.shifts
    ends = [shift.time for shift in shifts[1:]] + [place.reading.taken]
    for shift, end in reversed(list(zip(shifts, ends, strict=False))):
        if _alone(shift, place.deployment) and _as_it_is(place, end):
            return Proof(until=end, instances=shift.instances.get(place.name))
    return None


def _meant(
    case: Case, reading: EndpointReading, endpoint: Endpoint
) -> tuple[str | None, str | None]:
    """The deployment's name, and the model version it has to carry where that is known."""
    rollout = None if case.promotion is None else case.promotion.rollout
    if rollout is not None and rollout.endpoint == endpoint.name:
        return _largest(rollout.before.traffic), None
    serving = endpoint.serving()
    if serving is not None and not carries(serving, case):
        return serving.name, None
    for shift in reversed(reading.shifts):
        name = _largest(shift.shares)
        model = None if name is None else shift.models.get(name)
        if name is not None and model != case.named:
            return name, model
    return None, None


def _largest(shares: dict[str, float]) -> str | None:
    served = [name for name, share in shares.items() if share > 0]
    return max(served, key=lambda name: (shares[name], name), default=None)


def _alone(shift: TrafficShift, deployment: Deployment) -> bool:
    carried = shift.models.get(deployment.name)
    return shift.shares.get(deployment.name, 0.0) >= _WHOLE and carried in {
        None,
        model_of(deployment),
    }


def _as_it_is(place: Place, end: datetime) -> bool:
    return place.watch is None or place.watch.completed < end
