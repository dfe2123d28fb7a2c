"""The channels of a play: they keep what people would read, or fail as the scenario says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.notices import Notice
from shared.errors import DriftgateError
from shared.ports import Sending


@dataclass(kw_only=True)
class Switchboard:
    """Every channel at once: `failing` holds by receiver what its next deliveries raise."""

    now: Callable[[], datetime]
    failing: dict[str, list[Callable[[], DriftgateError]]] = field(default_factory=dict)
    told: list[tuple[datetime, Notice]] = field(default_factory=list)
    tries: int = 0

    def deliver(self, sending: Sending) -> Mapping[str, Any]:
        """Keep it as told. Raises what the scenario says of its receiver."""
        self.tries += 1
        for fault in self.failing.get(sending.receiver.name, ())[-1:]:
            raise fault()
        self.told.append((self.now(), sending.notice))
        return {"number": len(self.told)}

    def take(self) -> list[tuple[datetime, Notice]]:
        """What was told since the last time."""
        taken, self.told = self.told, []
        return taken
