"""Driftgate's own queues and topic as `infra/` makes them; a test holds the two together."""

from datetime import timedelta

from tests.integration.service_bus.broker.settings import (
    Definitions,
    QueueSettings,
    Subscription,
    TopicSettings,
)

DRIFTGATE: Definitions = {
    "checks": QueueSettings(sessions=True, duplicate_window=timedelta(minutes=10)),
    "retraining-requests": QueueSettings(duplicate_window=timedelta(days=7)),
    "promotion-requests": QueueSettings(duplicate_window=timedelta(days=7)),
    "environment-checks": QueueSettings(
        duplicate_window=timedelta(days=2), lock=timedelta(minutes=5), dead_letter_expired=False
    ),
    "alerts": TopicSettings(
        subscriptions={"log": Subscription()}, duplicate_window=timedelta(minutes=10)
    ),
}
