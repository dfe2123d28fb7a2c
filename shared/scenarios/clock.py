"""The clock of scenarios and of the demo."""

from datetime import datetime, timedelta


class SimulatedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The simulated instant."""
        return self.now

    def move_to(self, time: datetime) -> timedelta:
        """Go on to a later time; returns how far."""
        moved = max(time - self.now, timedelta())
        self.now += moved
        return moved
