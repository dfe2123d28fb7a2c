"""A server of forks: one line in, one line out, both JSON, until the input ends."""

import json
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from tests.crash.cases import CASES
from tests.crash.killing import Died, Ground, prepared
from tests.crash.places import Making, OnFiles

_MEMORY = Path("/dev/shm")  # noqa: S108  a folder of its own is made there


def answer(asked: dict[str, Any], making: Making) -> dict[str, Any]:
    """Kill in a case at `most` of its calls, or at all of them, and say what was found.

    `at` is how the calls begin that count, `pause` the number of the pause before the next process
    where chance is not to choose it; `loses` says whether what had no receipt never comes again;
    `careless` breaks the outbox on purpose.
    """
    if asked.get("careless"):
        making = OnFiles(careless=True)
    [case] = [one for one in CASES if one.name == asked["case"]]
    with tempfile.TemporaryDirectory(
        prefix="driftgate-", dir=_MEMORY if _MEMORY.is_dir() else None
    ) as made:
        folder = Path(made)
        world = prepared(lambda: case.prepare(folder / "kept"), folder)
        ground = Ground(folder, world, making, timedelta(minutes=case.minutes))
        found = ground.undisturbed()
        first = ground.alive()  # warm by now: what is imported is no call of it
        faults = [f"undisturbed: {fault}" for fault in found.faults]
        numbers = [
            number
            for number, call in enumerate(first.calls, start=1)
            if call.startswith(tuple(asked.get("at", [""])))
        ]
        if asked.get("most") is not None and asked["most"] < len(numbers):
            chosen = Random(asked.get("seed", 0))  # noqa: S311  chance, not a secret
            numbers = sorted(chosen.sample(numbers, asked["most"]))
        counts, survived, ways = dict(found.counts), 0, 0
        for number in numbers:
            killed = ground.kill_at(
                number,
                loses=asked.get("loses", case.found and number % 2 == 0),
                pause=asked.get("pause"),
            )
            ways += killed.is_new
            wrong = list(killed.found.faults)
            if killed.found.outcome != found.outcome:
                wrong.append(f"in the end {killed.found.outcome}, not {found.outcome}")
            faults += [f"{number}, {killed.where}: {fault}" for fault in wrong]
            survived += not wrong
            for name, count in killed.found.counts.items():
                counts[name] = counts.get(name, 0) + count
    return {
        "points": len(first.calls),
        "families": first.families,
        "kills": len(numbers),
        "survived": survived,
        "ways": ways,
        "counts": counts,
        "faults": faults,
    }


def main() -> None:
    """Serve; with `azure` as an argument, state lies there."""
    making: Making = OnFiles()
    end = None
    if sys.argv[1:] == ["azure"]:
        from tests.crash import azure, cloud

        reached, end = cloud.start()
        making = azure.OnAzure(reached)
    for line in sys.stdin:
        try:
            said = answer(json.loads(line), making)
        except Died as fault:
            said = {"faults": [str(fault)], "points": 0, "kills": 0, "survived": 0, "ways": 0}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
    if end is not None:
        end()


if __name__ == "__main__":
    main()
