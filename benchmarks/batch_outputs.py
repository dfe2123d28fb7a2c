"""How often the alarm on a batch endpoint's rows errs, and how soon it finds a change.

Runs of unchanged and of shifted scores, nights of equal and of very unequal size, each night with
a mean of its own. Run: python benchmarks/batch_outputs.py --seed 7000 --series 12 --runs 260
"""

import argparse
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import median

import numpy as np
import pyarrow as pa

from shared.domain.alert import AlertKind
from shared.domain.decisions.batch.history import History
from shared.domain.decisions.batch.learning import LEARNT_RUNS
from shared.domain.decisions.batch.outputs import judge_outputs
from shared.domain.decisions.batch.rule import Batch
from shared.domain.evidence import BatchOutputs, RunRows
from shared.domain.policy import BatchPolicy, DriftPolicy
from shared.domain.state import BatchWatch, OutputsWatch
from shared.profiles import baseline, window

BEGAN = datetime(2026, 1, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)
BATCH = Batch(
    model="model",
    policy=BatchPolicy(endpoint="scores", outputs="scores"),
    history=History(runs=(), at=BEGAN),
    watch=BatchWatch(since=BEGAN, every=DAY.total_seconds()),
)


@dataclass(frozen=True)
class Kind:
    """Nights with `least` to `most` rows, whose mean differs by `nights` standard deviations."""

    name: str
    least: int
    most: int
    nights: float


KINDS = (
    Kind("1 000 rows, nights alike", 1000, 1000, 0.0),
    Kind("800 to 1 200 rows, nights differ by 0.10", 800, 1200, 0.1),
    Kind("200 to 3 000 rows, nights differ by 0.05", 200, 3000, 0.05),
    Kind("300 to 8 000 rows, nights differ by 0.10", 300, 8000, 0.1),
)


def rows_of(generator: np.random.Generator, kind: Kind, shift: float) -> pa.Table:
    """One night: a score, what was decided by it, and a segment that has nothing to do with it."""
    rows = int(generator.integers(kind.least, kind.most + 1))
    latent = generator.normal(shift + generator.normal(0.0, kind.nights), 1.0, rows)
    score = 1.0 / (1.0 + np.exp(-latent))
    return pa.table(
        {
            "score": score,
            "accepted": generator.random(rows) < 0.8 * score,
            "segment": generator.choice(["a", "b", "c", "d"], rows, p=[0.4, 0.3, 0.2, 0.1]),
        }
    )


def alarms(seed: int, kind: Kind, runs: int, shift: float = 0.0, moved: int = 0) -> list[int]:
    """The runs with which an alarm began; rows are shifted from run `moved` on."""
    generator = np.random.default_rng(seed)
    watch, base, kept, firing = OutputsWatch(), None, {}, False
    began = []
    for number in range(runs):
        table = rows_of(generator, kind, shift if number >= moved else 0.0)
        base = base or baseline(table)
        start = BEGAN + number * DAY
        end = start + timedelta(minutes=12)
        profile = replace(window(table, base), start=start, end=end).to_json()
        name = f"run-{number}"
        kept[name] = profile
        run = RunRows(run=name, start=start, end=end, rows=table.num_rows, profile=profile)
        outputs = BatchOutputs(
            deployment="",
            base=base.to_json(),
            names=watch.learnt,
            learnt=tuple(kept[learnt] for learnt in watch.learnt),
            runs=(run,),
        )
        judged = judge_outputs(BATCH, DriftPolicy(), outputs, watch)
        watch = judged.watch
        told = any(alert.kind is AlertKind.DRIFT for alert in judged.alerts)
        began += [number] if told and not firing else []
        firing = told or (firing and AlertKind.DRIFT not in judged.over)
    return began


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7000)
    parser.add_argument("--series", type=int, default=12)
    parser.add_argument("--runs", type=int, default=260)
    asked = parser.parse_args()
    watched = asked.runs - LEARNT_RUNS
    print(f"False alarms; promised are {asked.series * watched / 365.25:.1f} of each kind.")
    for kind in KINDS:
        found = [len(alarms(asked.seed + n, kind, asked.runs)) for n in range(asked.series)]
        print(f"  {kind.name}: {sum(found)} in {asked.series * watched} runs")
    print("Runs until a shift of the mean is found, nights differ by 0.05:")
    for rows in (1000, 5000):
        for shift in (0.1, 0.2, 0.4):
            kind = Kind("", rows, rows, 0.05)
            found = []
            for n in range(asked.series):
                told = [at for at in alarms(asked.seed + n, kind, 60, shift, 15) if at >= 15]
                found.append(told[0] - 14 if told else 999)
            share = sum(one < 999 for one in found)
            middle = "over 45" if median(found) > 45 else f"{median(found):g}"
            print(f"  {shift:.1f} at {rows} rows: median {middle}, {share} of {asked.series} found")


if __name__ == "__main__":
    main()
