"""False alarms and time to find errors at the health check's own schedule, beside simpler rules.

Calls come at random at a mean an hour, each fails at random. A look every ten minutes judges the
hour before it. Beside Driftgate's rule: the same exact interval without regard to how often one
looks, and the bare share against its limit. An alarm is counted anew when no look of a whole window
has failed since the last, which is more often than one would be told.
Run: python -m benchmarks.health [--seed 1] [--months 100]
"""

import argparse
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from shared.domain.decisions.health.proportion import LOOKS_A_DAY, of_each_look
from shared.domain.shares import at_most

Counts = npt.NDArray[np.int64]

LIMIT = 0.01
CONFIDENCE = 0.99
LOOKS_A_WINDOW = LOOKS_A_DAY // 24
MONTH = 30 * LOOKS_A_DAY
TRAFFIC = (3, 10, 30, 100, 300, 1000, 3000)
OURS, EACH, BARE = "interval of a day's looks", "interval of each look", "bare share"


@cache
def fails_from(calls: int, confidence: float) -> int:
    """The fewest errors among so many calls whose interval lies above the limit."""
    tail = (1.0 - confidence) / 2.0
    low, high = 0, calls + 1
    while low < high:
        middle = (low + high) // 2
        beyond = 1.0 - at_most(middle - 1, calls, LIMIT) if middle else 1.0
        low, high = (low, middle) if beyond < tail else (middle + 1, high)
    return low


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """What each look sees: the calls and errors of the hour before it."""

    calls: Counts
    errors: Counts

    @classmethod
    def of(
        cls, rng: np.random.Generator, hourly: float, rates: npt.NDArray[np.float64]
    ) -> "Windows":
        """Simulated; `rates` is the share that fails in each ten minutes."""
        calls = rng.poisson(hourly / LOOKS_A_WINDOW, len(rates))
        errors = rng.binomial(calls, rates)
        hour = np.ones(LOOKS_A_WINDOW, dtype=np.int64)
        return cls(
            calls=np.convolve(calls, hour)[: len(rates)],
            errors=np.convolve(errors, hour)[: len(rates)],
        )

    def failing(self, rule: str) -> npt.NDArray[np.bool_]:
        """The looks that fail under a rule."""
        if rule == BARE:
            return self.errors > LIMIT * self.calls
        confidence = of_each_look(CONFIDENCE) if rule == OURS else CONFIDENCE
        kinds, places = np.unique(self.calls, return_inverse=True)
        least = np.array([fails_from(int(calls), confidence) for calls in kinds])
        return np.asarray(self.errors >= least[places])


def alarms_a_month(
    rng: np.random.Generator, hourly: float, rate: float, months: int, rule: str
) -> float:
    """How often an endpoint is alarmed about that fails at a steady rate."""
    windows = Windows.of(rng, hourly, np.full(months * MONTH, rate))
    failing = np.flatnonzero(windows.failing(rule))
    if not len(failing):
        return 0.0
    return float(1 + np.sum(np.diff(failing) > LOOKS_A_WINDOW)) / months


def minutes_to_alarm(
    rng: np.random.Generator, hourly: float, rate: float, repeats: int
) -> tuple[float, float]:
    """Median and 90th percentile of the minutes from the moment a good endpoint begins to fail."""
    before, after = LOOKS_A_WINDOW, 2 * LOOKS_A_DAY
    taken = []
    for _ in range(repeats):
        rates = np.concatenate([np.zeros(before), np.full(after, rate)])
        failing = np.flatnonzero(Windows.of(rng, hourly, rates).failing(OURS))
        taken.append(10.0 * (failing[0] + 1 - before) if len(failing) else np.inf)
    return float(np.median(taken)), float(np.quantile(taken, 0.9, method="higher"))


def _told(minutes: float) -> str:
    return "> 2 days" if np.isinf(minutes) else f"{minutes:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--months", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=200)
    chosen = parser.parse_args()
    rng = np.random.default_rng(chosen.seed)
    print(f"False alarms a month (limit 1 %, {chosen.months} months)")
    for rate in (LIMIT / 2.0, LIMIT):
        for rule in (OURS, EACH, BARE):
            found = [
                f"{alarms_a_month(rng, hourly, rate, chosen.months, rule):8.2f}"
                for hourly in TRAFFIC
            ]
            print(f"  fails {rate:5.1%}  {rule:26s}{''.join(found)}")
    print(f"  calls an hour{'':29s}{''.join(f'{hourly:8d}' for hourly in TRAFFIC)}")
    print(f"Minutes to the alarm, median (90th percentile) of {chosen.repeats}")
    for rate in (0.02, 0.05, 0.2, 1.0):
        found = []
        for hourly in TRAFFIC:
            median, late = minutes_to_alarm(rng, hourly, rate, chosen.repeats)
            found.append(f"{_told(median)} ({_told(late)})".rjust(21))
        print(f"  fails {rate:5.0%}{''.join(found)}")


if __name__ == "__main__":
    main()
