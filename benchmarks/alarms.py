"""False alarms on unchanged streams and windows until a change is found, beside simpler rules.

Usage: python benchmarks/alarms.py [--seed N] [--windows N] [--repeats N] [--sizes 500,5000,50000]
Every rule sees the same windows; each alarm starts a rule's evidence anew.
"""

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import special

from benchmarks.streams import KINDS, NOTHING, Change, Stream, baseline_and_chunks, profile_of
from shared.statistics.comparison.cells import cells_of
from shared.statistics.distances.psi import population_stability_index
from shared.statistics.profile import NumericColumn, Profile
from shared.statistics.sequential import Calibration, Detector, calibrate, reset, take_in

RUN_LENGTH = 1_000
CHUNKS = {500: 100, 5_000: 40, 50_000: 20}
WINDOWS_A_STREAM = 250
RULES = ("sequential", "PSI > 0.1", "KS p < 0.05", "Bonferroni", "mean ± 3 sd")
CHANGES: tuple[tuple[str, int, Callable[[int], Change], int], ...] = (
    ("0.25 sd in one of 20 columns", 500, lambda _: Change(shift=0.25, columns=(0,)), 2),
    ("0.10 sd in one", 5_000, lambda _: Change(shift=0.10, columns=(0,)), 2),
    ("0.10 sd in one", 500, lambda _: Change(shift=0.10, columns=(0,)), 8),
    ("0.10 sd in ten", 500, lambda _: Change(shift=0.10, columns=tuple(range(10))), 3),
    ("doubled variance", 500, lambda _: Change(spread=math.sqrt(2.0), columns=(0,)), 1),
    ("10-point category mix", 500, lambda _: Change(mix=0.10), 2),
    ("0.5 sd over 20 windows", 500, lambda w: Change(shift=0.025 * (w + 1), columns=(0,)), 7),
    ("nulls from 5 % to 20 %", 500, lambda _: Change(nulls=0.20), 1),
)


@dataclass
class Rules:
    """Every rule on one baseline."""

    base: Profile
    calibration: Calibration
    chunk_means: dict[str, tuple[float, float]]
    detector: Detector = field(init=False)

    def __post_init__(self) -> None:
        self.detector = Detector(self.base, self.calibration)

    def simple(self, win: Profile) -> dict[str, bool]:
        """Which of the rules that look at one window alone raise an alarm."""
        psi, p_values, beyond = 0.0, [], False
        for name, before in self.base.columns.items():
            after = win.columns[name]
            cells = cells_of(before, after)
            psi = max(psi, population_stability_index(cells.baseline, cells.window))
            if isinstance(before, NumericColumn) and isinstance(after, NumericColumn):
                p_values.append(_kolmogorov(before, after))
                mean, deviation = self.chunk_means[name]
                beyond = beyond or abs((after.mean or 0.0) - mean) > 3 * deviation
            else:
                p_values.append(_chi_squared(cells.baseline, cells.window))
        smallest = min(p_values)
        return {
            "PSI > 0.1": psi > 0.1,
            "KS p < 0.05": smallest < 0.05,
            "Bonferroni": smallest < 0.05 / len(p_values),
            "mean ± 3 sd": beyond,
        }


def _kolmogorov(before: NumericColumn, after: NumericColumn) -> float:
    p = np.cumsum(before.counts) / max(before.finite, 1)
    q = np.cumsum(after.counts) / max(after.finite, 1)
    n = before.finite * after.finite / max(before.finite + after.finite, 1)
    return float(special.kolmogorov(np.sqrt(n) * np.abs(p - q).max()))


def _chi_squared(before: np.ndarray, after: np.ndarray) -> float:
    used = before + after > 0
    before, after = before[used], after[used]
    total = before + after
    expected = total * after.sum() / total.sum()
    other = total * before.sum() / total.sum()
    value = ((after - expected) ** 2 / expected + (before - other) ** 2 / other).sum()
    return float(special.chdtrc(len(total) - 1, value))


def rules_for(stream: Stream, rows: int, *, phases: bool = False) -> Rules:
    """Draw a baseline and learn what every rule needs of it."""
    count = CHUNKS[rows]
    base, chunks = baseline_and_chunks(stream, count, rows)
    means: dict[str, tuple[float, float]] = {}
    for name, column in base.columns.items():
        if isinstance(column, NumericColumn):
            seen = [chunk.columns[name].mean for chunk in chunks]  # type: ignore[union-attr]
            means[name] = (float(np.mean(seen)), float(np.std(seen, ddof=1)))
    days = [day % 7 for day in range(count)] if phases else None
    return Rules(base=base, calibration=calibrate(base, chunks, days), chunk_means=means)


