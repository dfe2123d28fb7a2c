"""How many requests of storage replay, verify and retention take on Azure, and for how long.

Azurite with the true SDKs; each request is answered `LATENCY` later, as from a storage account in
the region. Run: PYTHONPATH=. python benchmarks/storage_calls.py [decisions]
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

from azure.core.pipeline.transport import RequestsTransport

from shared.adapters.azure.blob_archive import BlobArchive
from shared.adapters.azure.blob_container import blob_service
from shared.adapters.azure.blob_stores import BlobAnchors, BlobEvidence, BlobProfiles
from shared.adapters.azure.table_ledger import TableLedger
from shared.bootstrap import Application, build
from shared.domain.event import Event
from shared.domain.replay import Of, Selection
from shared.ports import Adapters, ArchivedEvent
from shared.service.intake import parse
from shared.service.retention import Retention
from shared.service.verifying import verify
from shared.settings import Settings
from tests.conftest import StoppedClock
from tests.crash.cloud import Trusted
from tests.integration.loopback.certificates import make_certificates
from tests.integration.storage.azurite import Account, Azurite
from tests.service.replaying.lost import completed

LATENCY = 0.010
SUBJECTS = 20


class Counted:
    """Counts requests while something is done, each answered later by the latency."""

    def __init__(self) -> None:
        self.requests = 0
        self.late = False
        send = RequestsTransport.send
        counted = self

        def counting(self: Any, *args: Any, **kwargs: Any) -> Any:
            counted.requests += 1
            if counted.late:
                sleep(LATENCY)
            return send(self, *args, **kwargs)

        RequestsTransport.send = counting  # type: ignore[method-assign]  # the transport counted

    def tell(self, what: str, of: int, do: Callable[[], Any]) -> None:
        """Do it, and print what it took."""
        self.requests, self.late = 0, True
        started = perf_counter()
        done = do()
        seconds = perf_counter() - started
        self.late = False
        print(
            f"{what}: {self.requests} requests of {of} ({self.requests / of:.2f} each), "
            f"{seconds:.1f} s, {done}"
        )


def application(folder: Path, account: Account, clock: StoppedClock) -> Application:
    """What is watched lies in files; what is kept, in the account."""
    for name in ("policies", "workspace/endpoints", "workspace/models"):
        (folder / name).mkdir(parents=True)
    (folder / "policies/fleet.yaml").write_text(
        "retention: {archive: 7d, evidence: 7d, decisions: null}\n"
    )
    for number in range(SUBJECTS):
        (folder / f"workspace/endpoints/e{number}.yaml").write_text(
            "traffic: {blue: 100}\ndeployments: {blue: {}}\n"
        )
    blobs = blob_service(account.blob_endpoint, Trusted())

    def around(adapters: Adapters) -> Adapters:
        return replace(
            adapters,
            archive=BlobArchive(blobs),
            ledger=TableLedger(account.table_endpoint, Trusted(), clock=clock),
            evidence=BlobEvidence(blobs),
            profiles=BlobProfiles(blobs),
            anchors=BlobAnchors(blobs),
        )

    settings = Settings(home=folder, workspace=folder / "workspace", policies=folder / "policies")
    return build(settings, clock=clock, around=around)


def happen(app: Application, clock: StoppedClock, decisions: int) -> None:
    """So many events came in and were decided, one after the other."""
    for number in range(decisions):
        clock.advance(timedelta(minutes=1))
        (app.settings.workspace / f"endpoints/e{number % SUBJECTS}.yaml").write_text(
            f"traffic: {{blue: 100}}\ndeployments: {{blue: {{instances: {1 + number % 9}}}}}\n"
        )
        event = completed(f"e{number % SUBJECTS}", f"n{number}", clock.now)
        [parsed] = parse(json.dumps(event).encode())
        plain = Event.from_cloud_event(event).to_cloud_event()
        app.archive.put(
            ArchivedEvent(
                key=parsed.key,
                received=clock.now,
                via="event-grid",
                body=parsed.body,
                event=plain,
                refusal=None,
            )
        )
        app.service.handle(plain)


def main() -> None:
    """Fill an account, then count."""
    decisions = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    counted = Counted()
    with TemporaryDirectory(prefix="driftgate-calls-") as made:
        folder = Path(made)
        certificates = make_certificates(folder)
        os.environ["REQUESTS_CA_BUNDLE"] = str(certificates.authority)
        azurite = Azurite(certificates, folder, accounts=1)
        try:
            clock = StoppedClock(datetime.now(UTC))
            app = application(folder / "home", azurite.account(Trusted()), clock)
            happen(app, clock, decisions)
            _measure(app, clock, counted, decisions)
        finally:
            azurite.close()


def _measure(app: Application, clock: StoppedClock, counted: Counted, decisions: int) -> None:
    def dry_run(of: Of) -> str:
        return f"{sum(1 for _ in app.dry_run(Selection(of=of)).told())} told"

    def verified(**asked: bool) -> str:
        found = verify(app.ledger, app.evidence, clock(), **asked)
        return f"{found.links} links, {found.evidence} pieces, {len(found.breaks)} breaks"

    counted.tell("dry run of chains", decisions, lambda: dry_run(Of.CHAINS))
    counted.tell("dry run of the archive", decisions, lambda: dry_run(Of.ARCHIVE))
    counted.tell("verify", decisions, verified)
    counted.tell("verify --evidence", decisions, lambda: verified(with_evidence=True))
    counted.tell("verify --again", decisions, lambda: verified(again=True))
    clock.advance(timedelta(days=30))

    def retained() -> str:
        run = Retention(service=app.service, adapters=app.adapters, clock=clock).apply()
        return f"{run.archive} payloads and {run.evidence} pieces went"

    counted.tell("retention", decisions, retained)


if __name__ == "__main__":
    main()
