"""How fast chains are verified: many links of the size that a look at an endpoint has.

Run: PYTHONPATH=. python benchmarks/verify.py [links]
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from shared.adapters.embedded import EmbeddedEvidence, EmbeddedLedger
from shared.service.verifying import verify
from tests.service.chained import commit, looked

SUBJECTS = 20
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
_LONG = "loan-endpoint serves 100 % by blue, which carries loan-default:7 on 2 instances. " * 30


def main() -> None:
    """Make the chains, then walk them three times and print the middle speed."""
    links = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with TemporaryDirectory() as folder:
        ledger = EmbeddedLedger(Path(folder) / "driftgate.db")
        evidence = EmbeddedEvidence(Path(folder) / "evidence.db")
        for number in range(links):
            at = BEGUN + timedelta(seconds=number)
            commit(ledger, looked(at, f"endpoint/e{number % SUBJECTS}"), sentence=_LONG)
        seconds = []
        for _ in range(3):
            started = perf_counter()
            found = verify(ledger, evidence, BEGUN)
            seconds.append(perf_counter() - started)
        size = len(next(ledger.kept_decisions("endpoint/e0")).text)
    speed = found.links / sorted(seconds)[1]
    print(
        f"verify: {found.subjects} subjects, {found.links} links of {size} characters, "
        f"{len(found.breaks)} breaks, {speed:,.0f} links/s"
    )


if __name__ == "__main__":
    main()
