"""One client's AMQP connection: Proton's engine fed by asyncio, and the links on it."""

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from proton import (
    Collector,
    Connection,
    Delivery,
    Event,
    Link,
    Message,
    Terminus,
    Transport,
    symbol,
)

from tests.integration.service_bus.broker.links import (
    Consumer,
    Producer,
    Replies,
    Requests,
    condition,
    status,
)
from tests.integration.service_bus.broker.management import changed, manage
from tests.integration.service_bus.broker.settings import (
    NOT_ALLOWED,
    TIMEOUT,
    UNAUTHORIZED,
    BrokerFault,
)
from tests.integration.service_bus.broker.waiting import SessionWish, grant, session_wish

if TYPE_CHECKING:
    from tests.integration.service_bus.broker.server import Broker

TOKENS = "$cbs"
MANAGEMENT = "/$management"
Role = Producer | Consumer | Replies | Requests


class Endpoint(asyncio.Protocol):
    """Reads what a client does with its links and does it on the broker's entities."""

    def __init__(self, broker: "Broker") -> None:
        self._broker = broker
        self._collector = Collector()
        self._connection = Connection()
        self._connection.collect(self._collector)
        self._engine = Transport(Transport.SERVER)
        self._engine.sasl().allowed_mechs("ANONYMOUS")
        self._engine.require_auth(False)
        self._engine.bind(self._connection)
        self._roles: dict[tuple[str, bool], Role] = {}
        self._replies: dict[str, Replies] = {}
        self._wishes: list[SessionWish] = []
        self._socket: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        assert isinstance(transport, asyncio.Transport)
        self._socket = transport
        self._broker.endpoints.add(self)

    def connection_lost(self, _: Exception | None) -> None:
        """A client is gone; what it held is free as far as Service Bus frees it."""
        self._broker.endpoints.discard(self)
        queues = [role.queue for role in self._roles.values() if isinstance(role, Consumer)]
        for role in self._roles.values():
            role.close()
        self._roles.clear()
        self._wishes.clear()
        self._broker.look_again(queues)

    def data_received(self, data: bytes) -> None:
        """Feed the engine, act on its events, send what it has to say."""
        while data:
            capacity = self._engine.capacity()
            if capacity <= 0:
                self.drop()
                return
            self._engine.push(data[:capacity])
            data = data[capacity:]
            self._act()
        self._flush()

    def drop(self) -> None:
        """Cut the connection without a word."""
        if self._socket is not None:
            self._socket.abort()

    def pump(self) -> None:
        """Look again for messages and sessions this client waits for."""
        for wish in list(self._wishes):
            self._try(wish)
        for role in list(self._roles.values()):
            if isinstance(role, Consumer):
                role.pump()
        self._engine.tick(asyncio.get_running_loop().time())
        self._act()
        self._flush()

    def _act(self) -> None:
        while (event := self._collector.peek()) is not None:
            handler = _HANDLERS.get(event.type)
            if handler is not None:
                handler(self, event)
            self._collector.pop()

    def _flush(self) -> None:
        while (pending := self._engine.pending()) > 0:
            written = bytes(self._engine.peek(pending) or b"")
            if self._socket is not None:
                self._socket.write(written)
            self._engine.pop(len(written))
        if pending < 0 and self._socket is not None:
            self._socket.close()

    def _open_connection(self, event: Event) -> None:
        event.connection.container = "broker"
        event.connection.open()

    def _open_link(self, event: Event) -> None:
        link = event.link
        link.snd_settle_mode = link.remote_snd_settle_mode
        link.rcv_settle_mode = link.remote_rcv_settle_mode
        link.source.copy(link.remote_source)
        link.target.copy(link.remote_target)
        try:
            self._roles_of(link)
        except BrokerFault as fault:
            self._refuse(link, fault)

    def _roles_of(self, link: Link) -> None:
        path = _path(link.remote_source.address if link.is_sender else link.remote_target.address)
        asks = path == TOKENS or path.lower().endswith(MANAGEMENT)
        if not asks and self._broker.faults.without_role:
            raise BrokerFault(UNAUTHORIZED, "Unauthorized access. A claim is required.")
        if link.is_sender and asks:
            self._replies[path.lower()] = Replies(link)
            self._add(link, self._replies[path.lower()])
        elif link.is_sender:
            self._receive_from(link, path)
        elif asks:
            link.open()
            self._add(link, Requests(link, lambda request: self._ask(path, request)), opened=True)
        else:
            target = self._broker.namespace.target(path)
            link.max_message_size = self._broker.most_bytes
            self._add(link, Producer(link, target, self._broker.faults.next_refusal))

    def _add(self, link: Link, role: Role, *, opened: bool = False) -> None:
        self._roles[link.name, link.is_sender] = role
        if not opened:
            link.open()

    def _refuse(self, link: Link, fault: BrokerFault) -> None:
        link.source.type = link.target.type = Terminus.UNSPECIFIED
        link.open()
        link.condition = condition(fault)
        link.close()

    def _receive_from(self, link: Link, path: str) -> None:
        queue = self._broker.namespace.source(path)
        wish = session_wish(link, queue)
        if wish is None:
            if queue.settings.sessions:
                raise BrokerFault(
                    NOT_ALLOWED,
                    "It is not possible for an entity that requires sessions to create a "
                    "non-sessionful message receiver.",
                )
            self._add(link, Consumer(link, queue))
        else:
            self._wishes.append(wish)
            patience = min(wish.patience, self._broker.patience)
            asyncio.get_running_loop().call_later(patience, self._give_up, wish)
            self._try(wish)

    def _try(self, wish: SessionWish) -> None:
        try:
            consumer = grant(wish)
        except BrokerFault as fault:
            self._wishes.remove(wish)
            self._refuse(wish.link, fault)
            return
        if consumer is not None:
            self._wishes.remove(wish)
            self._add(wish.link, consumer)

    def _give_up(self, wish: SessionWish) -> None:
        if wish in self._wishes:
            self._wishes.remove(wish)
            sentence = "The operation did not complete within the allotted timeout."
            self._refuse(wish.link, BrokerFault(TIMEOUT, sentence))
            self._flush()

    def _close_link(self, event: Event) -> None:
        link = event.link
        self._wishes = [wish for wish in self._wishes if wish.link != link]
        role = self._roles.pop((link.name, link.is_sender), None)
        if role is not None:
            role.close()
        link.close()
        if isinstance(role, Consumer):
            self._broker.look_again([role.queue])

    def _flow(self, event: Event) -> None:
        role = self._roles.get((event.link.name, event.link.is_sender))
        if isinstance(role, Consumer | Replies):
            role.pump()

    def _delivery(self, event: Event) -> None:
        delivery, link = event.delivery, event.link
        role = self._roles.get((link.name, link.is_sender))
        if isinstance(role, Consumer):
            if delivery.updated:
                role.settle(delivery)
                self._broker.look_again([role.queue])
        elif isinstance(role, Producer | Requests):
            self._take(role, link, delivery)

    def _take(self, role: Producer | Requests, link: Link, delivery: Delivery) -> None:
        if not delivery.readable or delivery.partial:
            return
        encoded = bytes(link.recv(delivery.pending) or b"")
        link.advance()
        role.receive(delivery, encoded)
        if isinstance(role, Producer):
            target = role.target
            self._broker.look_again(
                list(target.queues.values()) if hasattr(target, "queues") else [target]
            )

    def _ask(self, path: str, request: Message) -> None:
        properties: dict[str, Any] = dict(request.properties or {})
        replies = self._replies.get(path.lower())
        if replies is None:
            return
        if path == TOKENS:
            code, sentence = self._broker.admit(_path(properties["name"]), str(request.body))
            said = {"status-code": status(code), "status-description": sentence}
            replies.answer(request, said, None)
            return
        entity = path[: -len(MANAGEMENT)]
        reply = manage(self._broker.namespace, entity, properties["operation"], request.body or {})
        said = {"statusCode": status(reply.status), "statusDescription": reply.description}
        if reply.condition is not None:
            said["errorCondition"] = symbol(reply.condition)
        replies.answer(request, said, dict(reply.body))
        self._broker.look_again(changed(self._broker.namespace, entity))

    def _close_session(self, event: Event) -> None:
        event.session.close()

    def _close_connection(self, event: Event) -> None:
        event.connection.close()

    def _open_session(self, event: Event) -> None:
        event.session.open()


_HANDLERS = {
    Event.CONNECTION_REMOTE_OPEN: Endpoint._open_connection,
    Event.SESSION_REMOTE_OPEN: Endpoint._open_session,
    Event.LINK_REMOTE_OPEN: Endpoint._open_link,
    Event.LINK_FLOW: Endpoint._flow,
    Event.DELIVERY: Endpoint._delivery,
    Event.LINK_REMOTE_DETACH: Endpoint._close_link,
    Event.LINK_REMOTE_CLOSE: Endpoint._close_link,
    Event.SESSION_REMOTE_CLOSE: Endpoint._close_session,
    Event.CONNECTION_REMOTE_CLOSE: Endpoint._close_connection,
}


def _path(address: str | None) -> str:
    """The entity's path in an address that may be a whole URI."""
    text = address or ""
    return urlsplit(text).path.lstrip("/") if "://" in text else text
