"""Merging a thousand part profiles of 120 columns, and reading them back from JSON.

Baseline: folding them with `+`, two at a time. CPU milliseconds of this process, the median of
several rounds with the fastest and the slowest beside it.
Usage: python -m benchmarks.merging [--parts N] [--rounds N]
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from functools import reduce

import numpy as np

from shared.profiles import baseline, window
from shared.statistics.profile import Profile, merged, part_from_json, part_to_json

NUMERIC, CATEGORICAL, ROWS = 90, 30, 2_000


def drawn(rows: int, seed: int) -> dict[str, object]:
    """Columns of numbers, some missing, and of texts, some new."""
    random = np.random.default_rng(seed)
    columns: dict[str, object] = {}
    for at in range(NUMERIC):
        values = random.normal(at, 1.0 + at / 10, rows)
        columns[f"x{at}"] = values
    for at in range(CATEGORICAL):
        levels = np.array([f"value {level}" for level in range(2 + 5 * at)])
        columns[f"c{at}"] = levels[random.integers(0, len(levels), rows)]
    return columns


def cpu_ms(work: Callable[[], object], rounds: int) -> str:
    """CPU milliseconds of one call: the median, and the least and the most."""
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        taken.append(1000 * (time.process_time() - start))
    return f"{statistics.median(taken):.0f} ms ({min(taken):.0f} to {max(taken):.0f})"


def main() -> None:
    """Print what each way takes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    base = baseline(drawn(20_000, 0))
    parts = [window(drawn(ROWS, seed), base) for seed in range(1, 11)]
    texts = [json.dumps(part.to_json(), separators=(",", ":")) for part in parts]
    texts = [texts[at % len(texts)] for at in range(chosen.parts)]
    parts = [Profile.from_json(json.loads(text)) for text in texts]
    print(f"{chosen.parts} parts of {NUMERIC} numeric and {CATEGORICAL} categorical columns:")
    print(f"merged at once {cpu_ms(lambda: merged(parts), chosen.rounds)}")
    print(f"folded with + {cpu_ms(lambda: reduce(Profile.__add__, parts), 3)}")
    size = sum(map(len, texts)) / chosen.parts / 1024
    reading = cpu_ms(lambda: [Profile.from_json(json.loads(text)) for text in texts], 3)
    print(f"profiles read from JSON, {size:.0f} KiB each, {reading}")
    short = [json.dumps(part_to_json(part), separators=(",", ":")) for part in parts]
    size = sum(map(len, short)) / chosen.parts / 1024

    def parts_read() -> Iterator[Profile]:
        return (part_from_json(json.loads(text), base) for text in short)

    reading = cpu_ms(lambda: list(parts_read()), 3)
    print(f"parts without their bins read from JSON, {size:.0f} KiB each, {reading}")
    print(f"read and merged one by one {cpu_ms(lambda: merged(parts_read()), 3)}")


if __name__ == "__main__":
    main()
