"""A meter around every port: what each kind of message asks of Azure, and of the processor.

What is being handled is known from what was received and from the first call of each decision,
for several messages may be handled together here, which in Azure are an execution each. So
messages that leave together here are counted as if each decision had sent its own.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from time import thread_time
from typing import Any

from benchmarks.fleet.operations import (
    LIST,
    LISTINGS,
    ONCE,
    POLICIES,
    VARIED,
    WRITE,
    of_commit,
    of_listing,
)
from shared.domain.glance import glance_at
from shared.ports import PUT_AGAIN_WITHIN, Adapters, Clock, Delivery, Message
from shared.service.messages import CHECKS

PORTS = (
    "archive",
    "ledger",
    "evidence",
    "profiles",
    "reports",
    "anchors",
    "policies",
    "workspace",
    "logged_rows",
    "models",
    "traffic",
    "jobs",
    "profiling_jobs",
    "sender",
    "receiver",
    "notes",
    "dead_events",
)
OWN = "the simulation itself"
"""What is no message's and no timer's."""
_OF_A_LOOK = {"verdict", "event", "decided"}


@dataclass(slots=True)
class Spent:
    """What one kind of message or timer came to; `repeated` were decided before they came."""

    executions: int = 0
    repeated: int = 0
    processor: float = 0.0
    decides: bool = False
    asked: Counter[str] = field(default_factory=Counter)


class Meter:
    """Counts by kind; `heard` is told of each message received and of each sending."""

    def __init__(self, clock: Clock, heard: "Heard", *, lists_each_time: bool) -> None:
        self.kinds: dict[str, Spent] = {}
        self.sent: Counter[str] = Counter()
        self.received: Counter[str] = Counter()
        self.outside = 0
        self.subjects = 0
        self._lists_each_time = lists_each_time
        self._clock = clock
        self._heard = heard
        self._now = self.of(OWN)
        self._kind = OWN
        self._since = thread_time()
        self._by_subject: dict[str, str] = {}
        self._pieces: list[bytes] = []
        self._policies: dict[str, Any] = {}
        self._held: dict[str, str] = {}

    def clear(self) -> None:
        """Begin to count; what is known of subjects stays."""
        self.kinds, self.outside = {}, 0
        self.sent.clear()
        self.received.clear()
        self.enter(self._kind)

    def of(self, kind: str) -> Spent:
        """The account of a kind."""
        return self.kinds.setdefault(kind, Spent())

    def enter(self, kind: str) -> None:
        """From now on it is this one that is worked for."""
        now = thread_time()
        self._now.processor += now - self._since
        self._since, self._kind = now, kind
        self._now = self.of(kind)

    @contextmanager
    def timer(self, name: str) -> Iterator[None]:
        """One timer fires within."""
        self.enter(f"timer {name.lower()}")
        self._now.executions += 1
        try:
            yield
        finally:
            self.enter(OWN)

    @contextmanager
    def event(self) -> Iterator[None]:
        """One event comes in from outside within."""
        self.enter("intake")
        self._now.executions += 1
        self.outside += 1
        try:
            yield
        finally:
            self.enter(OWN)

    def around(self, adapters: Adapters) -> Adapters:
        """The same adapters, with the meter around each port."""
        metered: dict[str, Any] = {
            name: Metered(name, getattr(adapters, name), self) for name in PORTS
        }
        return replace(adapters, **metered)

    def count(self, call: str, result: Any, arguments: tuple[Any, ...], named: Any) -> None:
        """One call of a port that is over."""
        if call == "ledger.decision" and result is not None and self._now.decides:
            self._now.repeated += 1
        asked = ONCE.get(call)
        if asked is None:
            port, _, method = call.partition(".")
            if call in VARIED:
                asked = VARIED[call](result, arguments, named)
            elif port == "ledger" and method in LISTINGS:
                asked = of_listing(self.subjects)
            elif call in POLICIES and self._lists_each_time and self._kind.startswith("timer"):
                asked = {LIST: POLICIES[call]}
            else:
                return
        if call == "ledger.unsent" and not self._kind.startswith("timer"):
            return
        self._now.asked.update(asked)

    def before(self, call: str, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> None:
        """A call that says whose turn it is begins."""
        if call == "ledger.decision":
            kind = self._by_subject.get(arguments[0])
            if kind is not None:
                self.enter(kind)
        elif call == "ledger.commit":
            self._commit(**named)
        elif call == "evidence.put":
            self._pieces.append(arguments[0])
        elif call == "sender.send":
            self._sent(arguments[0])

    def received_all(self, deliveries: Sequence[Delivery]) -> None:
        """These messages are handled next, an execution each."""
        self._by_subject = {}
        for delivery in deliveries:
            message = delivery.message
            kind = kind_of(message)
            spent = self.of(kind)
            spent.executions += 1
            spent.decides = message.queue == CHECKS
            self.received[message.queue] += 1
            self._by_subject[message.session] = kind
            self._heard.handles(kind)
        if deliveries:
            self.enter(kind_of(deliveries[0].message))

    def given_back(self, deliveries: Sequence[Delivery]) -> None:
        """Nobody began with these; they are received again."""
        for delivery in deliveries:
            kind = kind_of(delivery.message)
            self.of(kind).executions -= 1
            self.received[delivery.message.queue] -= 1
            self._heard.handles(kind, -1)

    def settled(self) -> None:
        """What was received is over; whoever asks of its subjects now asks for something else."""
        self._by_subject = {}
        self.enter(OWN)

    def _sent(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self.sent[message.queue] += 1
        if self._kind.startswith("timer"):
            self._now.asked.update({"Service Bus send": 1})
            self._heard.asks(self._kind, messages)
        elif self._kind == "intake":
            self._now.asked.update({"Service Bus send": 1})

    def _commit(
        self,
        *,
        subject: str,
        version: int,
        decision: Mapping[str, Any],
        state: Mapping[str, Any],
        messages: Sequence[Message],
        **_: Any,
    ) -> None:
        kind = self._by_subject.get(subject)
        if kind is not None:
            self.enter(kind)
        self.subjects += version == 0
        changes = self._changes(subject, glance_at(decision, state))
        queues = len({message.queue for message in messages})
        self._now.asked.update(of_commit(len(messages), queues, changes_holding=changes))
        for piece in self._pieces:
            self._now.asked[WRITE] += self._writes(piece, decision.get("policy"))
        self._pieces = []

    def _changes(self, subject: str, glance: dict[str, Any]) -> bool:
        """Whether what the subject holds is other than it was; most hold the same."""
        spelled = repr({name: glance[name] for name in glance if name not in _OF_A_LOOK})
        before, self._held[subject] = self._held.get(subject), sys.intern(spelled)
        return before != spelled

    def _writes(self, piece: bytes, policy: str | None) -> int:
        """A policy is put with every decision, and written when it was not within the hour.

        What is there already is tried and then touched.
        """
        name = sha256(piece).hexdigest()
        if name != policy:
            return 1
        now, before = self._clock(), self._policies.get(name)
        if before is not None and now - before < PUT_AGAIN_WITHIN:
            return 0
        self._policies[name] = now
        return 1 if before is None else 2


class Metered:
    """A port that tells the meter of its calls; a method is looked up once."""

    def __init__(self, name: str, port: Any, meter: Meter) -> None:
        self._name, self._port, self._meter = name, port, meter

    def __getattr__(self, method: str) -> Any:
        asked, call, meter = getattr(self._port, method), f"{self._name}.{method}", self._meter
        if not callable(asked):
            return asked
        made = _receiving(asked, method, meter) if self._name == "receiver" else None
        if made is None:
            made = _counting(asked, call, meter)
        setattr(self, method, made)
        return made


def _counting(asked: Callable[..., Any], call: str, meter: Meter) -> Callable[..., Any]:
    def counted(*arguments: Any, **named: Any) -> Any:
        meter.before(call, arguments, named)
        result = None
        try:
            result = asked(*arguments, **named)
        finally:
            meter.count(call, result, arguments, named)
        return result

    return counted


def _receiving(asked: Callable[..., Any], method: str, meter: Meter) -> Callable[..., Any] | None:
    def received(*arguments: Any) -> Any:
        found = asked(*arguments)
        if found:
            meter.received_all([found] if method == "receive" else found)
        return found

    def settled(*arguments: Any) -> Any:
        try:
            return asked(*arguments)
        finally:
            meter.settled()

    def released(deliveries: Sequence[Delivery]) -> Any:
        meter.given_back(deliveries)
        return asked(deliveries)

    if method in {"receive", "receive_some"}:
        return received
    return released if method == "release" else settled


class Heard:
    """Who is told of the messages that are handled and asked for."""

    def handles(self, kind: str, many: int = 1) -> None:
        """A message of a kind begins now."""

    def asks(self, timer: str, messages: Sequence[Message]) -> None:
        """A timer sends these."""


def kind_of(message: Message) -> str:
    """What a message asks for: a check by its name, anything else by its type or action.

    Of checks, those of models and of endpoints are told apart where they share a name.
    """
    data = message.body.get("data")
    plain = data if isinstance(data, dict) else {}
    if message.queue != CHECKS:
        return f"{message.queue} {plain.get('action')}"
    check = plain.get("check")
    if check == "reconcile":
        return f"reconcile {message.session.partition('/')[0]}"
    return str(check or str(message.body["type"]).rpartition(".")[2])
