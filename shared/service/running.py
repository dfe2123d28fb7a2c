"""How Driftgate itself is: what waits, what was put aside, which policies are wrong."""

from datetime import datetime
from typing import Any

from shared.ports import Adapters
from shared.service.backlog import backlog_of
from shared.service.dead_letters.counting import count_aside


def health_of(adapters: Adapters, now: datetime) -> dict[str, Any]:
    """That it answers, what waits and for how long, as plain JSON values.

    Raises Unavailable where the ledger or the broker does not answer.
    """
    backlog = backlog_of(adapters.ledger, adapters.queue, now)
    queues = [
        {
            "queue": one.queue,
            "messages": one.messages,
            "seconds": backlog.age(one.since).total_seconds(),
        }
        for one in backlog.queues or ()
    ]
    return {
        "status": "up",
        "outbox": backlog.outbox,
        "outbox_seconds": backlog.age(backlog.outbox_since).total_seconds(),
        "queues": None if backlog.queues is None else queues,
        "behind": backlog.late,
        "dead_letters": count_aside(adapters),
        "policy_problems": list(adapters.policies.problems()),
    }