def false_alarms(kind: str, rows: int, windows: int, seed: int, *, phases: bool) -> dict[str, int]:
    """Alarms of each rule over so many unchanged windows, on several baselines."""
    found = dict.fromkeys(RULES, 0)
    for number in range(math.ceil(windows / WINDOWS_A_STREAM)):
        stream = Stream(kind, seed + number)
        rules = rules_for(stream, rows, phases=phases)
        state = rules.detector.start()
        for at in range(WINDOWS_A_STREAM):
            win = profile_of(stream.draw(rows), rules.base)
            phase = (CHUNKS[rows] + at) % 7 if phases else None
            state, watch = take_in(rules.detector, state, win, threshold=RUN_LENGTH, phase=phase)
            found["sequential"] += watch.raised
            if watch.raised:
                state = reset(state)
            for name, raised in rules.simple(win).items():
                found[name] += raised
    return found


def delays(
    change: Callable[[int], Change], rows: int, repeats: int, seed: int, most: int = 60
) -> dict[str, float]:
    """The median number of windows until each rule raises its first alarm."""
    found: dict[str, list[float]] = {name: [] for name in RULES}
    for number in range(repeats):
        stream = Stream("independent", seed + number)
        rules = rules_for(stream, rows)
        state = rules.detector.start()
        for _ in range(20):
            win = profile_of(stream.draw(rows, NOTHING), rules.base)
            state, watch = take_in(rules.detector, state, win, threshold=RUN_LENGTH)
            if watch.raised:
                state = reset(state)
        first: dict[str, float] = {}
        for at in range(most):
            win = profile_of(stream.draw(rows, change(at)), rules.base)
            state, watch = take_in(rules.detector, state, win, threshold=RUN_LENGTH)
            raised = {"sequential": watch.raised, **rules.simple(win)}
            for name, told in raised.items():
                if told:
                    first.setdefault(name, at + 1)
            if len(first) == len(RULES):
                break
        for name in RULES:
            found[name].append(first.get(name, math.inf))
    return {name: float(np.median(values)) for name, values in found.items()}


def _interval(count: int, of: int) -> tuple[float, float]:
    low = float(special.betaincinv(count, of - count + 1, 0.025)) if count else 0.0
    return low, float(special.betaincinv(count + 1, of - count, 0.975)) if count < of else 1.0


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--windows", type=int, default=1_000)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--sizes", default="500,5000")
    chosen = parser.parse_args()
    began = time.perf_counter()
    print(f"Alarms in {chosen.windows} unchanged windows; promise: 1 in {RUN_LENGTH}.")
    print(f"{'stream':<28}{'rows':>7}{'95 % interval, in 1 000':>26}  " + "  ".join(RULES))
    for rows in map(int, chosen.sizes.split(",")):
        for kind, phases in [*((kind, False) for kind in KINDS), (KINDS[-1], True)]:
            found = false_alarms(kind, rows, chosen.windows, chosen.seed, phases=phases)
            total = math.ceil(chosen.windows / WINDOWS_A_STREAM) * WINDOWS_A_STREAM
            low, high = _interval(found["sequential"], total)
            named = kind + (", known" if phases else "")
            counts = "  ".join(f"{found[name]:>{len(name)}}" for name in RULES)
            print(
                f"{named:<28}{rows:>7}{1000 * low:>14.2f} to {1000 * high:.2f}        {counts}",
                flush=True,
            )
    print(
        f"\nWindows until the first alarm, median of {chosen.repeats} (a rule that alarms on "
        "unchanged windows is early for that reason)."
    )
    print(f"{'change':<30}{'rows':>7}{'goal':>6}  " + "  ".join(RULES))
    for name, rows, change, goal in CHANGES:
        found_after = delays(change, rows, chosen.repeats, 10_000 + chosen.seed)
        counts = "  ".join(f"{found_after[rule]:>{len(rule)}g}" for rule in RULES)
        print(f"{name:<30}{rows:>7}{goal:>6}  {counts}", flush=True)
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
