"""Arithmetic of shares: whole per cents that sum to 100, and whether two splits are the same."""

from collections.abc import Mapping
from math import floor

from shared.domain.promotion import TrafficStep
from shared.domain.world import Endpoint

_ROUNDING = 0.5
"""Whole per cents are written; shares that lie so near are the same ones."""


def live(endpoint: Endpoint) -> TrafficStep:
    """The shares an endpoint has now; who has none is left out."""
    return TrafficStep(
        traffic={name: share for name, share in endpoint.traffic.items() if share > 0},
        mirror={name: share for name, share in endpoint.mirror_traffic.items() if share > 0},
    )


def split(before: Mapping[str, float], deployment: str, share: float) -> dict[str, float]:
    """`share` per cent to the deployment, the rest to the others in their present proportions.

    >>> split({"blue": 60.0, "teal": 40.0}, "green", 10.0)
    {'blue': 54.0, 'teal': 36.0, 'green': 10.0}
    >>> split({"a": 1.0, "b": 1.0, "c": 1.0}, "d", 50.0)
    {'a': 17.0, 'b': 17.0, 'c': 16.0, 'd': 50.0}
    """
    others = {name: held for name, held in before.items() if held > 0 and name != deployment}
    if not others or share >= 100.0:
        return {deployment: 100.0}
    return {**whole(others, 100 - round(share)), deployment: float(round(share))}


def whole(shares: Mapping[str, float], total: int) -> dict[str, float]:
    """Shares as whole numbers that sum to `total`, by largest remainder; who gets 0 is left out.

    Source: the method of Hamilton and Hare for seats of a parliament.

    >>> whole({"a": 33.3, "b": 33.3, "c": 33.4}, 100)
    {'a': 33.0, 'b': 33.0, 'c': 34.0}
    """
    held = sum(shares.values())
    quotas = {name: share / held * total for name, share in shares.items()}
    seats = {name: floor(quota) for name, quota in quotas.items()}
    left = total - sum(seats.values())
    by_remainder = sorted(quotas, key=lambda name: (seats[name] - quotas[name], name))
    for name in by_remainder[:left]:
        seats[name] += 1
    return {name: float(seats[name]) for name in shares if seats[name] > 0}


def alike(one: TrafficStep, other: TrafficStep) -> bool:
    """Whether two splits are the same but for rounding, mirrored traffic included."""
    return _near(one.traffic, other.traffic) and _near(one.mirror, other.mirror)


def _near(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    names = {*one, *other}
    return all(abs(one.get(name, 0.0) - other.get(name, 0.0)) < _ROUNDING for name in names)
