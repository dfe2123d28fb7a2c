"""From when on requests can be compared with the shares that are declared now."""

from datetime import datetime, timedelta

from shared.domain.state import SubjectState
from shared.domain.world import Endpoint

SETTLES = timedelta(minutes=5)
"""How long Azure may take to spread requests by new shares."""


def counted_from(
    endpoint: Endpoint, state: SubjectState, since: datetime, until: datetime
) -> datetime:
    """The later of `since` and when the last change of shares has settled; never after `until`.

    A change seen by this look for the first time may be as late as the look itself, unless the
    endpoint tells when it was written.
    """
    times = [since]
    times += [(shift.seen or shift.time) + SETTLES for shift in state.traffic[-1:]]
    times += [w.left + SETTLES for w in state.deployments.values() if w.left is not None]
    if _changed(endpoint, state):
        times.append((endpoint.changed or until) + SETTLES)
    elif not state.traffic and endpoint.changed is not None:
        times.append(endpoint.changed + SETTLES)
    return min(max(times), until)


def _changed(endpoint: Endpoint, state: SubjectState) -> bool:
    """Whether shares or mirrors are others than at the look before."""
    mirrors = {name for name, watch in state.deployments.items() if watch.mirrored is not None}
    shares = {name: share for name, share in endpoint.traffic.items() if share > 0}
    mirrored = {name for name, share in endpoint.mirror_traffic.items() if share > 0}
    return any(shift.shares != shares for shift in state.traffic[-1:]) or not mirrors <= mirrored
