"""A share of answers against the most it may be, in a way that may be asked every ten minutes."""

from dataclasses import dataclass

from shared.domain.shares import share_interval, trials_needed
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_number

LOOKS_A_DAY = 144
"""How often a day an endpoint is looked at: every ten minutes, as the timer's schedule says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion:
    """`count` of `n` answers, or up to `most` where the source knows no better, against `limit`.

    `needed` answers would decide what is inconclusive; None where more would not help.
    """

    count: int
    most: int
    n: int
    limit: float
    low: float
    high: float
    verdict: Verdict
    needed: int | None = None

    @property
    def estimate(self) -> float:
        """The share that was seen, at least."""
        return self.count / self.n

    @property
    def share(self) -> str:
        """The share in words: `4.1 %`, or `at least 4.1 %`."""
        least = "at least " if self.most > self.count else ""
        return f"{least}{percent(self.estimate)}"

    @property
    def basis(self) -> str:
        """What it rests on: `41 of 1003, interval 2.1 to 7 %`."""
        counted = spell_number(self.count)
        if self.most > self.count:
            counted = f"{counted} to {spell_number(self.most)}"
        interval = f"interval {percent(self.low).removesuffix(' %')} to {percent(self.high)}"
        return f"{counted} of {spell_number(self.n)}, {interval}"


def weigh(
    count: int,
    n: int,
    limit: float,
    confidence: float,
    *,
    most: int | None = None,
    looks: int = LOOKS_A_DAY,
) -> Proportion:
    """Fail when the exact interval lies above the limit, pass when below, else inconclusive.

    `confidence` is a promise for a day, not for a look: an endpoint that is exactly at its limit
    fails in at most 1 - confidence of the days, whatever its traffic. So each of a day's looks has
    its part of that (Bonferroni's inequality, which needs no independence: windows overlap).
    `looks` is how often a day it is asked.
    """
    most = count if most is None else most
    each = of_each_look(confidence, looks)
    low, high = share_interval(count, n, each)
    if most > count:
        high = share_interval(most, n, each)[1]
    verdict = Verdict.INCONCLUSIVE
    if low > limit:
        verdict = Verdict.FAIL
    elif high < limit:
        verdict = Verdict.PASS
    needed = None
    if verdict is Verdict.INCONCLUSIVE and most == count:
        needed = max(trials_needed(count / n, limit, each), n + 1)
    return Proportion(
        count=count,
        most=most,
        n=n,
        limit=limit,
        low=low,
        high=high,
        verdict=verdict,
        needed=needed,
    )


def of_each_look(confidence: float, looks: int = LOOKS_A_DAY) -> float:
    """The confidence of one look's interval, whose lower end alone can raise an alarm.

    >>> round(of_each_look(0.99), 6)
    0.999861
    """
    return 1.0 - 2.0 * (1.0 - confidence) / looks


def percent(share: float) -> str:
    """A share as people write it, to two decimals at most.

    >>> percent(0.0412), percent(0.5), percent(0.0000123)
    ('4.1 %', '50 %', '0 %')
    """
    value = 100.0 * share
    if value < 0.005:
        return "0 %"
    return f"{value:.3g} %" if value >= 10.0 else f"{round(value, 2):.2g} %"
