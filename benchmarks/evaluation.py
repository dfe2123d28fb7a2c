"""One data-drift evaluation of 1 000 000 rows by 120 columns, from Parquet, beside other ways.

Each way runs in a process of its own; CPU seconds are user and system time of all its threads
after it imported what it needs, memory is the peak resident set of the whole process.
Ratios: ours against reading every column once, and scipy and other packages against ours.
Usage: python benchmarks/evaluation.py [--rounds N] [--ways reading,window,...]
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np

ROWS, NUMERIC, CATEGORICAL = 1_000_000, 100, 20
SMALL_ROWS, SMALL_COLUMNS = 50_000, 20


def make(folder: Path, rows: int = ROWS, numeric: int = NUMERIC) -> None:
    """Write reference and current data: normal, skewed, integer and rounded columns, and texts."""
    import pyarrow as pa
    from pyarrow import parquet

    for number, name in enumerate(("reference", "current")):
        random = np.random.default_rng(number)
        columns: dict[str, pa.Array] = {}
        for at in range(numeric):
            drawn = random.normal(at, 1.0 + at / 10, rows)
            if at % 4 == 1:
                drawn = np.exp(drawn / (1.0 + at / 10) - at / (1.0 + at / 10))
            elif at % 4 == 2:
                drawn = np.round(drawn, 2)
            elif at % 4 == 3:
                drawn = np.floor(drawn * 10)
            columns[f"x{at}"] = pa.array(drawn, mask=random.random(rows) < 0.01)
        for at in range(numeric * CATEGORICAL // NUMERIC):
            levels = np.array([f"value {level}" for level in range(2 + 5 * at)])
            columns[f"c{at}"] = pa.array(levels[random.integers(0, len(levels), rows)])
        parquet.write_table(pa.table(columns), folder / f"{name}.parquet", row_group_size=1 << 17)


def reading(folder: Path) -> None:
    """Read every column of the current side once, one after the other, with pyarrow."""
    from pyarrow import parquet

    with parquet.ParquetFile(folder / "current.parquet") as file:
        for name in file.schema_arrow.names:
            file.read(columns=[name], use_threads=False)


def window_side(folder: Path) -> None:
    """Ours: the current side against the stored baseline profile, every column judged."""
    from shared.profiles import window
    from shared.statistics import Profile, compare

    base = Profile.from_json(json.loads((folder / "baseline.json").read_text()))
    compare(base, window(folder / "current.parquet", base))


def both_sides(folder: Path) -> None:
    """Ours: both sides from their files."""
    from shared.profiles import baseline, window
    from shared.statistics import compare

    base = baseline(folder / "reference.parquet")
    compare(base, window(folder / "current.parquet", base))


def plain_scipy(folder: Path) -> None:
    """Kolmogorov–Smirnov and chi-squared of scipy, column by column, on both sides' rows."""
    import pyarrow.compute as pc
    from pyarrow import parquet
    from scipy import stats

    before = parquet.ParquetFile(folder / "reference.parquet")
    after = parquet.ParquetFile(folder / "current.parquet")
    for name in before.schema_arrow.names:
        sides = [file.read(columns=[name]).column(0).drop_null() for file in (before, after)]
        if name.startswith("x"):
            stats.ks_2samp(*(side.to_numpy() for side in sides), method="asymp")
        else:
            counts = [
                {row["values"].as_py(): row["counts"].as_py() for row in pc.value_counts(side)}
                for side in sides
            ]
            names = sorted({*counts[0], *counts[1]})
            stats.chi2_contingency([[one.get(key, 0) for key in names] for one in counts])


def evidently(folder: Path) -> None:
    """Evidently's data drift preset."""
    import pandas as pd
    from evidently import Report
    from evidently.presets import DataDriftPreset

    before = pd.read_parquet(folder / "reference.parquet")
    after = pd.read_parquet(folder / "current.parquet")
    Report([DataDriftPreset()]).run(after, before).dict()


def nannyml(folder: Path) -> None:
    """NannyML's univariate drift, Jensen–Shannon, in one chunk."""
    import nannyml
    import pandas as pd

    before = pd.read_parquet(folder / "reference.parquet")
    after = pd.read_parquet(folder / "current.parquet")
    calculator = nannyml.UnivariateDriftCalculator(
        column_names=list(before.columns), chunk_number=1
    )
    calculator.fit(before).calculate(after)


