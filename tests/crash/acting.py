"""Notes what Driftgate asks of the world, before and after each request, under the order's name."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.errors import DriftgateError
from shared.ports import NO_PAUSE, Adapters, Delivery
from tests.crash.fuse import Fuse, Probed, ProbedByName
from tests.crash.journal import Journal

_BY_NAME = ("workspaces", "models_of", "traffic_of", "channels")
_SEEN = (
    "archive",
    "ledger",
    "evidence",
    "profiles",
    "reports",
    "anchors",
    "notes",
    "policies",
    "workspace",
    "models",
    "traffic",
    "jobs",
    "pipelines",
    "environment_checks",
    "sender",
    "receiver",
)
Failing = Mapping[str, tuple[type[DriftgateError], tuple[Any, ...]]]


def watched(fuse: Fuse, journal: Journal, failing: Failing) -> Callable[[Adapters], Adapters]:
    """What is put around the adapters: the journal closest to the world, the fuse around that."""

    def around(adapters: Adapters) -> Adapters:
        noted: dict[str, Any] = {name: getattr(adapters, name) for name in _SEEN}
        noted["pipelines"] = Acting(adapters.pipelines, journal, {"start": _run})
        noted["jobs"] = Acting(adapters.jobs, journal, {"start": _job})
        noted["traffic"] = Acting(adapters.traffic, journal, {"change": _shares})
        noted["models"] = Acting(adapters.models, journal, {"tag": _tag, "share": _copy})
        noted["environment_checks"] = Acting(
            adapters.environment_checks, journal, {"answer": _answer}
        )
        noted["receiver"] = Settling(adapters.receiver, journal)
        seen = {name: Probed(name, port, fuse) for name, port in noted.items()}
        people = {
            kind: Telling(channel, journal, failing) for kind, channel in adapters.channels.items()
        }
        by_name = {name: getattr(adapters, name) for name in _BY_NAME} | {"channels": people}
        return replace(
            adapters,
            **seen,
            **{name: ProbedByName(name, ports, fuse) for name, ports in by_name.items()},
        )

    return around


class Acting:
    """A port of whose requests the named ones are noted."""

    def __init__(
        self, port: Any, journal: Journal, named: Mapping[str, Callable[..., tuple[str, str]]]
    ) -> None:
        self._port, self._journal, self._named = port, journal, named

    def __getattr__(self, method: str) -> Any:
        asked = getattr(self._port, method)
        name = self._named.get(method)
        if name is None:
            return asked

        def act(*args: Any, **kwargs: Any) -> Any:
            what, order = name(*args, **kwargs)
            self._journal.note("asked", of=what, order=order)
            answer = asked(*args, **kwargs)
            self._journal.note("done", of=what, order=order)
            return answer

        return act


class Telling:
    """A channel to people: what is posted is noted, and some receivers cannot be reached."""

    def __init__(self, channel: Any, journal: Journal, failing: Failing) -> None:
        self._channel, self._journal, self._failing = channel, journal, failing

    def deliver(self, sending: Any) -> Any:
        facts = {"order": sending.order, "notice": sending.notice.id}
        self._journal.note("asked", of="notice", **facts)
        fault = self._failing.get(sending.receiver.name)
        if fault is not None:
            raise fault[0](*fault[1])
        answer = self._channel.deliver(sending)
        self._journal.note("done", of="notice", **facts)
        return answer


class Settling:
    """A receiver: what it hands out and what is completed is noted by the message's id."""

    def __init__(self, receiver: Any, journal: Journal) -> None:
        self._receiver, self._journal = receiver, journal

    def receive(self, queue: str) -> Delivery | None:
        delivery: Delivery | None = self._receiver.receive(queue)
        if delivery is not None:
            self._journal.note("received", queue=queue, id=delivery.message.id)
        return delivery

    def receive_some(self, queue: str, most: int) -> list[Delivery]:
        deliveries: list[Delivery] = self._receiver.receive_some(queue, most)
        for delivery in deliveries:
            self._journal.note("received", queue=queue, id=delivery.message.id)
        return deliveries

    def complete_all(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            self._journal.note("handled", queue=delivery.message.queue, id=delivery.message.id)
        self._receiver.complete_all(deliveries)

    def release(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            facts = {"queue": delivery.message.queue, "id": delivery.message.id}
            self._journal.note("given back", reason="It was not begun with.", **facts)
        self._receiver.release(deliveries)

    def complete(self, delivery: Delivery) -> None:
        self._journal.note("handled", queue=delivery.message.queue, id=delivery.message.id)
        self._receiver.complete(delivery)

    def abandon(self, delivery: Delivery, reason: str, pause: timedelta = NO_PAUSE) -> None:
        facts = {"queue": delivery.message.queue, "id": delivery.message.id}
        self._journal.note("given back", reason=reason, **facts)
        self._receiver.abandon(delivery, reason, pause)

    def dead_letter(self, delivery: Delivery, reason: str, sentence: str) -> None:
        facts = {"queue": delivery.message.queue, "id": delivery.message.id}
        self._journal.note("put aside", reason=reason, sentence=sentence, **facts)
        self._receiver.dead_letter(delivery, reason, sentence)


def _run(order: Any) -> tuple[str, str]:
    return "run", f"{order.pipeline} {order.correlation}"


def _job(training: Any) -> tuple[str, str]:
    return "job", training.name


def _shares(endpoint: str, **shares: Any) -> tuple[str, str]:
    return "shares", f"{endpoint} {shares['traffic']} {shares['mirror']}"


def _tag(name: str, version: str, tags: Mapping[str, str]) -> tuple[str, str]:
    return "tag", f"{name}:{version} {sorted(tags.items())}"


def _copy(name: str, version: str, registry: str) -> tuple[str, str]:
    return "copy", f"{name}:{version} {registry}"


def _answer(check: Any, passed: bool, *rest: Any) -> tuple[str, str]:  # noqa: ARG001
    return "answer", f"{check.task} {passed}"
