"""What every adapter asks before it writes shares: that they can be, and are as they were."""

from collections.abc import Mapping

from shared.domain.promotion import TrafficStep
from shared.domain.splits import alike, live
from shared.domain.world import Endpoint
from shared.errors import ChangedMeanwhile, NotFound, Refused

_MOST_MIRRORED = 50.0


def to_write(endpoint: Endpoint, wanted: TrafficStep, expected: TrafficStep) -> bool:
    """Whether there is anything to write: not where the shares are so already.

    Raises ChangedMeanwhile when they are neither the wanted nor the expected ones, NotFound for a
    deployment that is not there, Refused for shares that Azure does not take.
    """
    found = live(endpoint)
    if alike(found, wanted):
        return False
    if not alike(found, expected):
        raise changed(endpoint.name, found, expected)
    there = {deployment.name for deployment in endpoint.deployments}
    missing = sorted({*_given(wanted.traffic), *_given(wanted.mirror)} - there)
    if missing:
        raise NotFound(f"Endpoint {endpoint.name} has no deployment {', '.join(missing)}.")
    _check(endpoint.name, wanted)
    return True


def changed(name: str, found: TrafficStep, expected: TrafficStep) -> ChangedMeanwhile:
    """The error that says what was found instead."""
    return ChangedMeanwhile(
        f"The traffic of {name} is {_spell(found)} and not {_spell(expected)} as expected; it is "
        "left as it is.",
        traffic=found.traffic,
        mirror=found.mirror,
    )


def whole_numbers(shares: Mapping[str, float]) -> dict[str, int]:
    """Shares as they are written; who has none is left out."""
    return {name: round(share) for name, share in sorted(shares.items()) if round(share) > 0}


def _check(name: str, wanted: TrafficStep) -> None:
    shares = [*wanted.traffic.values(), *wanted.mirror.values()]
    if any(not 0 <= share <= 100 or share != round(share) for share in shares):
        raise Refused(
            f"The shares {_spell(wanted)} of {name} are no whole per cents from 0 to 100."
        )
    total = sum(wanted.traffic.values())
    if total not in {0.0, 100.0}:
        raise Refused(f"The shares {_spell(wanted)} of {name} sum to {total:g}, not to 0 or 100.")
    mirrored = _given(wanted.mirror)
    if len(mirrored) > 1 or sum(wanted.mirror.values()) > _MOST_MIRRORED:
        raise Refused(
            f"{name} cannot be mirrored as {_spell(wanted)}: to one deployment, at most 50 %."
        )
    both = mirrored & _given(wanted.traffic)
    if both:
        raise Refused(
            f"Deployment {min(both)} of {name} cannot have live and mirrored traffic at once."
        )


def _given(shares: Mapping[str, float]) -> set[str]:
    return {name for name, share in shares.items() if share > 0}


def _spell(step: TrafficStep) -> str:
    told = ", ".join(f"{name} {share:g} %" for name, share in sorted(step.traffic.items()))
    mirror = ", ".join(f"{name} {share:g} %" for name, share in sorted(step.mirror.items()))
    return f"{told or 'none at all'}{f', mirrored to {mirror}' if mirror else ''}"
