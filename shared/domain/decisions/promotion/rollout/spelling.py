"""A split of the traffic in words."""

from shared.domain.decisions.routing.route import spell_shares
from shared.domain.promotion import TrafficStep


def spell_split(step: TrafficStep) -> str:
    """A split as people write it: `blue 90 %, green 10 %`, and what is mirrored.

    >>> spell_split(TrafficStep(traffic={"blue": 100.0}, mirror={"green": 20.0}))
    'blue 100 %, mirrored to green 20 %'
    """
    mirrored = f", mirrored to {spell_shares(step.mirror)}" if any(step.mirror.values()) else ""
    return f"{spell_shares(step.traffic)}{mirrored}"