def alibi_detect(folder: Path) -> None:
    """alibi-detect's tabular drift, without correction."""
    import pandas as pd
    from alibi_detect.cd import TabularDrift

    before = pd.read_parquet(folder / "reference.parquet")
    after = pd.read_parquet(folder / "current.parquet")
    texts = {at: None for at, name in enumerate(before.columns) if name.startswith("c")}
    TabularDrift(before.to_numpy(), categories_per_feature=texts).predict(after.to_numpy())


WAYS: dict[str, Callable[[Path], None]] = {
    "reading": reading,
    "window": window_side,
    "both": both_sides,
    "scipy": plain_scipy,
    "evidently": evidently,
    "nannyml": nannyml,
    "alibi_detect": alibi_detect,
}
OURS = ("shared.profiles", "shared.statistics")
NEEDS: dict[str, tuple[str, ...]] = {
    "reading": (),
    "window": OURS,
    "both": OURS,
    "scipy": ("scipy.stats",),
    "evidently": ("pandas", "evidently", "evidently.presets"),
    "nannyml": ("pandas", "nannyml"),
    "alibi_detect": ("pandas", "alibi_detect.cd"),
}
OTHERS = ("evidently", "nannyml", "alibi_detect")


def measure(way: str, folder: Path) -> dict[str, float]:
    """CPU seconds, seconds and peak MiB of one way in a fresh process."""
    done = subprocess.run(
        [sys.executable, __file__, "--child", way, "--folder", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{way} failed:\n{done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def child(way: str, folder: Path) -> None:
    """Import what it needs, then do the work once, and print what that took."""
    for needed in ("numpy", "pyarrow.parquet", "pyarrow.compute", *NEEDS[way]):
        import_module(needed)
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    WAYS[way](folder)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
                "seconds": seconds,
                "peak": after.ru_maxrss / 1024,
            }
        )
    )


def keep_baseline(folder: Path) -> None:
    """Store the profile that the window is judged against."""
    from shared.profiles import baseline

    kept = baseline(folder / "reference.parquet").to_json()
    (folder / "baseline.json").write_text(json.dumps(kept))


def small() -> float:
    """Seconds for both sides of 50 000 rows by 20 columns, in memory, median of five."""
    import pyarrow as pa

    from shared.profiles import baseline, window
    from shared.statistics import compare

    random = np.random.default_rng(3)
    sides = [
        pa.table({f"x{at}": random.normal(size=SMALL_ROWS) for at in range(SMALL_COLUMNS)})
        for _ in range(2)
    ]
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        base = baseline(sides[0])
        compare(base, window(sides[1], base))
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    """Print every way's medians and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", default="reading,window,both,scipy")
    parser.add_argument("--child")
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    if chosen.child:
        child(chosen.child, chosen.folder)
        return
    ways = [*chosen.ways.split(","), *(name for name in OTHERS if find_spec(name) is not None)]
    with tempfile.TemporaryDirectory() as made:
        folder = chosen.folder or Path(made)
        if not (folder / "current.parquet").is_file():
            make(folder)
        keep_baseline(folder)
        taken = {way: [] for way in dict.fromkeys(ways)}
        for number in range(chosen.rounds):
            for way, runs in taken.items():
                if number == 0 or way not in OTHERS:
                    runs.append(measure(way, folder))
    cpu = {way: statistics.median(run["cpu"] for run in runs) for way, runs in taken.items()}
    print(f"{ROWS} rows x {NUMERIC} numeric and {CATEGORICAL} categorical columns, medians:")
    for way, runs in taken.items():
        print(
            f"{way:<14}{cpu[way]:8.2f} CPU s{statistics.median(r['seconds'] for r in runs):8.2f} s"
            f"{statistics.median(r['peak'] for r in runs):8.0f} MiB"
        )
    if {"reading", "window"} <= cpu.keys():
        print(f"window / reading      {cpu['window'] / cpu['reading']:.2f}")
    if "both" in cpu:
        for way in ("scipy", *OTHERS):
            if way in cpu:
                print(f"{way + ' / both':<22}{cpu[way] / cpu['both']:.1f}")
    print(f"{SMALL_ROWS} x {SMALL_COLUMNS}, both sides in memory: {small():.3f} s")


if __name__ == "__main__":
    main()
