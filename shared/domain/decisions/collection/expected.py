"""Whether far fewer came than should have, three-way and with the interval behind it."""

from dataclasses import dataclass

from shared.domain.shares import share_interval, trials_needed
from shared.domain.verdict import Verdict

CONFIDENCE = 0.998
FEW = 0.5
"""Far fewer: less than this part of what was to be expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """`came` of `expected_of` as a share with its interval, against the least that is no alarm."""

    verdict: Verdict
    share: float
    low: float
    high: float
    limit: float
    n: int
    needed: int | None = None


def judge_came(came: int, out_of: int, rate: float, *, few: float = FEW) -> Came:
    """Whether of the share `rate` of `out_of` things that should have come at least `few` came.

    More than all count as all: a request may hold several rows, so rows can only show that too few
    came, never that none is missing. The interval is the exact one of a binomial share; things
    that come together make it too narrow, which `few` has to leave room for.

    >>> judge_came(0, 100, 1.0).verdict, judge_came(0, 5, 1.0).verdict
    (<Verdict.FAIL: 'fail'>, <Verdict.INCONCLUSIVE: 'inconclusive'>)
    >>> judge_came(0, 100, 0.1).needed
    135
    """
    counted = min(came, out_of)
    share = counted / out_of if out_of else 0.0
    low, high = share_interval(counted, out_of, CONFIDENCE)
    limit = few * rate
    if high < limit:
        verdict, needed = Verdict.FAIL, None
    elif low > limit or limit <= 0.0:
        verdict, needed = Verdict.PASS, None
    else:
        verdict, needed = Verdict.INCONCLUSIVE, trials_needed(share, limit, CONFIDENCE)
    return Came(
        verdict=verdict, share=share, low=low, high=high, limit=limit, n=out_of, needed=needed
    )
