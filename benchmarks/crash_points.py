"""Kills a process at every call by which it touches anything, in every case, and lets it go on.

Each row is one case of tests/crash/cases.py: how many calls were counted from the arrival of its
events until the queues were empty, at how many of them a process was killed by SIGKILL, and how
many of these were survived: everything kept, decided once, acted on once, and the same in the end.
`ways` is how many of the kills left something behind that no kill before had left; only these are
gone on from. Events, decisions, actions and repeats are summed over the kills.
On Azure every kill is gone on from, and calls are requests of the SDKs: HTTP, sends, settlements.
Run: python -m benchmarks.crash_points [--azure] [--cases TEXT ...] [--most NUMBER] [--processes 1]
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.crash.cases import CASES

_ROOT = Path(__file__).resolve().parents[1]
_COUNTED = ("events", "decisions", "actions", "repeats")
_HEAD = ("case", "families", "points", "kills", "survived", "ways", *_COUNTED, "seconds")


def killed_in(case: str, most: int | None, *, azure: bool) -> dict[str, Any]:
    """What a server of forks found in one case."""
    begun = perf_counter()
    asked = json.dumps({"case": case, "most": most}) + "\n"
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash", *(["azure"] if azure else [])],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1"},
        input=asked,
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.stdout:
        return {"faults": [done.stderr[-2000:]], "points": 0, "kills": 0, "survived": 0, "ways": 0}
    return {**json.loads(done.stdout), "seconds": perf_counter() - begun}


def row(case: str, told: dict[str, Any]) -> list[str]:
    counts = told.get("counts", {})
    return [
        case,
        " ".join(sorted(told.get("families", {}))),
        *(f"{told[name]}" for name in ("points", "kills", "survived", "ways")),
        *(f"{counts.get(name, 0)}" for name in _COUNTED),
        f"{told.get('seconds', 0):.0f}",
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--cases", nargs="*", default=[""], help="only those with such a text in their name"
    )
    parser.add_argument("--most", type=int, help="at most so many kills in each case")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--azure", action="store_true", help="state on Azurite and the test broker")
    options = parser.parse_args()
    cases = [case for case in CASES if not (options.azure and case.needs_past)]
    names = list(
        dict.fromkeys(case.name for text in options.cases for case in cases if text in case.name)
    )
    print("| " + " | ".join(_HEAD) + " |")
    print("|" + " --- |" * len(_HEAD))
    total: Counter[str] = Counter()
    faults = []
    with ThreadPoolExecutor(options.processes) as pool:
        for name, told in zip(
            names,
            pool.map(lambda name: killed_in(name, options.most, azure=options.azure), names),
            strict=True,
        ):
            print("| " + " | ".join(row(name, told)) + " |", flush=True)
            found = [f"{name}: {fault}" for fault in told["faults"]]
            print(*found, sep="\n", end="\n" * bool(found), file=sys.stderr, flush=True)
            faults += found
            total.update({name: told[name] for name in ("points", "kills", "survived", "ways")})
            total.update(told.get("counts", {}))
    print(f"\n{len(names)} cases: " + ", ".join(f"{n} {name}" for name, n in total.items()))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
