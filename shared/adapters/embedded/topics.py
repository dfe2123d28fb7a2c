"""Which queue of the embedded broker a message on the topic `alerts` is copied to.

What Service Bus does by the SQL filters of its subscriptions, by the same properties. The queue
that is named like the topic is its subscription `log`.
"""

from collections.abc import Callable, Mapping

from shared.domain.policy import ChannelKind

ALERTS = "alerts"
Filter = Callable[[Mapping[str, str]], bool]


def log_takes(properties: Mapping[str, str]) -> bool:
    """Alerts as they are raised, and the notices of receivers that are a log."""
    what, channel = properties.get("what"), properties.get("channel")
    return what in {None, "alert"} or channel == ChannelKind.LOG.value


def channel_takes(kind: ChannelKind) -> Filter:
    """The notices of one channel."""
    wanted = {"what": "notice", "channel": kind.value}
    return lambda properties: wanted.items() <= properties.items()


TOPICS: Mapping[str, Mapping[str, Filter]] = {
    ALERTS: {
        ALERTS: log_takes,
        **{
            f"{ALERTS}/{kind.value}": channel_takes(kind)
            for kind in ChannelKind
            if kind is not ChannelKind.LOG
        },
    }
}
"""By topic, the queues of its subscriptions with what each of them takes."""
