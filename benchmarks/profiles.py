"""Profiling a window against the plainest way: numpy's searchsorted on each column.

Baseline: one `np.searchsorted` and `np.bincount` a column on arrays already in memory; ours
counts missing values, infinities and moments besides, from an Arrow table.
Run: python -m benchmarks.profiles
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from shared.profiles import baseline, window

ROWS = 500_000
COLUMNS = 10
ROUNDS = 5


def timed(work: Callable[[], object]) -> float:
    """Seconds one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print both medians and the ratio."""
    generator = np.random.default_rng(1)
    arrays = {f"x{n}": generator.normal(n, 1 + n, ROWS) for n in range(COLUMNS)}
    table = pa.table(arrays)
    base = baseline(table.slice(0, 50_000))
    edges = {name: np.asarray(column.edges) for name, column in base.columns.items()}

    def plain() -> None:
        for name, values in arrays.items():
            np.bincount(np.searchsorted(edges[name], values))

    pairs = [(timed(plain), timed(lambda: window(table, base))) for _ in range(ROUNDS)]
    one = statistics.median(pair[0] for pair in pairs)
    ours = statistics.median(pair[1] for pair in pairs)
    ratio = statistics.median(pair[1] / pair[0] for pair in pairs)
    print(
        f"{COLUMNS} columns of {ROWS} rows: searchsorted {one:.2f} s, "
        f"profile {ours:.2f} s, ratio {ratio:.2f}"
    )


if __name__ == "__main__":
    main()
