"""What a channel sends, before it adds what only it knows."""

from collections.abc import Mapping
from typing import Any, Protocol

from shared.domain.policy import ChannelKind
from shared.ports import Sending


class Render(Protocol):
    """Makes the body of a message out of a notice."""

    def __call__(self, kind: ChannelKind, sending: Sending) -> Mapping[str, Any]:
        """The body in the form of the channel."""


def rendered(kind: ChannelKind, sending: Sending) -> Mapping[str, Any]:
    """The body as `shared.rendering` makes it, which is loaded with the first message."""
    from shared.rendering import render

    return render(kind, sending)
