"""Messages as each channel takes them: one content, written seven ways, without any I/O.

A channel's module is imported with its first message.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from shared.domain.policy import ChannelKind
from shared.ports import Sending

__all__ = ["render"]

_MODULES = {
    ChannelKind.LOG: "log",
    ChannelKind.TEAMS: "teams",
    ChannelKind.SLACK: "slack",
    ChannelKind.PAGERDUTY: "pagerduty",
    ChannelKind.EMAIL: "mail",
    ChannelKind.WEBHOOK: "webhook",
    ChannelKind.WORK_ITEM: "work_item",
}


def render(kind: ChannelKind, sending: Sending) -> Mapping[str, Any]:
    """What is sent over a channel of this kind, within the limits of that channel.

    Slack: `text`, `blocks`. Teams: a message with one Adaptive Card. PagerDuty: an event without
    its routing key. E-mail: `subject`, `text`, `html`. Webhook: the object of `docs/messages.md`.
    Work item: `title`, `html`, `tags`, `resolved`. Log: `text`. A template that fails is told
    within the message; nothing is raised for it.
    """
    made: Mapping[str, Any] = import_module(f"shared.rendering.{_MODULES[kind]}").write(sending)
    return made
