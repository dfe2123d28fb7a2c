"""Events that came in and were never decided: the queue lost them."""

import json
from datetime import datetime

from shared.domain.replay import Selection
from shared.ports import ArchivedEvent
from shared.service.intake import parse
from shared.service.replaying import asking

RESOURCE = (
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/"
    "Microsoft.MachineLearningServices/workspaces/w/onlineEndpoints/{}/deployments/blue"
)


def completed(endpoint: str, identity: str, at: datetime) -> dict:
    """A CloudEvent of a deployment of an endpoint that was written."""
    return {
        "specversion": "1.0",
        "id": identity,
        "source": "somebody",
        "type": "io.driftgate.DeploymentCompleted",
        "subject": f"endpoint/{endpoint}",
        "time": at.isoformat(),
        "data": {"endpoint": endpoint, "deployment": "blue"},
    }


def keep(application, payload: dict, received: datetime) -> str:
    """Into the archive and no further; returns its key."""
    [parsed] = parse(json.dumps(payload).encode())
    application.archive.put(
        ArchivedEvent(
            key=parsed.key,
            received=received,
            via="event-grid",
            body=parsed.body,
            event=None if parsed.event is None else parsed.event.to_cloud_event(),
            refusal=parsed.refusal,
        )
    )
    return parsed.key


def asked(application, name: str = "lost", selection: Selection | None = None, **more) -> dict:
    """Have a replay begin."""
    return asking.ask(
        application.service,
        application.archive,
        application.ledger,
        name,
        selection or Selection(),
        author="berta",
        reason="they were lost",
        now=application.clock(),
        via="test",
        **more,
    )


def run(application, name: str = "lost", most: int = 500) -> dict:
    """Handle everything until the replay is at rest, however long its rate makes it wait."""
    worker = application.worker()
    for _ in range(most):
        worker.drain()
        row = asking.replay_of(application.ledger, name)
        due = application.queue.next_due()
        if row["phase"] != "running" or due is None:
            return row
        application.clock.now = max(application.clock.now, due)
    raise AssertionError(f"{name} is not done: {row}")


def decided(application, subject: str) -> list[str]:
    """The ids of what was decided of a subject, oldest first, without the looks of timers."""
    return [
        logged.decision["event"]["id"]
        for logged in application.ledger.chain(subject)
        if logged.decision["event"]["type"].endswith("DeploymentCompleted")
    ]
