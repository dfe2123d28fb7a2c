"""The three kinds of link a client opens: to send, to receive, and to ask and be answered."""

from collections import deque
from collections.abc import Callable
from typing import Any

from proton import Condition, Delivery, Link, Message, int32, symbol

from tests.integration.service_bus.broker.namespace import Topic
from tests.integration.service_bus.broker.queue import Queue
from tests.integration.service_bus.broker.settings import (
    SERVER_BUSY,
    TOO_LARGE,
    BrokerFault,
)
from tests.integration.service_bus.broker.wire import read_messages, write_message

CREDIT = 500
_TRACKING = {symbol("com.microsoft:tracking-id"): "broker"}


def condition(fault: BrokerFault) -> Condition:
    """A refusal on the wire. Without details the SDK would fail to read it."""
    return Condition(fault.condition, fault.sentence, dict(_TRACKING))


class Producer:
    """Takes what a client sends to a queue or topic."""

    def __init__(
        self, link: Link, target: Queue | Topic, refusal: Callable[[], BrokerFault | None]
    ) -> None:
        self.target = target
        self._link = link
        self._refusal = refusal
        link.flow(CREDIT)

    def receive(self, delivery: Delivery, encoded: bytes) -> bool:
        """Keep what was sent, or refuse all of it; True when something was kept."""
        try:
            self._keep(encoded)
        except BrokerFault as fault:
            delivery.local.condition = condition(fault)
            delivery.update(Delivery.REJECTED)
        else:
            delivery.update(Delivery.ACCEPTED)
        delivery.settle()
        self._link.flow(max(0, CREDIT - self._link.credit))
        return True

    def _keep(self, encoded: bytes) -> None:
        refusal = self._refusal()
        if refusal is not None:
            raise refusal
        most = self._link.max_message_size
        if len(encoded) > most:
            sentence = f"The message has {len(encoded)} bytes, over the limit of {most}."
            raise BrokerFault(TOO_LARGE, sentence)
        for envelope in read_messages(encoded):
            self.target.put(envelope)

    def close(self) -> None:
        """Nothing is held."""


def busy() -> BrokerFault:
    """What an overloaded namespace answers."""
    return BrokerFault(SERVER_BUSY, "The request was terminated because the entity is throttled.")


class Consumer:
    """Hands the messages of a queue, or of one session of it, to a client and settles them."""

    def __init__(self, link: Link, queue: Queue, *, session: str | None = None) -> None:
        self.queue = queue
        self._link = link
        self._session = session
        self._settled_at_once = link.remote_snd_settle_mode == Link.SND_SETTLED

    def pump(self) -> None:
        """Send while there are credit and messages."""
        if self._session is not None:
            try:
                self.queue.sessions.check(self._session, self)
            except BrokerFault as fault:
                self._detach(fault)
                return
        while self._link.credit > 0:
            stored = self.queue.take(self._session)
            if stored is None or stored.token is None:
                break
            delivery = self._link.delivery(stored.token.bytes_le)
            delivery.token = stored.token
            self._link.stream(write_message(stored))
            self._link.advance()
            if self._settled_at_once:
                delivery.settle()
                self.queue.complete(stored.token)
        if self._link.drain_mode:
            self._link.drained()

    def _detach(self, fault: BrokerFault) -> None:
        if self._link.state & Link.LOCAL_ACTIVE:
            self._link.condition = condition(fault)
            self._link.close()

    def settle(self, delivery: Delivery) -> None:
        """Do what the client decided and echo it, or tell why it cannot be done."""
        token = getattr(delivery, "token", None)
        if token is None or not delivery.remote_state:
            return
        try:
            self._settle(delivery, token)
        except BrokerFault as fault:
            delivery.local.condition = condition(fault)
            delivery.update(Delivery.REJECTED)
        else:
            delivery.local.failed = delivery.remote.failed
            delivery.local.undeliverable = delivery.remote.undeliverable
            delivery.update(delivery.remote_state)
        delivery.settle()

    def _settle(self, delivery: Delivery, token: Any) -> None:
        if self._session is not None:
            self.queue.sessions.check(self._session, self)
        match delivery.remote_state:
            case Delivery.ACCEPTED:
                self.queue.complete(token)
            case Delivery.RELEASED:
                self.queue.release(token)
            case Delivery.REJECTED:
                why = delivery.remote.condition
                info = {str(name): value for name, value in ((why and why.info) or {}).items()}
                reason = info.get("DeadLetterReason") or ""
                self.queue.dead_letter(token, reason, info.get("DeadLetterErrorDescription") or "")
            case _ if delivery.remote.undeliverable:
                self.queue.defer(token)
            case _:
                self.queue.abandon(token)

    def close(self) -> None:
        """Locks of messages stay until they run out; a session is free at once."""
        if self._session is not None:
            self.queue.release_session(self._session, self)


class Replies:
    """Answers on their way back to one client, kept until its link gives credit."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._waiting: deque[bytes] = deque()
        self._count = 0

    def answer(self, request: Message, properties: dict[str, Any], body: object) -> None:
        """Answer a request."""
        reply = Message(body, correlation_id=request.id, properties=properties)
        self._waiting.append(reply.encode())
        self.pump()

    def pump(self) -> None:
        """Send while there is credit."""
        while self._waiting and self._link.credit > 0:
            self._count += 1
            delivery = self._link.delivery(str(self._count))
            self._link.stream(self._waiting.popleft())
            self._link.advance()
            delivery.settle()
        if self._link.drain_mode:
            self._link.drained()

    def close(self) -> None:
        """Nothing is held."""


class Requests:
    """Takes a client's requests and hands them on to be answered."""

    def __init__(self, link: Link, handle: Callable[[Message], None]) -> None:
        self._link = link
        self._handle = handle
        link.flow(CREDIT)

    def receive(self, delivery: Delivery, encoded: bytes) -> bool:
        """Accept a request and have it answered."""
        request = Message()
        request.decode(encoded)
        delivery.update(Delivery.ACCEPTED)
        delivery.settle()
        self._link.flow(max(0, CREDIT - self._link.credit))
        self._handle(request)
        return True

    def close(self) -> None:
        """Nothing is held."""


def status(code: int) -> int32:
    """A status code as the SDK expects it."""
    return int32(code)
