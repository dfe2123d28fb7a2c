"""Verdicts of one window and one step of the alarm, for 120 columns, from stored profiles.

Baseline: scipy's two tests, Kolmogorov–Smirnov and chi-squared, on the raw rows of the same
columns. Also: how large a numeric column's profile is, and how long a thousand take to merge.
Usage: python benchmarks/verdicts.py [--rows N]
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from functools import reduce

import numpy as np
import pyarrow as pa
from scipy import stats

from shared.profiles import baseline, window
from shared.profiles.calibrating import calibration
from shared.statistics import Profile, compare
from shared.statistics.profile import NumericColumn
from shared.statistics.sequential import Detector, take_in

NUMERIC, CATEGORICAL, ROUNDS = 100, 20, 7


def drawn(rows: int, seed: int) -> pa.Table:
    """A hundred numeric columns of three shapes and twenty of texts."""
    random = np.random.default_rng(seed)
    columns: dict[str, pa.Array] = {}
    for at in range(NUMERIC):
        values = random.normal(at, 1.0, rows)
        columns[f"x{at}"] = pa.array(
            np.exp(values - at) if at % 3 == 1 else np.floor(values * 10) if at % 3 == 2 else values
        )
    for at in range(CATEGORICAL):
        levels = np.array([f"value {level}" for level in range(2 + 5 * at)])
        columns[f"c{at}"] = pa.array(levels[random.integers(0, len(levels), rows)])
    return pa.table(columns)


def median_ms(work: Callable[[], object]) -> float:
    """Milliseconds of one call, the median of several after one to warm up."""
    work()
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


def main() -> None:
    """Print the medians and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000)
    rows = parser.parse_args().rows
    before, after = drawn(rows, 1), drawn(rows // 4, 2)
    base = baseline(before)
    base = Profile.from_json(json.loads(json.dumps(base.to_json())))
    win = window(after, base)
    detector = Detector(base, calibration(before, base))
    state = detector.start()

    def every_distance() -> None:
        for column in compare(base, win).columns:
            dict(column.distances)

    def plain() -> None:
        for name in before.column_names:
            one, other = before.column(name), after.column(name)
            if name.startswith("x"):
                stats.ks_2samp(one.to_numpy(), other.to_numpy(), method="asymp")
            else:
                sides = [
                    np.unique(each.to_pylist(), return_counts=True)[1] for each in (one, other)
                ]
                stats.chi2_contingency(np.vstack(sides))

    verdicts = median_ms(lambda: compare(base, win))
    update = median_ms(lambda: take_in(detector, state, win, threshold=1000.0))
    everything = median_ms(every_distance)
    scipy = median_ms(plain)
    print(f"{NUMERIC + CATEGORICAL} columns, {rows} rows before, {rows // 4} after:")
    print(f"verdicts by PSI {verdicts:.1f} ms, one step of the alarm {update:.1f} ms")
    print(f"together {verdicts + update:.1f} ms; scipy on the rows {scipy:.0f} ms, ", end="")
    print(f"ratio {scipy / (verdicts + update):.0f}")
    print(f"all fourteen distances with intervals {everything:.0f} ms")

    column = base.columns["x0"]
    size = len(json.dumps(column.to_json(), separators=(",", ":")))
    merging = median_ms(lambda: reduce(NumericColumn.__add__, [column] * 1_000))
    print(f"a numeric column {size / 1024:.1f} KiB; merging 1 000 of them {merging:.0f} ms")


if __name__ == "__main__":
    main()
