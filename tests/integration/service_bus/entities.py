"""Driftgate's own queues and topic as `infra/` makes them; a test holds the two together."""

from datetime import timedelta

from tests.integration.service_bus.broker.settings import (
    Definitions,
    QueueSettings,
    Subscription,
    TopicSettings,
)
from tests.integration.service_bus.broker.sql_filter import sql_filter

FILTERS = {
    "log": "what IS NULL OR what = 'alert' OR channel = 'log'",
    **{
        name: f"what = 'notice' AND channel = '{name}'"
        for name in ("teams", "slack", "pagerduty", "email", "webhook", "work-item")
    },
}
DRIFTGATE: Definitions = {
    "checks": QueueSettings(sessions=True, duplicate_window=timedelta(minutes=10)),
    "retraining-requests": QueueSettings(duplicate_window=timedelta(days=7)),
    "promotion-requests": QueueSettings(duplicate_window=timedelta(days=7)),
    "environment-checks": QueueSettings(
        duplicate_window=timedelta(days=2), lock=timedelta(minutes=5), dead_letter_expired=False
    ),
    "undelivered": QueueSettings(duplicate_window=timedelta(days=1), dead_letter_expired=False),
    "alerts": TopicSettings(
        subscriptions={
            name: Subscription(rules={"$Default": sql_filter(filter_)})
            for name, filter_ in FILTERS.items()
        },
        duplicate_window=timedelta(minutes=10),
    ),
}
