"""Profiling a hundred million rows of 20 columns from Parquet on one core, beside reading alone.

Each way runs in a process of its own that may use one core, as an instance of 2 GB has: pyarrow
reading every column in the same pieces and dropping it, `shared.profiles.window`, and with
`--polars` also `count_window` on Polars' streaming engine. CPU seconds are user and system time
after the imports; the peak is that of the whole process (`VmHWM`). The file is read once before
each way, so that all find as much of it in the page cache. Then the same of each format at a
smaller size: bytes of the file a CPU second.
Usage: python -m benchmarks.big_profile [--rows N] [--folder F --reuse] [--polars] [--formats-only]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from benchmarks import big_data

ROWS, SEED = 100_000_000, 1
BASELINE_ROWS = 200_000
FORMATS = {".parquet": 10_000_000, ".csv": 4_000_000, ".jsonl": 400_000}
PIECE = 1 << 18
BASELINE = "baseline.json"
BLOCK = 1 << 24


def reading(path: Path) -> int:
    """Every column of the same row groups in the same pieces, each dropped; texts as codes."""
    import pyarrow as pa
    from pyarrow import parquet

    rows = 0
    with parquet.ParquetFile(path) as file:
        fields = list(file.schema_arrow)
        groups = range(file.num_row_groups)
    texts = [field.name for field in fields if pa.types.is_string(field.type)]
    with parquet.ParquetFile(path, read_dictionary=texts) as file:
        for group in groups:
            for field in fields:
                for batch in file.iter_batches(
                    PIECE, row_groups=[group], columns=[field.name], use_threads=False
                ):
                    rows += batch.num_rows
    return rows // len(fields)


def profile(path: Path) -> int:
    """Ours, in the bins of the kept baseline."""
    from shared.profiles import window
    from shared.statistics import Profile

    base = Profile.from_json(json.loads((path.parent / BASELINE).read_text()))
    return window(path, base).rows


def polars_streaming(path: Path) -> int:
    """The same counts asked of Polars' streaming engine, by Narwhals."""
    import polars as pl

    from shared.profiles.engines.counting import count_window
    from shared.statistics import Profile

    base = Profile.from_json(json.loads((path.parent / BASELINE).read_text()))
    with pl.Config(engine_affinity="streaming"):
        return count_window(pl.scan_parquet(path), base).rows


OURS = ("shared.profiles", "shared.statistics")
WAYS: dict[str, tuple[Callable[[Path], int], tuple[str, ...]]] = {
    "reading": (reading, ()),
    "profile": (profile, OURS),
    "polars": (polars_streaming, (*OURS, "polars", "shared.profiles.engines.counting")),
}


def peak() -> float:
    """The most memory that this process had, in MiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise ValueError("VmHWM")


def child(way: str, path: Path) -> None:
    """Import what it needs, then do the work once on one core, and print what that took."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    work, needs = WAYS[way]
    for needed in ("numpy", "pyarrow.parquet", "pyarrow.csv", "pyarrow.compute", *needs):
        import_module(needed)
    cpu, clock = time.process_time(), time.perf_counter()
    rows = work(path)
    cpu, clock = time.process_time() - cpu, time.perf_counter() - clock
    print(json.dumps({"rows": rows, "cpu": cpu, "seconds": clock, "peak": peak()}))


def measure(way: str, path: Path) -> dict[str, float]:
    """What a way took in a fresh process, the file having just been read."""
    with path.open("rb") as file:
        while file.read(BLOCK):
            pass
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.big_profile", "--child", way, "--file", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{way} failed:\n{done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def keep_baseline(folder: Path) -> None:
    """The baseline that windows are counted in, of rows of another seed."""
    from shared.profiles import baseline

    kept = baseline(big_data.group(0, BASELINE_ROWS, SEED + 1))
    (folder / BASELINE).write_text(json.dumps(kept.to_json()))


def made(folder: Path, rows: int, suffix: str, reuse: bool) -> Path:
    """The file of so many rows, written anew unless it may be used again."""
    path = folder / f"rows-{rows}{suffix}"
    if not (reuse and path.exists()):
        big_data.write(path, rows, SEED)
    return path


def big(path: Path, ways: list[str]) -> None:
    """Print what each way takes, and its ratio to reading."""
    size = path.stat().st_size
    print(f"Parquet, 20 columns, {size:,} bytes, one thread, one core", flush=True)
    alone = 0.0
    for way in ways:
        found = measure(way, path)
        alone = alone or found["cpu"]
        print(
            f"{way:8} {found['rows']:,.0f} rows: {found['cpu']:.1f} CPU s, "
            f"{found['seconds']:.1f} s, {found['cpu'] / alone:.2f} x reading, "
            f"peak {found['peak']:.0f} MiB",
            flush=True,
        )


def formats(folder: Path, reuse: bool) -> None:
    """Print what one core profiles of each format in a second."""
    print("format: rows, bytes of the file, bytes a CPU second, peak memory")
    for suffix, rows in FORMATS.items():
        path = made(folder, rows, suffix, reuse)
        found = measure("profile", path)
        size = path.stat().st_size
        print(
            f"{suffix[1:]}: {found['rows']:,.0f}, {size:,}, {size / found['cpu']:,.0f}, "
            f"{found['peak']:.0f} MiB",
            flush=True,
        )


def main() -> None:
    """Write what is needed, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--reuse", action="store_true", help="files of the folder, where present")
    parser.add_argument("--polars", action="store_true")
    parser.add_argument("--formats-only", action="store_true")
    parser.add_argument("--child", choices=WAYS)
    parser.add_argument("--file", type=Path)
    chosen = parser.parse_args()
    if chosen.child:
        child(chosen.child, chosen.file)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        keep_baseline(folder)
        if not chosen.formats_only:
            path = made(folder, chosen.rows, ".parquet", chosen.reuse)
            big(path, ["reading", "profile", *(["polars"] if chosen.polars else [])])
        formats(folder, chosen.reuse)


if __name__ == "__main__":
    main()
