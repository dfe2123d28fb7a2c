"""A fleet of models for a simulated week through the real service, with a meter on every port.

Run: python -m benchmarks.fleet [--sizes 100,1000,10000] [--hours 168] [--schedules calm | default]
It writes benchmarks/fleet.json, a run by its size, schedules and hours beside those that are there.
Nothing is synced to the disk; the home is in memory unless `--home` names a folder.
"""

import argparse
import json
import logging
import shutil
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from benchmarks.fleet.figures import figures
from benchmarks.fleet.week import Week
from benchmarks.fleet.world import FleetWorld
from benchmarks.syncs import start_again
from shared.schedules import SCHEDULES, Schedule

KEPT = Path(__file__).resolve().parents[1] / "fleet.json"
MEMORY = Path("/dev/shm")  # noqa: S108  a file system in memory, where there is one
CALM = {
    "ROUTING": "0 0 */12 * * *",
    "HEALTH": "0 20 1 * * *",
    "RECONCILE": "0 40 2 * * mon,thu",
    "DRIFT": "0 5 4 * * *",
    "COLLECTION": "0 35 6 * * *",
    "KPI": "0 10 5 * * *",
    "BATCH": "0 25 7 * * *",
    "PROMOTION": "0 50 */6 * * *",
    "ALERTS": "0 3 * * * *",
    "RETRAINING": "0 6 * * * *",
    "SWEEP": "30 * * * * *",
    "HEARTBEAT": "0 2 * * * *",
    "RETENTION": "0 20 2 * * *",
}
"""What an operator of very many models sets: events are told at once, and looks are what finds
those that were lost."""
NAMED = {"default": SCHEDULES, "calm": CALM}


def run(models: int, hours: int, schedules: str, home: Path, seed: int) -> dict[str, Any]:
    """One fleet to its end; what it came to."""
    world = FleetWorld(home=home, models=models, hours=hours, seed=seed)
    began, used = perf_counter(), process_time()
    world.write()
    print(f"{models} models written, {process_time() - used:.0f} s", flush=True)
    parsed = {name: Schedule.parse(text) for name, text in NAMED[schedules].items()}

    def tell(line: str) -> None:
        print(f"{datetime.now():%H:%M:%S} {line}", flush=True)  # noqa: DTZ005

    week = Week(world, parsed, tell)
    week.play()
    found = figures(week, NAMED[schedules])
    found["took"] = {
        "wall_seconds": round(perf_counter() - began, 1),
        "processor_seconds": round(process_time() - used, 1),
    }
    return found


def keep(name: str, found: dict[str, Any], path: Path) -> None:
    """Beside the runs that are there."""
    kept: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    kept[name] = found
    path.write_text(json.dumps(dict(sorted(kept.items(), key=_order)), indent=1) + "\n")


def _order(item: tuple[str, dict[str, Any]]) -> tuple[str, int]:
    return item[0].partition(" ")[2], item[1]["models"]


def main() -> None:
    """Run each size and keep what it came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="100,1000,10000")
    parser.add_argument("--hours", type=int, default=168)
    parser.add_argument("--schedules", choices=sorted(NAMED), default="calm")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--home", type=Path, default=MEMORY if MEMORY.is_dir() else None)
    parser.add_argument("--into", type=Path, default=KEPT)
    options = parser.parse_args()
    start_again("benchmarks.fleet", SYNC_NOTHING="1", POLARS_MAX_THREADS="1")
    logging.getLogger("driftgate").setLevel(logging.ERROR)
    for models in map(int, options.sizes.split(",")):
        with TemporaryDirectory(prefix="driftgate-fleet-", dir=options.home) as folder:
            found = run(models, options.hours, options.schedules, Path(folder), options.seed)
            shutil.rmtree(folder, ignore_errors=True)
            Path(folder).mkdir()
        keep(f"{models} models, {options.schedules}, {options.hours} h", found, options.into)
        print(json.dumps(found["per_model_week"], indent=1), flush=True)


if __name__ == "__main__":
    main()
