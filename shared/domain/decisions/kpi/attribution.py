"""Which change of deployments or traffic lies where a KPI's change began: by time, not by proof."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from shared.domain.state import DeploymentWatch, TrafficShift

NEAR = timedelta(days=1)
_SEEN_LATE = timedelta(minutes=30)
"""A change of shares without an event is seen with the next look at the endpoint."""


class CauseKind(StrEnum):
    """What was changed."""

    TRAFFIC = "traffic"
    WRITTEN = "written"


class Reason(StrEnum):
    """How the changes lie to the onset of a KPI's change."""

    ONE = "one_change"
    SEVERAL = "several_changes"
    EARLIER = "only_earlier"
    NONE = "no_change_near"
    UNKNOWN = "no_endpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A change of an endpoint: the deployment it gave most traffic to, or that was written anew.

    `shares` were those before it, by deployment, and `share` is the deployment's after it.
    `model` is what the deployment carries since then, `model_before` what did its work before,
    both as far as they are known.
    """

    kind: CauseKind
    time: datetime
    endpoint: str
    deployment: str
    share: float
    shares: dict[str, float]
    model: str | None = None
    model_before: str | None = None
    by: str | None = None

    @property
    def named(self) -> str:
        """The model version with its deployment: `churn:7 (green)`."""
        return named(self.deployment, self.model)

    def told(self) -> str:
        """What happened, to go after `since`, without its time."""
        who, share = self.named, f"{self.share:g} %"
        if self.kind is CauseKind.WRITTEN:
            return f"{who} was written anew at {share} of {self.endpoint}"
        before = self.shares.get(self.deployment, 0.0)
        if self.share <= 0.0:
            return f"{who} lost its {before:g} % of {self.endpoint}"
        if before <= 0.0:
            return f"{who} took {share} of {self.endpoint}"
        return f"{who} went from {before:g} % to {share} of {self.endpoint}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Onset:
    """When a change began: about `since`, and hardly before `earliest` or after `latest`."""

    since: datetime
    earliest: datetime
    latest: datetime
    bucket: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """The change of the endpoint that explains an onset best by its time, and the others near it.

    For `EARLIER` the cause lies before the onset can, so that it is told but not blamed.
    """

    reason: Reason
    cause: Cause | None = None
    others: tuple[Cause, ...] = ()

    @property
    def blamed(self) -> Cause | None:
        """The cause that lies where the change began."""
        return self.cause if self.reason in {Reason.ONE, Reason.SEVERAL} else None


def named(deployment: str, model: str | None) -> str:
    """A model version with its deployment, or the deployment alone."""
    return f"{model} ({deployment})" if model else f"deployment {deployment}"


def causes_of(
    endpoint: str,
    traffic: tuple[TrafficShift, ...],
    deployments: Mapping[str, DeploymentWatch],
) -> tuple[Cause, ...]:
    """Every change of shares, and every writing of a deployment that had a share then, by time.

    The first shares ever seen are no change, nor is what was written before or about then.
    """
    shifts = [
        cause
        for before, after in pairwise(traffic)
        if (cause := _shifted(endpoint, before, after)) is not None
    ]
    written = [
        cause
        for name, watch in deployments.items()
        if (cause := _written(endpoint, name, watch, traffic)) is not None
    ]
    return tuple(sorted((*shifts, *written), key=lambda cause: cause.time))


def _shifted(endpoint: str, before: TrafficShift, after: TrafficShift) -> Cause | None:
    gains = {
        name: after.shares.get(name, 0.0) - before.shares.get(name, 0.0)
        for name in sorted({*before.shares, *after.shares})
    }
    if not any(gains.values()):
        return None
    most = max(gains, key=lambda name: gains[name])
    if gains[most] <= 0.0:
        most = min(gains, key=lambda name: gains[name])
    models = {**before.models, **after.models}
    loser = min(gains, key=lambda name: gains[name])
    return Cause(
        kind=CauseKind.TRAFFIC,
        time=after.time,
        endpoint=endpoint,
        deployment=most,
        share=after.shares.get(most, 0.0),
        shares=dict(before.shares),
        model=models.get(most),
        model_before=before.models.get(loser),
        by=after.by,
    )


def _written(
    endpoint: str, name: str, watch: DeploymentWatch, traffic: tuple[TrafficShift, ...]
) -> Cause | None:
    if not traffic or watch.completed <= traffic[0].time + _SEEN_LATE:
        return None
    in_force = [shift for shift in traffic if shift.time <= watch.completed]
    share = in_force[-1].shares.get(name, 0.0)
    if share <= 0.0:
        return None
    before = in_force[-1].models.get(name)
    return Cause(
        kind=CauseKind.WRITTEN,
        time=watch.completed,
        endpoint=endpoint,
        deployment=name,
        share=share,
        shares=dict(in_force[-1].shares),
        model=watch.carries,
        model_before=before if before != watch.carries else None,
    )


def attribute(causes: Iterable[Cause], onset: Onset) -> Attribution:
    """The change nearest to the onset among those that lie where it may have begun.

    A change within a bucket shows in this bucket or only in the next one, and is seen by Driftgate
    half an hour late at most. With none there, the last one of the day before is named, not blamed.
    """
    first = onset.earliest - onset.bucket
    last = onset.latest + onset.bucket + _SEEN_LATE
    near = [cause for cause in causes if first - NEAR <= cause.time <= last]
    inside = sorted(
        (cause for cause in near if cause.time >= first),
        key=lambda cause: abs(cause.time - onset.since),
    )
    if inside:
        reason = Reason.ONE if len(inside) == 1 else Reason.SEVERAL
        return Attribution(reason=reason, cause=inside[0], others=tuple(inside[1:]))
    if near:
        *others, nearest = sorted(near, key=lambda cause: cause.time)
        return Attribution(reason=Reason.EARLIER, cause=nearest, others=tuple(reversed(others)))
    return Attribution(reason=Reason.NONE)
