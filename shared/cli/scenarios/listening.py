"""Hears what the demo's channels tell people, and how that reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.domain.notices import NoticeReason
from shared.ports import Adapters, Channel, Sending
from shared.rendering.composing import ROOMS, compose
from shared.rendering.plain import plain_text

_KNOWN = frozenset(
    {NoticeReason.REPEAT, NoticeReason.ACKNOWLEDGED, NoticeReason.ACKNOWLEDGEMENT_ENDED}
)
_BRIEF = 2
"""Lines shown of a message whose alerts are known: what it is about, and why it comes now."""


@dataclass(slots=True)
class Listening:
    """Passes each notice that a channel took to `show`."""

    show: Callable[[Sending], object] = lambda _: None

    def around(self, adapters: Adapters) -> Adapters:
        """The adapters with an ear at every channel."""
        channels = {kind: _Heard(channel, self) for kind, channel in adapters.channels.items()}
        return replace(adapters, channels=channels)


@dataclass(frozen=True, slots=True)
class _Heard:
    channel: Channel
    listening: Listening

    def deliver(self, sending: Sending) -> Mapping[str, Any]:
        """Send it as always, then show it. Raises what the channel raises."""
        reference = self.channel.deliver(sending)
        self.listening.show(sending)
        return reference


def heard_text(sending: Sending) -> str:
    """The message as people read it, without what to type and by whom; in brief what is known."""
    content = compose(sending, ROOMS[0])
    text, _, _ = plain_text(replace(content, commands=(), report=None)).rpartition("\n\n")
    if sending.notice.reason in _KNOWN:
        return "\n".join(text.splitlines()[:_BRIEF])
    return text
