"""The state of one queue or subscription: locks, repeats, schedules and dead letters, no AMQP."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from shared.ports import Clock
from tests.integration.service_bus.broker.repeats import Repeats
from tests.integration.service_bus.broker.sessions import Sessions
from tests.integration.service_bus.broker.settings import (
    MESSAGE_LOCK_LOST,
    MESSAGE_NOT_FOUND,
    NOT_ALLOWED,
    BrokerFault,
    QueueSettings,
)
from tests.integration.service_bus.broker.stored import Envelope, State, Stored


class Queue:
    """Keeps messages by sequence number; whatever time has changed is done before each answer.

    `dead_letters` is a queue of its own, without sessions; None for a queue of dead letters.
    """

    def __init__(
        self, path: str, settings: QueueSettings, clock: Clock, *, holds_dead: bool = False
    ) -> None:
        self.path = path
        self.settings = settings
        self.sessions = Sessions(settings.lock, clock)
        self.dead_letters: Queue | None = None
        if not holds_dead:
            kept = QueueSettings(lock=settings.lock, most_deliveries=10**9)
            self.dead_letters = Queue(f"{path}/$DeadLetterQueue", kept, clock, holds_dead=True)
        self._clock = clock
        self._number = 0
        self._messages: dict[int, Stored] = {}
        self._tokens: dict[uuid.UUID, Stored] = {}
        self._repeats = Repeats(settings.duplicate_window)
        self._next_change = datetime.max.replace(tzinfo=UTC)

    def put(self, envelope: Envelope) -> int | None:
        """Keep a message; returns its sequence number, None for a repeat that is dropped."""
        now = self._settle_time()
        if self.settings.sessions and not envelope.session:
            raise BrokerFault(
                NOT_ALLOWED, f"The queue {self.path} takes only messages of a session."
            )
        if self._repeats.is_repeat(envelope.id, now):
            return None
        later = envelope.scheduled is not None and envelope.scheduled > now
        return self._keep(
            Stored(
                number=0,
                envelope=envelope,
                enqueued=now,
                state=State.SCHEDULED if later else State.ACTIVE,
                expires=None if envelope.time_to_live is None else now + envelope.time_to_live,
            )
        )

    def _keep(self, stored: Stored) -> int:
        self._number += 1
        stored.number = self._number
        self._messages[self._number] = stored
        self._watch(stored.expires)
        if stored.state is State.SCHEDULED:
            self._watch(stored.envelope.scheduled)
        return self._number

    def _lock(self, stored: Stored, until: datetime) -> Stored:
        stored.token, stored.locked_until = uuid.uuid4(), until
        self._tokens[stored.token] = stored
        self._watch(until)
        return stored

    def _unlock(self, stored: Stored) -> None:
        if stored.token is not None:
            self._tokens.pop(stored.token, None)
        stored.token = stored.locked_until = None

    def _watch(self, moment: datetime | None) -> None:
        """Nothing changes by itself before the earliest of these moments."""
        if moment is not None:
            self._next_change = min(self._next_change, moment)

    def take(self, session: str | None = None) -> Stored | None:
        """Lock the next message, of this session when the queue has sessions."""
        now = self._settle_time()
        for stored in self._messages.values():
            free = stored.state is State.ACTIVE and stored.token is None
            if free and (not self.settings.sessions or stored.envelope.session == session):
                held = self.sessions.locked_until(session) if self.settings.sessions else None
                return self._lock(stored, held or now + self.settings.lock)
        return None

    def take_by_number(self, numbers: Iterable[int]) -> list[Stored]:
        """Lock messages that were deferred, by their sequence numbers."""
        now = self._settle_time()
        found = [self._messages.get(number) for number in numbers]
        taken = [stored for stored in found if stored and stored.state is State.DEFERRED]
        if len(taken) < len(found):
            raise BrokerFault(MESSAGE_NOT_FOUND, "Not every message is there and deferred.")
        return [self._lock(stored, now + self.settings.lock) for stored in taken]

    def free_session(self) -> str | None:
        """The session of the oldest message that can be taken and whose session nobody holds."""
        self._settle_time()
        for stored in self._messages.values():
            session = stored.envelope.session
            free = stored.state is State.ACTIVE and stored.token is None
            if free and session is not None and not self.sessions.is_held(session):
                return session
        return None

    def release_session(self, session: str, holder: object) -> None:
        """Its receiver is gone: what it had not settled comes again, at no charge."""
        self._settle_time()
        if not self.sessions.release(session, holder):
            return
        for stored in self._messages.values():
            if stored.envelope.session == session:
                self._unlock(stored)

    def complete(self, token: uuid.UUID) -> None:
        """Remove a locked message."""
        self._remove(self._held(token))

    def release(self, token: uuid.UUID) -> None:
        """Give a message back that was never handed to anybody: no failure is counted."""
        self._unlock(self._held(token))

    def abandon(self, token: uuid.UUID) -> None:
        """Give a message back; after the last try it goes to the dead letters."""
        self._failed(self._held(token))

    def defer(self, token: uuid.UUID) -> None:
        """Keep a message aside, to be had by its sequence number only."""
        stored = self._held(token)
        self._unlock(stored)
        stored.state = State.DEFERRED

    def dead_letter(self, token: uuid.UUID, reason: str, sentence: str) -> None:
        """Put a message aside with why."""
        self._bury(self._held(token), reason, sentence)

    def renew(self, token: uuid.UUID) -> datetime:
        """Lock a message anew; returns until when."""
        stored = self._held(token)
        until = stored.locked_until = self._clock() + self.settings.lock
        return until

    def _held(self, token: uuid.UUID) -> Stored:
        self._settle_time()
        stored = self._tokens.get(token)
        if stored is None:
            raise BrokerFault(MESSAGE_LOCK_LOST, "The lock supplied is invalid: it ran out.")
        return stored

    def _remove(self, stored: Stored) -> None:
        self._unlock(stored)
        self._messages.pop(stored.number, None)

    def cancel(self, numbers: Iterable[int]) -> None:
        """Forget scheduled messages, all or none."""
        self._settle_time()
        asked = list(numbers)
        for number in asked:
            stored = self._messages.get(number)
            if stored is None or stored.state is not State.SCHEDULED:
                raise BrokerFault(MESSAGE_NOT_FOUND, f"No message is scheduled as {number}.")
        for number in asked:
            del self._messages[number]

    def peek(self, start: int, most: int, session: str | None = None) -> Sequence[Stored]:
        """Messages from a sequence number on, in whatever state, without locking them."""
        self._settle_time()
        seen = [
            stored
            for number, stored in self._messages.items()
            if number >= start and session in {None, stored.envelope.session}
        ]
        return seen[:most]

    def __len__(self) -> int:
        self._settle_time()
        return len(self._messages)

    def session_names(self) -> list[str]:
        """Sessions that have messages or a state, sorted."""
        held = {stored.envelope.session for stored in self._messages.values()}
        return sorted({name for name in held if name} | set(self.sessions.states))

    def _settle_time(self) -> datetime:
        now = self._clock()
        lapsed = self.sessions.lapse()
        if lapsed or now >= self._next_change:
            self._next_change = datetime.max.replace(tzinfo=UTC)
            for stored in list(self._messages.values()):
                self._settle_one(stored, now, lapsed)
        return now

    def _settle_one(self, stored: Stored, now: datetime, lapsed: set[str]) -> None:
        scheduled = stored.envelope.scheduled
        if stored.state is State.SCHEDULED and scheduled is not None:
            if scheduled > now:
                self._watch(scheduled)
                return
            self._messages.pop(stored.number)
            stored.state, stored.enqueued = State.ACTIVE, now
            self._keep(stored)
        if self._is_lapsed(stored, now, lapsed):
            self._failed(stored)
        else:
            self._watch(stored.locked_until)
        if stored.number not in self._messages:
            return
        if stored.token is None and stored.expires is not None and stored.expires <= now:
            self._expire(stored)
        else:
            self._watch(stored.expires)

    def _is_lapsed(self, stored: Stored, now: datetime, lapsed: set[str]) -> bool:
        if stored.token is None or stored.locked_until is None:
            return False
        if self.settings.sessions and stored.state is State.ACTIVE:
            return stored.envelope.session in lapsed
        return stored.locked_until <= now

    def _failed(self, stored: Stored) -> None:
        self._unlock(stored)
        stored.failures += 1
        if stored.failures >= self.settings.most_deliveries:
            self._bury(
                stored,
                "MaxDeliveryCountExceeded",
                f"Message could not be consumed after {stored.failures} delivery attempts.",
            )

    def _expire(self, stored: Stored) -> None:
        if self.settings.dead_letter_expired and self.dead_letters is not None:
            self._bury(stored, "TTLExpiredException", "The message expired and was dead lettered.")
        else:
            self._remove(stored)

    def _bury(self, stored: Stored, reason: str, sentence: str) -> None:
        self._remove(stored)
        if self.dead_letters is not None:
            why = {"DeadLetterReason": reason, "DeadLetterErrorDescription": sentence}
            self.dead_letters._keep(
                Stored(number=0, envelope=stored.envelope, enqueued=stored.enqueued, buried=why)
            )
