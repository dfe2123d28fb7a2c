"""Requests against the API out of its own description, for as long as it is given.

Each round sends so many requests to every operation, right ones and wrong ones, under another seed,
and has decided what was said before the next operation is asked. An answer that is not one of those
described is a failure: it is printed once, with the request that found it.
Run: python benchmarks/fuzz_api.py [MINUTES] [FIRST_SEED]
"""

import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from shared.bootstrap import build  # noqa: E402  the tests are no installed package
from shared.settings import Settings  # noqa: E402
from tests.conftest import Scene, StoppedClock  # noqa: E402
from tests.web.fuzzed import described, operations, send_many, told  # noqa: E402

EXAMPLES = 40


def world(home: Path) -> Scene:
    """A world of its own, with a night behind it."""
    for folder in ("policies", "workspace/endpoints", "workspace/models"):
        (home / folder).mkdir(parents=True)
    settings = Settings(home=home, workspace=home / "workspace", policies=home / "policies")
    clock = StoppedClock()
    return told(Scene(home=home, clock=clock, application=build(settings, clock=clock)))


def one_round(seed: int, sent: Counter[str], failures: dict[str, str]) -> None:
    """Ask every operation; what is said is decided, and some time goes by, before the next."""
    with tempfile.TemporaryDirectory() as folder:
        scene = world(Path(folder))
        for operation in operations(described(scene.application)):
            try:
                sent[operation.label] += send_many(operation, EXAMPLES, seed)
            except BaseExceptionGroup as found:
                sent[operation.label] += EXAMPLES
                for one in found.exceptions:
                    failures.setdefault(f"{operation.label}: {type(one).__name__}", str(found))
            scene.drain()
            scene.clock.advance(timedelta(minutes=7))
        scene.application.adapters.close()


def main(minutes: float, first: int) -> int:
    """Print hours, requests and failures; 1 where there are failures."""
    begun, sent, failures = time.monotonic(), Counter[str](), dict[str, str]()
    seed = first
    while time.monotonic() - begun < 60 * minutes:
        one_round(seed, sent, failures)
        seed += 1
    hours = (time.monotonic() - begun) / 3600
    print(
        f"{hours:.2f} hours, seeds {first} to {seed - 1}: {sum(sent.values())} requests "
        f"to {len(sent)} operations, {len(failures)} failures"
    )
    for name, text in failures.items():
        print(f"\n== {name}\n{text}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(
        main(
            float(sys.argv[1]) if len(sys.argv) > 1 else 10.0,
            int(sys.argv[2]) if len(sys.argv) > 2 else 0,
        )
    )
