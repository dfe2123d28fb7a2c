"""A distance between two windows, with its interval and the three-way verdict."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """Estimate, interval [low, high] and limit share one unit; `n_needed` would decide it.

    `verdict` is fail when the whole interval lies above the limit, pass when none of it does,
    else inconclusive. `n_needed` is None when decided, or when no number of rows would decide.
    """

    estimate: float
    low: float
    high: float
    limit: float | None
    verdict: Verdict
    n_needed: int | None = None


def judge(low: float, high: float, limit: float) -> Verdict:
    """The three-way verdict of an interval against a limit.

    >>> judge(0.25, 0.4, 0.2), judge(0.0, 0.1, 0.2), judge(0.1, 0.4, 0.2)
    (<Verdict.FAIL: 'fail'>, <Verdict.PASS: 'pass'>, <Verdict.INCONCLUSIVE: 'inconclusive'>)
    """
    if low > limit:
        return Verdict.FAIL
    if high <= limit:
        return Verdict.PASS
    return Verdict.INCONCLUSIVE


def rows_needed(decides: Callable[[int], bool], start: int, most: int = 10**9) -> int | None:
    """The fewest rows from `start` up at which a look is expected to decide, None beyond `most`.

    >>> rows_needed(lambda n: n >= 1234, start=100)
    1234
    """
    upper = max(start, 1)
    while not decides(upper):
        if upper > most:
            return None
        upper *= 2
    lower = max(start, upper // 2)
    while lower < upper:
        middle = (lower + upper) // 2
        if decides(middle):
            upper = middle
        else:
            lower = middle + 1
    return upper
