"""Sends each message where its queue is: findings to their topic, the rest to the broker."""

from collections.abc import Mapping, Sequence

from shared.ports import Message, Sender


class RoutedSender:
    """`routes` names the sender of a queue; `otherwise` sends what has none."""

    def __init__(self, routes: Mapping[str, Sender], otherwise: Sender) -> None:
        self._routes = routes
        self._otherwise = otherwise

    def send(self, messages: Sequence[Message]) -> None:
        """Accept all of them or raise Unavailable.

        Then some may have been accepted; they are sent again and recognised by their ids.
        """
        grouped: dict[str | None, list[Message]] = {}
        for message in messages:
            queue = message.queue if message.queue in self._routes else None
            grouped.setdefault(queue, []).append(message)
        for queue, mine in grouped.items():
            sender = self._otherwise if queue is None else self._routes[queue]
            sender.send(mine)
