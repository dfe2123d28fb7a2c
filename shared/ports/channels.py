"""What tells people: one channel a kind, and what may write a summary."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.domain.notices import Notice
from shared.domain.policy import ReceiverPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A notice and whom it goes to.

    `order` names this try: a channel that can drop a repeat is given it. `reference` is what the
    channel answered for the notice's group before, to change that message in place. `public_url` is
    where Driftgate's pages are, None where nobody said; `template` is a text that replaces the
    built-in one.
    """

    notice: Notice
    receiver: ReceiverPolicy
    order: str
    reference: Mapping[str, Any] = field(default_factory=dict)
    public_url: str | None = None
    template: str | None = None


class Channel(Protocol):
    """One way to people."""

    def deliver(self, sending: Sending) -> Mapping[str, Any]:
        """Send it, or change what was sent before; returns the reference for the next time.

        Raises `Throttled` with the time to wait, `Unavailable` when a later try may help, `Refused`
        when none can: what is wrong and how to mend it, without any secret.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a language model wrote, and what that cost in tokens."""

    text: str
    tokens: int


class Summaries(Protocol):
    """Writes a few sentences about a long notice."""

    def summarise(self, notice: Notice) -> Summary:
        """A summary of what is redacted already. Raises `Unavailable` and `Refused`."""
