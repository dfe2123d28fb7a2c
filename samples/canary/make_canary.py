"""Makes the canary sample: two hours of two deployments of one endpoint, minute by minute.

Everything is drawn from a seeded generator; nothing was measured. Run it from the repository:
python samples/canary/make_canary.py
"""

import csv
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent
MINUTES = 120
SEED = 20260203


def rows_of(generator: np.random.Generator, *, canary: bool) -> list[dict[str, object]]:
    """One row a minute; the canary waits longer for its features now and then, and fails more."""
    requests = generator.poisson(180, MINUTES)
    median = generator.lognormal(np.log(84.0), 0.06, MINUTES)
    slow = generator.random(MINUTES) < (0.09 if canary else 0.0)
    p95 = generator.lognormal(np.log(150.0), 0.08, MINUTES) * np.where(slow, 2.4, 1.0)
    errors = generator.binomial(requests, 0.0062 if canary else 0.0011)
    memory = generator.normal(1830.0 if canary else 1810.0, 14.0, MINUTES)
    score = generator.normal(0.418, 0.012, MINUTES)
    return [
        {
            "minute": minute,
            "requests": int(requests[minute]),
            "latency_p50_ms": round(float(median[minute]), 1),
            "latency_p95_ms": round(float(p95[minute]), 1),
            "errors": int(errors[minute]),
            "memory_mb": round(float(memory[minute]), 1),
            # One minute in forty was not scraped.
            "mean_score": "" if minute % 40 == 17 else round(float(score[minute]), 4),
        }
        for minute in range(MINUTES)
    ]


def main() -> None:
    """Write both files beside this script."""
    generator = np.random.default_rng(SEED)
    for name, canary in (("control", False), ("experiment", True)):
        rows = rows_of(generator, canary=canary)
        with (FOLDER / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
