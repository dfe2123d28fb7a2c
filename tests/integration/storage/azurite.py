"""Azurite as a process of its own: blobs and tables over TLS, tokens demanded."""

import os
import socket
import subprocess
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from shutil import which
from time import monotonic
from typing import Any

from azure.core.credentials import TokenCredential
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient

from shared.adapters.azure.table_ledger import AUDIENCE
from tests.integration.loopback.certificates import Certificates

_SCRIPT = Path(__file__).parent / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
_ACCOUNTS = 500
CONTAINERS = ("events", "evidence", "profiles", "reports", "heads", "policies", "deadletters")


class Azurite:
    """Runs until `close`. Each `account` is empty but for the containers and the table."""

    def __init__(self, certificates: Certificates, folder: Path, accounts: int = _ACCOUNTS) -> None:
        node = which(
            "node", path=f"{Path(os.sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        )
        if node is None or not _SCRIPT.exists():
            raise RuntimeError(
                "Azurite is not installed; run tests/integration/storage/install.sh."
            )
        self._blob_port, self._queue_port, self._table_port = _free_ports(3)
        self._log = folder / "azurite.log"
        self._numbers = count()
        key = "a2V5"
        accounts = ";".join(f"t{number:03d}:{key}" for number in range(accounts))
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own process
                [
                    node,
                    _SCRIPT,
                    *("--inMemoryPersistence", "--silent", "--disableTelemetry"),
                    *("--skipApiVersionCheck", "--oauth", "basic"),
                    *("--cert", certificates.certificate, "--key", certificates.key),
                    *("--blobPort", str(self._blob_port), "--queuePort", str(self._queue_port)),
                    *("--tablePort", str(self._table_port)),
                ],
                env={**os.environ, "AZURITE_ACCOUNTS": accounts},
                cwd=folder,
                stdout=log,
                stderr=log,
            )
        for port in (self._blob_port, self._table_port):
            self._wait_for(port)

    def account(self, credential: TokenCredential) -> "Account":
        """A storage account nobody has used."""
        name = f"t{next(self._numbers):03d}"
        account = Account(
            blob_endpoint=f"https://localhost:{self._blob_port}/{name}",
            table_endpoint=f"https://localhost:{self._table_port}/{name}",
            credential=credential,
        )
        account.provision()
        return account

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(10)

    def _wait_for(self, port: int) -> None:
        until = monotonic() + 30
        while monotonic() < until:
            if self._process.poll() is not None:
                break
            with socket.socket() as client:
                client.settimeout(0.2)
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    return
            try:
                self._process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
        raise RuntimeError(f"Azurite did not start: {self._log.read_text()[-2000:]}")


class Account:
    """A storage account as the infrastructure makes it."""

    def __init__(
        self, *, blob_endpoint: str, table_endpoint: str, credential: TokenCredential
    ) -> None:
        self.blob_endpoint = blob_endpoint
        self.table_endpoint = table_endpoint
        self.credential = credential
        self._stack = ExitStack()
        self.blobs: BlobServiceClient = self._stack.enter_context(
            BlobServiceClient(blob_endpoint, credential=credential, retry_total=0)
        )
        self.tables: TableServiceClient = self._stack.enter_context(
            TableServiceClient(
                table_endpoint, credential=credential, audience=AUDIENCE, retry_total=0
            )
        )

    def provision(self) -> None:
        """Make the containers and the table."""
        for container in CONTAINERS:
            self.blobs.create_container(container)
        self.tables.create_table("ledger")

    def keep(self, container: str, name: str, content: Any) -> None:
        """Write a blob as a person would, with the portal."""
        self.blobs.get_blob_client(container, name).upload_blob(content, overwrite=True)

    def close(self) -> None:
        """Close the connections."""
        self._stack.close()


def _free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
