"""Driftgate's own queues and topic as `infra/` makes them; a test holds the two together."""

import re
from datetime import timedelta
from pathlib import Path

from tests.integration.service_bus.broker.settings import (
    Definitions,
    QueueSettings,
    Subscription,
    TopicSettings,
)
from tests.integration.service_bus.broker.sql_filter import sql_filter

BICEP = Path(__file__).resolve().parents[3] / "infra" / "modules" / "service_bus.bicep"


def declared_filters(bicep: str) -> dict[str, str]:
    """The SQL filter of each subscription that is written out, by the subscription's name."""
    names = dict(
        re.findall(r"resource (\w+) '[^']+/subscriptions@[^']+' = {\n.*\n  name: '(.+)'", bicep)
    )
    rules = re.findall(
        r"resource \w+ 'Microsoft\.ServiceBus/namespaces/topics/subscriptions/rules@[^']+' = {"
        r"\n  parent: (\w+)\n.*?sqlExpression: '((?:\\'|[^'])+)'",
        bicep,
        re.DOTALL,
    )
    return {names[parent]: text.replace("\\'", "'") for parent, text in rules}


FILTERS = declared_filters(BICEP.read_text())
DRIFTGATE: Definitions = {
    "checks": QueueSettings(sessions=True, duplicate_window=timedelta(minutes=10)),
    "retraining-requests": QueueSettings(duplicate_window=timedelta(days=7)),
    "profiling-requests": QueueSettings(
        duplicate_window=timedelta(days=1), lock=timedelta(minutes=5)
    ),
    "promotion-requests": QueueSettings(duplicate_window=timedelta(days=7)),
    "environment-checks": QueueSettings(
        duplicate_window=timedelta(days=2), lock=timedelta(minutes=5), dead_letter_expired=False
    ),
    "undelivered": QueueSettings(duplicate_window=timedelta(days=1), dead_letter_expired=False),
    "replays": QueueSettings(duplicate_window=timedelta(minutes=10)),
    "alerts": TopicSettings(
        subscriptions={
            name: Subscription(rules={"$Default": sql_filter(filter_)})
            for name, filter_ in FILTERS.items()
        },
        duplicate_window=timedelta(minutes=10),
    ),
}
