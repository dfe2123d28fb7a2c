"""A distance between two windows, with its interval and the three-way verdict."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.domain.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """Estimate, interval [low, high] and limit share one unit; `n_needed` would decide it.

    `verdict` is fail when the whole interval lies above the limit, pass when none of it does,
    else inconclusive, and None without a limit. `n_needed` is None when decided, or when no number
    of rows would decide. `p_value` is of the test of equal distributions, where there is one: it
    never decides. `bins` says what was counted, and `binning_error` how far the value of the raw
    rows can be from the estimate, None where no such bound holds.
    """

    estimate: float
    low: float
    high: float
    limit: float | None
    verdict: Verdict | None
    n_needed: int | None = None
    p_value: float | None = None
    bins: str = ""
    binning_error: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; JSON knows no infinity, so an end that is open is null."""
        return {
            "estimate": _finite(self.estimate),
            "low": _finite(self.low),
            "high": _finite(self.high),
            "limit": self.limit,
            "verdict": None if self.verdict is None else self.verdict.value,
            "n_needed": self.n_needed,
            "p_value": self.p_value,
            "bins": self.bins,
            "binning_error": _finite(self.binning_error),
        }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What the rows say before a limit is named.

    `centre` is the estimate without its bias. `grows` marks a test's statistic, whose value for
    one and the same change is proportional to 1 / (1/n + 1/m).
    """

    estimate: float
    low: float
    high: float
    centre: float
    p_value: float | None = None
    binning_error: float | None = None
    grows: bool = False


NOTHING_KNOWN = Measurement(estimate=0.0, low=0.0, high=math.inf, centre=math.nan)


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


def judge_size(low: float, high: float, limit: float) -> Verdict:
    """The verdict of an interval that may be negative: its size is what the limit bounds.

    >>> judge_size(-0.4, -0.3, 0.2), judge_size(-0.1, 0.15, 0.2)
    (<Verdict.FAIL: 'fail'>, <Verdict.PASS: 'pass'>)
    """
    least = 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))
    return judge(least, max(abs(low), abs(high)), limit)


def rows_to_decide(measured: Measurement, limit: float, n: float, m: float) -> int | None:
    """About how many rows of the window would decide an undecided measurement.

    Both ends are taken to approach the centre as √(1/n + 1/m) does; a growing statistic is first
    put on the scale of so many rows. None when no number of rows would decide.
    """
    ends = (measured.low, measured.high, measured.centre)
    if n <= 0.0 or not all(map(math.isfinite, ends)):
        return None
    now = 1.0 / n + 1.0 / m

    def decides(rows: int) -> bool:
        then = 1.0 / rows + 1.0 / m
        shrunk = math.sqrt(then / now)
        low, high = (
            measured.centre + (end - measured.centre) * shrunk
            for end in (measured.low, measured.high)
        )
        unit = now / then if measured.grows else 1.0
        return judge_size(low * unit, high * unit, limit) is not Verdict.INCONCLUSIVE

    return rows_needed(decides, start=int(n) + 1)


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
