"""Which sessions of a queue are held, by whom, until when, and the state kept with each."""

from datetime import datetime, timedelta

from shared.ports import Clock
from tests.integration.service_bus.broker.settings import (
    SESSION_CANNOT_BE_LOCKED,
    SESSION_LOCK_LOST,
    BrokerFault,
)


class Sessions:
    """Locks by session id; a lock that ran out is found by `lapse`, which names it once."""

    def __init__(self, lock: timedelta, clock: Clock) -> None:
        self.states: dict[str, bytes] = {}
        self._lock = lock
        self._clock = clock
        self._until: dict[str, datetime] = {}
        self._holders: dict[str, object] = {}

    def accept(self, session: str, holder: object) -> datetime:
        """Hold it; returns until when."""
        if self.is_held(session):
            raise BrokerFault(
                SESSION_CANNOT_BE_LOCKED, f"The session {session} is held by another receiver."
            )
        self._holders[session] = holder
        self._until[session] = self._clock() + self._lock
        return self._until[session]

    def renew(self, session: str) -> datetime:
        """Hold it longer; returns until when."""
        self.check(session)
        self._until[session] = self._clock() + self._lock
        return self._until[session]

    def check(self, session: str, holder: object | None = None) -> None:
        """Refuse what comes after the session's lock ran out, or from who does not hold it."""
        mine = holder is None or self._holders.get(session) is holder
        if not mine or not self.is_held(session):
            raise BrokerFault(SESSION_LOCK_LOST, f"The lock on the session {session} is lost.")

    def is_held(self, session: str) -> bool:
        """Whether a receiver holds it now."""
        return session in self._until and self._until[session] > self._clock()

    def locked_until(self, session: str | None) -> datetime | None:
        """Until when it is held, None when nobody holds it."""
        return self._until.get(session or "")

    def release(self, session: str, holder: object) -> bool:
        """Nobody holds it any longer; False when this holder had lost it before."""
        if self._holders.get(session) is not holder:
            return False
        self._forget(session)
        return True

    def lapse(self) -> set[str]:
        """Drop the locks that ran out; returns their sessions."""
        now = self._clock()
        lapsed = {session for session, until in self._until.items() if until <= now}
        for session in lapsed:
            self._forget(session)
        return lapsed

    def _forget(self, session: str) -> None:
        del self._until[session], self._holders[session]
