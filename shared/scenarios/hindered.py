"""What stands in the way for a while: a workspace that cannot be read, alerts that cannot leave."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.errors import DriftgateError, Unavailable
from shared.ports import Message, Sender
from shared.service.messages import ALERTS


@dataclass(frozen=True, slots=True, eq=False)
class Hindrance:
    """What happens instead of reading; `what` names the ways to read, empty for every one."""

    raises: Callable[[str], DriftgateError]
    what: frozenset[str] = frozenset()


class MutedSender:
    """Passes messages on to `sender`, unless the topic of the alerts is out of reach."""

    def __init__(self, sender: Sender, muted: Callable[[], bool]) -> None:
        self._sender = sender
        self._muted = muted

    def send(self, messages: Sequence[Message]) -> None:
        """Accept all of them or raise Unavailable."""
        if self._muted() and any(message.queue == ALERTS for message in messages):
            raise Unavailable("The topic alerts cannot be reached.")
        self._sender.send(messages)


class Hindered:
    """Passes every question on to `port`, unless one of the `hindrances` stands in its way."""

    def __init__(self, port: object, hindrances: list[Hindrance]) -> None:
        self._port = port
        self._hindrances = hindrances

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._port, name)

        def ask(*args: Any, **kwargs: Any) -> Any:
            for hindrance in self._hindrances:
                if not hindrance.what or name in hindrance.what:
                    raise hindrance.raises(name)
            return asked(*args, **kwargs)

        return ask
