"""A channel that nobody set up: what is sent to it is refused with what to do."""

from collections.abc import Mapping
from typing import Any

from shared.errors import NotAllowed
from shared.ports import Sending


class NotSetUp:
    """Stands for a channel whose settings are missing; `missing` completes "set ..."."""

    def __init__(self, missing: str) -> None:
        self._missing = missing

    def deliver(self, sending: Sending) -> Mapping[str, Any]:
        """Raises NotAllowed."""
        receiver = sending.receiver
        raise NotAllowed(
            f"The receiver {receiver.name} is told over {receiver.channel}, which is not set up; "
            f"set {self._missing}."
        )
