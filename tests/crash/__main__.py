"""A server of forks: one line in, one line out, both JSON, until the input ends."""

import json
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from tests.crash.cases import CASES
from tests.crash.killing import Ground, prepared

_MEMORY = Path("/dev/shm")  # noqa: S108  a folder of its own is made there


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Kill in a case at `most` of its points, or at all of them, and say what was found."""
    [case] = [one for one in CASES if one.name == asked["case"]]
    with tempfile.TemporaryDirectory(
        prefix="driftgate-", dir=_MEMORY if _MEMORY.is_dir() else None
    ) as made:
        folder = Path(made)
        ground = Ground(folder, prepared(lambda: case.prepare(folder / "kept"), folder))
        first = ground.alive()
        found = ground.undisturbed()
        faults = [f"undisturbed: {fault}" for fault in found.faults]
        numbers = list(range(1, first.points + 1))
        if asked.get("most") is not None and asked["most"] < len(numbers):
            chosen = Random(asked.get("seed", 0))  # noqa: S311  chance, not a secret
            numbers = sorted(chosen.sample(numbers, asked["most"]))
        counts, survived, ways = dict(found.counts), 0, 0
        for number in numbers:
            killed = ground.kill_at(number, loses=case.found and number % 2 == 0)
            ways += killed.is_new
            wrong = list(killed.found.faults)
            if killed.found.outcome != found.outcome:
                wrong.append(f"in the end {killed.found.outcome}, not {found.outcome}")
            faults += [f"{number}, {killed.where}: {fault}" for fault in wrong]
            survived += not wrong
            for name, count in killed.found.counts.items():
                counts[name] = counts.get(name, 0) + count
    return {
        "points": first.points,
        "families": first.families,
        "kills": len(numbers),
        "survived": survived,
        "ways": ways,
        "counts": counts,
        "faults": faults,
    }


for line in sys.stdin:
    sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
    sys.stdout.flush()
