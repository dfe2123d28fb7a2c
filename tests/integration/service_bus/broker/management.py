"""The operations of an entity's node `$management`: what a map asks and what a map answers."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proton import UNDESCRIBED, Array, Data, timestamp

from tests.integration.service_bus.broker.namespace import Namespace
from tests.integration.service_bus.broker.queue import Queue
from tests.integration.service_bus.broker.settings import (
    MESSAGE_LOCK_LOST,
    SESSION_LOCK_LOST,
    BrokerFault,
)
from tests.integration.service_bus.broker.wire import milliseconds, read_message, write_message

PREFIX = "com.microsoft:"
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The status of an operation, as HTTP counts, and the body of its answer."""

    status: int
    description: str
    body: Mapping[str, Any]
    condition: str | None = None


_OK = Reply(status=200, description="OK", body={})
_NOTHING = Reply(status=204, description="No content", body={})
_GONE = {MESSAGE_LOCK_LOST, SESSION_LOCK_LOST}


def manage(namespace: Namespace, path: str, operation: str, body: Body) -> Reply:
    """Do one operation on the entity at this path; a refusal becomes a reply with its condition."""
    handler = _OPERATIONS.get(operation.removeprefix(PREFIX))
    if handler is None:
        return Reply(status=501, description=f"{operation} is not implemented.", body={})
    try:
        return handler(namespace, path, body)
    except BrokerFault as fault:
        status = 410 if fault.condition in _GONE else 404
        return Reply(status=status, description=fault.sentence, body={}, condition=fault.condition)


def _schedule(namespace: Namespace, path: str, body: Body) -> Reply:
    target = namespace.target(path)
    numbers = [target.put(read_message(bytes(item["message"]))) or 0 for item in body["messages"]]
    return _answer({"sequence-numbers": _array(Data.LONG, numbers)})


def _cancel(namespace: Namespace, path: str, body: Body) -> Reply:
    namespace.source(path).cancel(_items(body["sequence-numbers"]))
    return _OK


def _peek(namespace: Namespace, path: str, body: Body) -> Reply:
    seen = namespace.source(path).peek(
        int(body["from-sequence-number"]), int(body["message-count"]), body.get("session-id")
    )
    if not seen:
        return _NOTHING
    return _answer({"messages": [{"message": write_message(stored)} for stored in seen]})


def _receive_by_number(namespace: Namespace, path: str, body: Body) -> Reply:
    queue = namespace.source(path)
    taken = queue.take_by_number(_items(body["sequence-numbers"]))
    messages = [{"lock-token": stored.token, "message": write_message(stored)} for stored in taken]
    if int(body["receiver-settle-mode"]) == 0:
        for stored in taken:
            if stored.token is not None:
                queue.complete(stored.token)
    return _answer({"messages": messages})


def _renew(namespace: Namespace, path: str, body: Body) -> Reply:
    queue = namespace.source(path)
    untils = [queue.renew(token) for token in _items(body["lock-tokens"])]
    times = [timestamp(milliseconds(until)) for until in untils]
    return _answer({"expirations": _array(Data.TIMESTAMP, times)})


def _settle(namespace: Namespace, path: str, body: Body) -> Reply:
    queue = namespace.source(path)
    if body.get("session-id"):
        queue.sessions.check(body["session-id"])
    for token in _items(body["lock-tokens"]):
        match body["disposition-status"]:
            case "completed":
                queue.complete(token)
            case "abandoned":
                queue.abandon(token)
            case "defered":
                queue.defer(token)
            case "suspended":
                reason = body.get("deadletter-reason") or ""
                queue.dead_letter(token, reason, body.get("deadletter-description") or "")
    return _OK


def _renew_session(namespace: Namespace, path: str, body: Body) -> Reply:
    until = namespace.source(path).sessions.renew(body["session-id"])
    return _answer({"expiration": timestamp(milliseconds(until))})


def _get_state(namespace: Namespace, path: str, body: Body) -> Reply:
    sessions = namespace.source(path).sessions
    sessions.check(body["session-id"])
    return _answer({"session-state": sessions.states.get(body["session-id"])})


def _set_state(namespace: Namespace, path: str, body: Body) -> Reply:
    sessions = namespace.source(path).sessions
    sessions.check(body["session-id"])
    state = body.get("session-state")
    if state is None:
        sessions.states.pop(body["session-id"], None)
    else:
        sessions.states[body["session-id"]] = bytes(state)
    return _OK


def _list_sessions(namespace: Namespace, path: str, body: Body) -> Reply:
    names = namespace.source(path).session_names()[int(body["skip"]) :][: int(body["top"])]
    return _answer({"sessions-ids": names}) if names else _NOTHING


_OPERATIONS: Mapping[str, Callable[[Namespace, str, Body], Reply]] = {
    "schedule-message": _schedule,
    "cancel-scheduled-message": _cancel,
    "peek-message": _peek,
    "receive-by-sequence-number": _receive_by_number,
    "renew-lock": _renew,
    "update-disposition": _settle,
    "renew-session-lock": _renew_session,
    "get-session-state": _get_state,
    "set-session-state": _set_state,
    "get-message-sessions": _list_sessions,
}


def _answer(body: Mapping[str, Any]) -> Reply:
    return Reply(status=200, description="OK", body=body)


def _array(kind: int, values: Sequence[Any]) -> Array:
    return Array(UNDESCRIBED, kind, *values)


def _items(value: Any) -> list[Any]:
    """The elements of an AMQP array or list."""
    items = value.elements if isinstance(value, Array) else value
    return [uuid.UUID(str(item)) if isinstance(item, uuid.UUID) else item for item in items]


def changed(namespace: Namespace, path: str) -> list[Queue]:
    """The queues whose receivers should look again after an operation on this path."""
    try:
        target = namespace.target(path)
    except BrokerFault:
        return [namespace.source(path)]
    return [target] if isinstance(target, Queue) else list(target.queues.values())
