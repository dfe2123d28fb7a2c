"""Lets two and three workers take turns on the same subjects, as chance has it, many times over.

Chance draws how many events wait, are asked for beside the queue, or come late; who goes on after
each call of a port; and when a worker dies, all locks run out, or an event is told again. Each time
the chain has to be one, nothing lost, nothing decided twice, and the state what they leave.
A conflict is a commit or a settlement that came second. The first fault ends it, with its seed.
Run: python -m benchmarks.interleavings [--examples 2000] [--seed 0]
"""

import argparse
import logging
import sys
from collections import Counter
from random import Random
from time import perf_counter

from tests.crash.interleaving import (
    DIES,
    EVENTS,
    LOSES_LOCKS,
    TOLD_AGAIN,
    TOLD_LATE,
    Drawn,
    play_out,
)

_MISFORTUNES = (DIES, LOSES_LOCKS, TOLD_AGAIN, TOLD_LATE)


def drawn_by(random: Random) -> Drawn:
    """One example; a misfortune comes in one of twenty turns."""
    return Drawn(
        workers=random.choice((2, 3)),
        events=random.choices(EVENTS, k=random.randint(1, 4)),
        asked=random.choices(EVENTS, k=random.randint(0, 2)),
        late=random.choices(EVENTS, k=random.randint(0, 2)),
        turns=[
            random.choice(_MISFORTUNES) if random.random() < 0.05 else random.randint(0, 5)
            for _ in range(random.randint(20, 200))
        ],
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    begun = perf_counter()
    total: Counter[str] = Counter()
    for seed in range(options.seed, options.seed + options.examples):
        drawn = drawn_by(Random(seed))  # noqa: S311  chance, not a secret
        try:
            total += play_out(drawn)
        except BaseException:
            print(f"seed {seed}: {drawn.workers} workers, turns {drawn.turns}", file=sys.stderr)
            raise
    counts = ", ".join(f"{count} {name}" for name, count in sorted(total.items()))
    print(f"{options.examples} examples whole: {counts}; {perf_counter() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
