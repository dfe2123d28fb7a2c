"""False alarms and time to find a change on simulated KPIs, beside the ways people use today.

Streams of hourly conversions with a rhythm of day and week, visits that come and go, and a rate
that wanders by itself (over-dispersion and autocorrelation); counts of a few conversions an hour.
Beside `watch_series`: CUSUM on its residuals (h = 5, and h by Siegmund's formula), mean ± 3
standard deviations of the same hour of the week, and `judge_series` looking at the last day each
hour. A false alarm is told again only after the alarm has ended.
Run: python -m benchmarks.kpi [--seed 1] [--short]
"""

import argparse
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from shared.domain.verdict import Verdict
from shared.statistics.series import Point, judge_series, watch_series

Floats = npt.NDArray[np.float64]
Path = npt.NDArray[np.float64]
Way = Callable[[Sequence[Point], Sequence[Point], str], Path]

START = datetime(2026, 1, 5, tzinfo=UTC)
WEEK = 168
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """How a stream behaves: visits an hour, base rate, and how its rate wanders by itself."""

    name: str
    visits: float = 2000.0
    rate: float = 0.10
    wander: float = 0.025
    memory: float = 0.5
    kind: str = "proportion"
    days: bool = False

    @property
    def week(self) -> int:
        """Buckets a week."""
        return 7 if self.days else 168


CONVERSION = World(name="2 000 visits an hour")
WORLDS = (
    CONVERSION,
    World(name="no wandering", wander=0.0),
    World(name="rate wanders 4 %, half-life 3 h", wander=0.04, memory=0.8),
    World(name="200 visits an hour", visits=200.0),
    World(name="rate of 0.9", rate=0.9, wander=0.005),
    World(name="2 000 visits a day", days=True),
    World(name="daily mean of 100 ± 3", days=True, kind="mean", wander=0.03),
)
FEW = World(name="five conversions an hour", visits=5.0, wander=0.1, kind="count")


