"""Does a neighbour answer well in the same time: then it is this deployment, else what they share.

All deployments of an endpoint get calls of the same callers at the same time, so that a difference
between them is their own.
"""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.decisions.health.look import Look
from shared.domain.decisions.health.proportion import Proportion
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time
from shared.domain.world import Served


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What the neighbours say of it, and the one that could take its traffic, if there is one."""

    sentence: str
    refuge: str | None = None


def compare(
    look: Look, own: Proportion, weigh: Callable[[Served, Look], Proportion | None]
) -> Compared:
    """A neighbour is better when its interval lies below this one's, unless it fails as well.

    Where none is called, the one that had the traffic last may take it back.
    """
    weighed = {
        other.name: share
        for other in look.others
        if other.served is not None
        and other.served.requests
        and (share := weigh(other.served, other)) is not None
    }
    better = {
        name: share
        for name, share in weighed.items()
        if share.verdict is not Verdict.FAIL and share.high < own.low
    }
    if better:
        best = max(better, key=lambda name: better[name].n)
        sentence = (
            f"In the same time {_listed(better)}. So it is {look.name} itself: what is new in it, "
            "not what both use."
        )
        return Compared(sentence=sentence, refuge=best if _usable(look, best) else None)
    if any(share.verdict is Verdict.FAIL for share in weighed.values()):
        sentence = (
            f"In the same time {_listed(weighed)}. So it is not {look.name} alone: look at what "
            "they share, such as a data source, a key, the network or the callers."
        )
        return Compared(sentence=sentence)
    if weighed:
        return Compared(sentence=f"In the same time {_listed(weighed)}: too few to compare.")
    return _former(look)


def _listed(shares: dict[str, Proportion]) -> str:
    return ", ".join(
        f"{name} is at {share.share} ({share.basis})" for name, share in sorted(shares.items())
    )


def _usable(look: Look, name: str) -> bool:
    return any(other.name == name and other.complete for other in look.others)


def _former(look: Look) -> Compared:
    """The deployment whose traffic this one took over, if it is still there."""
    gone = [
        (other.watch.left, other.name)
        for other in look.others
        if other.complete and other.watch is not None and other.watch.left is not None
    ]
    if not gone or look.share <= 0:
        return Compared(
            sentence="No other deployment was called, so there is nothing to compare it with."
        )
    left, name = max(gone)
    return Compared(
        sentence=(
            f"No other deployment was called; {name} is still there and had traffic until "
            f"{spell_time(left)}."
        ),
        refuge=name,
    )
