"""The broker has the entities that the infrastructure makes, with the same properties."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from shared.adapters.azure.service_bus_receiver import SESSIONS
from shared.adapters.azure.service_bus_sources import SUBSCRIPTIONS
from shared.adapters.embedded.topics import TOPICS
from shared.domain.policy import ChannelKind
from tests.integration.service_bus.broker.settings import QueueSettings, TopicSettings
from tests.integration.service_bus.broker.sql_filter import Facts
from tests.integration.service_bus.entities import DRIFTGATE, FILTERS

INFRA = Path(__file__).resolve().parents[3] / "infra"
BICEP = "\n".join(path.read_text() for path in sorted(INFRA.rglob("*.bicep")))
UNITS = {"D": "days", "H": "hours", "M": "minutes", "S": "seconds"}


def blocks(kind):
    """The text of each resource of a type, by its name."""
    found = re.findall(
        rf"resource \w+ 'Microsoft\.ServiceBus/namespaces/{kind}@[^']+' = {{\n(.*?)\n}}",
        BICEP,
        re.DOTALL,
    )
    return {re.search(r"name: '([^']+)'", block)[1]: block for block in found}


def value(block, name, default):
    found = re.search(rf"\b{name}: '?([\w]+)'?", block)
    return found[1] if found else default


def duration(text):
    amounts = {UNITS[unit]: int(n) for n, unit in re.findall(r"(\d+)([DHMS])", text)}
    return timedelta(**amounts)


def window(block):
    if value(block, "requiresDuplicateDetection", "false") == "false":
        return None
    return duration(value(block, "duplicateDetectionHistoryTimeWindow", "PT10M"))


def queue_settings(block):
    return QueueSettings(
        sessions=value(block, "requiresSession", "false") == "true",
        duplicate_window=window(block),
        lock=duration(value(block, "lockDuration", "PT1M")),
        most_deliveries=int(value(block, "maxDeliveryCount", "10")),
        dead_letter_expired=value(block, "deadLetteringOnMessageExpiration", "false") == "true",
    )


def test_queues_are_those_of_the_infrastructure():
    queues = {n: s for n, s in DRIFTGATE.items() if isinstance(s, QueueSettings)}

    assert {name: queue_settings(block) for name, block in blocks("queues").items()} == queues


def test_topics_and_subscriptions_are_those_of_the_infrastructure():
    [(name, block)] = blocks("topics").items()
    topic = DRIFTGATE[name]
    made = {n: queue_settings(b) for n, b in blocks("topics/subscriptions").items()}

    assert isinstance(topic, TopicSettings)
    assert window(block) == topic.duplicate_window
    assert made == {n: subscription.queue for n, subscription in topic.subscriptions.items()}


def test_each_channel_has_its_subscription_and_the_log_has_what_machines_read():
    """The broker executes what the infrastructure declares, in the words it is declared in."""
    declared = {
        kind.value: f"what = 'notice' AND channel = '{kind.value}'"
        for kind in ChannelKind
        if kind is not ChannelKind.LOG
    }

    declared["log"] = "what IS NULL OR what = 'alert' OR channel = 'log'"

    assert declared == FILTERS


def test_the_embedded_broker_copies_to_the_same_subscriptions():
    """Whatever the properties of a message, the same subscriptions take it."""
    topic = DRIFTGATE["alerts"]
    for what in ("alert", "notice", "other", None):
        for channel in ("log", "teams", "work-item", "unknown", None):
            properties = {"what": what, "channel": channel}
            given = {name: one for name, one in properties.items() if one is not None}
            in_cloud = {
                name
                for name, subscription in topic.subscriptions.items()
                if any(takes(Facts(properties=given)) for takes in subscription.rules.values())
            }
            here = {queue for queue, takes in TOPICS["alerts"].items() if takes(given)}

            assert here == {"alerts" if n == "log" else f"alerts/{n}" for n in in_cloud}


@pytest.mark.parametrize("name", [n for n in DRIFTGATE if n != "alerts"])
def test_the_receiver_knows_which_queues_have_sessions(name):
    assert DRIFTGATE[name].sessions == (name in SESSIONS)


def test_the_receiver_reads_a_subscription_that_exists():
    for topic, subscription in SUBSCRIPTIONS.items():
        assert subscription in DRIFTGATE[topic].subscriptions