def stream(
    world: World, hours: int, generator: np.random.Generator, *, change: float = 0.0, at: int = 0
) -> list[Point]:
    """Hourly points; from hour `at` on the rate is changed by a share."""
    index = np.arange(hours)
    hour, day = (0 * index, index % 7) if world.days else (index % 24, index // 24 % 7)
    bucket = 24 * HOUR if world.days else HOUR
    angle = 2 * np.pi * (hour - generator.uniform(0, 24)) / 24
    weekend = day >= 5
    busy = np.exp(0.7 * np.sin(angle - 0.6) - 0.3 * weekend)
    week = generator.normal(0.0, 0.04, 7)[day]
    rhythm = 0.12 * np.sin(angle) + 0.05 * np.sin(2 * angle + 1) - 0.08 * weekend + week
    shocks = generator.normal(0.0, 1.0, hours) * math.sqrt(1 - world.memory**2)
    wander = np.empty(hours)
    wander[0] = generator.normal()
    for i in range(1, hours):
        wander[i] = world.memory * wander[i - 1] + shocks[i]
    rhythm = rhythm + world.wander * wander
    factor = np.where(index >= at, 1.0 + change, 1.0)
    times = [START + int(i) * bucket for i in index]
    if world.kind == "mean":
        means = 100.0 * np.exp(rhythm) * factor
        return [Point(time=t, value=float(m)) for t, m in zip(times, means, strict=True)]
    if world.kind == "count":
        mean = world.visits * np.exp(rhythm) * factor
        counts = generator.poisson(mean)
        return [Point(time=t, value=float(c)) for t, c in zip(times, counts, strict=True)]
    scale = (1 - world.rate) / 0.9
    visits = generator.poisson(world.visits * busy / np.exp(0.12))
    rate = np.minimum(world.rate * np.exp(rhythm * scale) * factor, 0.9999)
    sold = generator.binomial(visits, rate)
    return [
        Point(time=t, value=float(s), weight=float(v))
        for t, s, v in zip(times, sold, visits, strict=True)
    ]


def watched(past: Sequence[Point], recent: Sequence[Point], kind: str) -> Path:
    """Evidence of the mixture of bets."""
    result = watch_series(past, recent, kind=kind, direction="both")  # type: ignore[arg-type]
    return np.asarray([point.evidence for point in result.points])


def by_siegmund(past: Sequence[Point], recent: Sequence[Point], kind: str) -> Path:
    """CUSUM with the limit of one false alarm in 90 days."""
    result = watch_series(
        past,
        recent,
        kind=kind,
        direction="both",
        method="cusum",  # type: ignore[arg-type]
    )
    return np.asarray([point.evidence for point in result.points])


def by_five(past: Sequence[Point], recent: Sequence[Point], kind: str) -> Path:
    """CUSUM with the textbook limit of five standard deviations: 465 hours in theory."""
    result = watch_series(
        past,
        recent,
        kind=kind,  # type: ignore[arg-type]
        direction="both",
        method="cusum",
        false_alarm_days=465 / 24,
    )
    return np.asarray([point.evidence for point in result.points])


def same_hour_of_week(past: Sequence[Point], recent: Sequence[Point], kind: str) -> Path:  # noqa: ARG001
    """Distance from the mean of the same hour of the week, in units of three deviations."""

    def rates(points: Sequence[Point]) -> Floats:
        return np.asarray([p.value / max(p.weight or 0.0, 1.0) for p in points])

    seen = rates(past).reshape(-1, WEEK)
    mean, spread = seen.mean(axis=0), seen.std(axis=0, ddof=1)
    slots = np.arange(len(recent)) % WEEK
    return np.asarray(np.abs(rates(recent) - mean[slots]) / np.maximum(3 * spread[slots], 1e-12))


def one_look(past: Sequence[Point], recent: Sequence[Point], kind: str) -> Path:
    """`judge_series` on the last day, each hour: 1 where it fails."""
    path = np.zeros(len(recent))
    for end in range(1, len(recent) + 1):
        first = max(0, end - 24)
        result = judge_series(
            past,
            recent[first:end],
            kind=kind,  # type: ignore[arg-type]
            direction="both",
            limit=0.02,
        )
        path[end - 1] = 2.0 * (result.verdict is Verdict.FAIL)
    return path


WAYS: dict[str, Way] = {
    "watch_series": watched,
    "CUSUM, one in 90 days": by_siegmund,
    "CUSUM, h = 5": by_five,
    "mean ± 3 sd, hour of week": same_hour_of_week,
}
LOOK = "judge_series each hour"


def alarms(path: Path) -> int:
    """How often a person would be told: an alarm ends below a tenth."""
    told, on = 0, False
    for value in path.tolist():
        if not on and value >= 1.0:
            told, on = told + 1, True
        elif on and value < 0.1:
            on = False
    return told


def hours_to_find(path: Path, at: int) -> float:
    """Hours from the change to the alarm, nan where one stood already, infinite if never."""
    if np.any(path[:at] >= 1.0):
        return math.nan
    after = np.flatnonzero(path[at:] >= 1.0)
    return float(after[0] + 1) if len(after) else math.inf


def rate_with_interval(count: int, weeks: int) -> tuple[float, float, float]:
    """Alarms a week with a 95 % Poisson interval."""
    from scipy.special import gammaincinv

    low = float(gammaincinv(count, 0.025)) if count else 0.0
    return count / weeks, low / weeks, float(gammaincinv(count + 1, 0.975)) / weeks


def false_alarms(
    world: World, way: Way, seeds: Iterable[int], *, history: int, weeks: int
) -> tuple[int, int]:
    """False alarms and the weeks they were counted in."""
    told = seen = 0
    for seed in seeds:
        points = stream(world, (history + weeks) * world.week, np.random.default_rng(seed))
        told += alarms(
            way(points[: history * world.week], points[history * world.week :], world.kind)
        )
        seen += weeks
    return told, seen


def times_to_find(
    world: World, way: Way, seeds: Iterable[int], *, history: int, change: float
) -> Floats:
    """Hours until a change of some size is found, at a random hour of the second watched week."""
    found = []
    for seed in seeds:
        generator = np.random.default_rng(seed)
        at = int(generator.integers(0, world.week)) + world.week
        points = stream(
            world,
            (history + 4) * world.week,
            generator,
            change=change,
            at=history * world.week + at,
        )
        path = way(points[: history * world.week], points[history * world.week :], world.kind)
        found.append(hours_to_find(path, at))
    return np.asarray(found)


def line(name: str, world: World, way: Way, *, seed: int, runs: int, history: int) -> str:
    """One row of the table."""
    seeds = [seed * 1_000_000 + run for run in range(runs)]
    told, weeks = false_alarms(world, way, seeds, history=history, weeks=4)
    rate, low, high = rate_with_interval(told, weeks)
    row = f"{name:28}{weeks:6d}{rate:9.3f} ({low:.3f} to {high:.3f})"
    changes = (-0.1, -0.2, 0.1) if world is not FEW else (-0.2, -0.5, -1.0)
    for change in changes:
        found = times_to_find(
            world,
            way,
            [s + 500_000 for s in seeds[: max(20, runs // 2)]],
            history=history,
            change=change,
        )
        usable = found[~np.isnan(found)]
        middle = float(np.median(usable)) if len(usable) else math.nan
        row += f"{change:+7.0%}: {middle:4.0f} h"
    return row


def main() -> None:
    """Print one table for each world and length of history."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=150)
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    runs = 10 if options.short else options.runs
    for world in (*WORLDS, FEW):
        for history in (3, 4, 8):
            print(f"\n{world.name}, {history} weeks of history: false alarms a week, medians")
            ways = WAYS if world in {CONVERSION, FEW} else {"watch_series": watched}
            for name, way in ways.items():
                print(
                    line(name, world, way, seed=options.seed, runs=runs, history=history),
                    flush=True,
                )
    print()
    print(line(LOOK, CONVERSION, one_look, seed=options.seed, runs=max(3, runs // 20), history=8))


if __name__ == "__main__":
    main()
