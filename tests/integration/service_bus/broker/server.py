"""The broker on a free port of the loopback interface, in a thread with its own event loop."""

import asyncio
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from shared.ports import Clock
from tests.integration.service_bus.broker.endpoint import Endpoint
from tests.integration.service_bus.broker.links import busy
from tests.integration.service_bus.broker.namespace import Namespace
from tests.integration.service_bus.broker.queue import Queue
from tests.integration.service_bus.broker.settings import BrokerFault, Definitions

STANDARD_BYTES = 256 * 1024
_TICK = 0.05


@dataclass(slots=True)
class Faults:
    """What the broker shall do wrong next, set from a test, and what it was sent and shown."""

    busy_sends: int = 0
    token_status: int = 200
    without_role: bool = False
    sends: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    def next_refusal(self) -> BrokerFault | None:
        """The refusal of the next send, None when it is to be kept."""
        if self.busy_sends > 0:
            self.busy_sends -= 1
            self.sends.append("busy")
            return busy()
        self.sends.append("kept")
        return None


class Broker:
    """Serves until closed; locks and schedules follow the clock it is given.

    `connection_string` is what the SDK connects with. Who asks for the next session waits as long
    as it says but no longer than `patience` seconds: with a clock that stands still none comes.
    """

    def __init__(
        self,
        definitions: Definitions,
        *,
        clock: Clock | None = None,
        port: int = 0,
        most_bytes: int = STANDARD_BYTES,
        patience: float = 60.0,
    ) -> None:
        self.clock = clock or (lambda: datetime.now(UTC))
        self.faults = Faults()
        self.most_bytes = most_bytes
        self.patience = patience
        self.cuts = 0
        self.endpoints: set[Endpoint] = set()
        self.namespace = Namespace(definitions, self.clock)
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(lambda: Endpoint(self), "127.0.0.1", port)
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._thread = threading.Thread(target=self._serve, name="broker", daemon=True)
        self._thread.start()

    @property
    def connection_string(self) -> str:
        """Plain TCP on this port, as for the emulator; the key is not looked at."""
        return (
            f"Endpoint=sb://127.0.0.1:{self.port};SharedAccessKeyName=local;"
            "SharedAccessKey=local;UseDevelopmentEmulator=true;"
        )

    def reset(self, definitions: Definitions, clock: Clock) -> None:
        """Empty entities and another clock, for the next test; clients of before are cut off."""
        self.call(lambda: self._reset(definitions, clock))

    def _reset(self, definitions: Definitions, clock: Clock) -> None:
        self._drop()
        self.cuts = 0
        self.clock = clock
        self.faults = Faults()
        self.most_bytes = STANDARD_BYTES
        self.namespace = Namespace(definitions, self.clock)

    def drop_connections(self) -> None:
        """Cut every TCP connection, as a failing gateway does."""
        self.call(self._drop)

    def _drop(self) -> None:
        for endpoint in list(self.endpoints):
            self.cuts += 1
            endpoint.drop()

    def call(self, action: Callable[[], Any]) -> Any:
        """Do something on the broker's own thread and wait for it."""

        async def run() -> Any:
            return action()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    def later(self, seconds: float, action: Callable[[], Any]) -> None:
        """Do something on the broker's own thread after a while; call it on that thread."""
        self._loop.call_later(seconds, action)

    def admit(self, path: str, token: str) -> tuple[int, str]:
        """The answer to a client that shows its token for an entity."""
        self.faults.tokens.append(token)
        if self.faults.token_status != 200:
            return self.faults.token_status, "The token has an invalid signature."
        if not self.namespace.knows(path):
            return 404, f"The messaging entity '{path}' could not be found."
        return 200, "OK"

    def look_again(self, queues: Iterable[Queue]) -> None:
        """Have every client looked at whose queues may have something for it."""
        if any(True for _ in queues):
            self._loop.call_soon(self._pump)

    def _pump(self) -> None:
        for endpoint in list(self.endpoints):
            endpoint.pump()

    def _tick(self) -> None:
        self._pump()
        self._loop.call_later(_TICK, self._tick)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.call_soon(self._tick)
        self._loop.run_forever()
        self._loop.close()

    def close(self) -> None:
        """Stop serving."""
        self.drop_connections()
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
