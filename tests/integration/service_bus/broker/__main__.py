"""The broker as a process of its own, for demonstrations and tests that kill it.

Prints its connection string once it listens and serves until it is ended:

    python -m tests.integration.service_bus.broker --port 5672
    python -m tests.integration.service_bus.broker --entities queues.json
"""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.integration.service_bus.broker.server import Broker
from tests.integration.service_bus.broker.settings import (
    Definitions,
    QueueSettings,
    Subscription,
    TopicSettings,
)
from tests.integration.service_bus.broker.sql_filter import everything, sql_filter
from tests.integration.service_bus.entities import DRIFTGATE


def definitions(plain: Mapping[str, Any]) -> Definitions:
    """Entities from JSON, durations in seconds and rules as SQL, such as::

    {"work": {"sessions": true, "duplicate_window": 600, "lock": 60, "most_deliveries": 10},
     "alerts": {"subscriptions": {"log": {}, "pager": {"rules": ["severity = 'critical'"]}}}}
    """
    return {
        name: _topic(said) if "subscriptions" in said else _queue(said)
        for name, said in plain.items()
    }


def _topic(said: Mapping[str, Any]) -> TopicSettings:
    return TopicSettings(
        subscriptions={name: _subscription(inner) for name, inner in said["subscriptions"].items()},
        duplicate_window=_seconds(said.get("duplicate_window")),
    )


def _subscription(said: Mapping[str, Any]) -> Subscription:
    rules = [sql_filter(expression) for expression in said.get("rules", [])] or [everything]
    queue = _queue({name: value for name, value in said.items() if name != "rules"})
    return Subscription(queue=queue, rules={str(n): rule for n, rule in enumerate(rules)})


def _queue(said: Mapping[str, Any]) -> QueueSettings:
    times = {name: _seconds(said[name]) for name in ("duplicate_window", "lock") if name in said}
    return QueueSettings(**{**said, **times})


def _seconds(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="broker", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--entities", type=Path, help="JSON; without it, Driftgate's own")
    asked = parser.parse_args()
    wanted = (
        DRIFTGATE
        if asked.entities is None
        else definitions(json.loads(asked.entities.read_text(encoding="utf-8")))
    )
    over = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: over.set())
    broker = Broker(wanted, port=asked.port)
    sys.stdout.write(broker.connection_string + "\n")
    sys.stdout.flush()
    over.wait()
    broker.close()


if __name__ == "__main__":
    main()
