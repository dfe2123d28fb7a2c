"""Azurite and the broker of the tests as one process beside those that are killed.

It prints one line of JSON with where they are, and answers on a socket, a line for a line, until
its input ends.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from azure.core.credentials import AccessToken

from shared.domain.canonical import format_time, parse_time
from tests.integration.loopback.certificates import make_certificates
from tests.integration.loopback.identity import unsigned_token
from tests.integration.service_bus.broker.server import Broker
from tests.integration.service_bus.broker.stored import State
from tests.integration.service_bus.entities import DRIFTGATE, FILTERS
from tests.integration.storage.azurite import Azurite

_ACCOUNTS = 5000
_STORAGE = "https://storage.azure.com"
_PATHS = {
    **{name: name for name in DRIFTGATE if name != "alerts"},
    **{f"alerts/{name}": f"alerts/Subscriptions/{name}" for name in FILTERS if name != "log"},
    "alerts": "alerts/Subscriptions/log",
}


class Trusted:
    """A credential that asks nobody: Azurite looks at whom a token is for, not at who signed it."""

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        """A token for storage."""
        assert scopes
        return AccessToken(*unsigned_token(_STORAGE))


@dataclass
class Clock:
    """The broker's time, which whoever plays moves."""

    now: datetime

    def __call__(self) -> datetime:
        """The simulated instant."""
        return self.now


class Cloud:
    """One account at a time, and a broker whose clock is moved from outside."""

    def __init__(self, azurite: Azurite, broker: Broker) -> None:
        self._azurite, self._broker = azurite, broker
        self._clock = Clock(datetime.fromisoformat("2026-01-01T00:00:00+00:00"))

    def begin(self, now: str) -> dict[str, Any]:
        """An empty account and empty queues."""
        self._clock = Clock(parse_time(now))
        self._broker.reset(DRIFTGATE, self._clock)
        account = self._azurite.account(Trusted())
        account.close()
        return {"blobs": account.blob_endpoint, "tables": account.table_endpoint}

    def move(self, now: str) -> dict[str, Any]:
        """It is later."""
        self._clock.now = parse_time(now)
        return self.kept()

    def kept(self) -> dict[str, Any]:
        """By queue, what it holds: id, when it is due, and whether somebody may take it now."""
        return dict(self._broker.call(self._kept))

    def _kept(self) -> Mapping[str, Any]:
        found = {}
        for name, path in _PATHS.items():
            queue = self._broker.namespace.source(path)
            found[name] = [
                {
                    "id": one.envelope.id,
                    "due": format_time(one.envelope.scheduled or one.enqueued),
                    "free": one.state is State.ACTIVE
                    and one.token is None
                    and not (one.envelope.session and queue.sessions.is_held(one.envelope.session)),
                    "waits": one.state is State.SCHEDULED,
                    "properties": {str(k): str(v) for k, v in one.envelope.properties.items()},
                }
                for one in queue.peek(0, 10_000)
            ]
            letters = queue.dead_letters
            found[f"{name}!"] = (
                []
                if letters is None
                else [{"id": one.envelope.id, **one.buried} for one in letters.peek(0, 10_000)]
            )
        return found


def serve(listening: socket.socket, cloud: Cloud) -> None:
    """Answer on the socket, each connection one line."""
    while True:
        connection, _ = listening.accept()
        with connection, connection.makefile("rw") as file:
            asked = json.loads(file.readline())
            answer = getattr(cloud, asked.pop("do"))(**asked)
            file.write(json.dumps(answer, default=str) + "\n")


@dataclass(frozen=True)
class Reached:
    """The cloud as another process reaches it."""

    control: str
    authority: str
    service_bus: str

    def ask(self, do: str, **asked: Any) -> dict[str, Any]:
        """One line for one line."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.control)
            with connection.makefile("rw") as file:
                file.write(json.dumps({"do": do, **asked}) + "\n")
                file.flush()
                answer: dict[str, Any] = json.loads(file.readline())
                return answer


def start() -> tuple[Reached, Callable[[], None]]:
    """The process, and what ends it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.cloud"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    reached = Reached(**json.loads(process.stdout.readline()))
    stdin = process.stdin

    def end() -> None:
        stdin.close()
        process.wait(20)

    return reached, end


def main() -> None:
    """Serve until the input ends."""
    with TemporaryDirectory(prefix="driftgate-cloud-") as made:
        folder = Path(made)
        certificates = make_certificates(folder)
        os.environ["REQUESTS_CA_BUNDLE"] = str(certificates.authority)
        azurite = Azurite(certificates, folder, accounts=_ACCOUNTS)
        broker = Broker({}, patience=0.05)
        control = folder / "control"
        cloud = Cloud(azurite, broker)
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(control))
        listening.listen(16)
        threading.Thread(target=serve, args=(listening, cloud), daemon=True).start()
        said = {
            "control": str(control),
            "authority": str(certificates.authority),
            "service_bus": broker.connection_string,
        }
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
        azurite.close()
        broker.close()


if __name__ == "__main__":
    main()
