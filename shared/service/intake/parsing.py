"""Splits a payload into envelopes and reads each; one bad envelope never stops the next."""

import json
import math
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from shared.domain.canonical import canonical_json
from shared.domain.event import Event
from shared.domain.people import intent
from shared.errors import MalformedPayload, Refused
from shared.service.intake.envelopes import read_envelope
from shared.service.intake.own import INTENTS
from shared.service.intake.privacy import without_personal_data
from shared.service.intake.resources import refuse_elsewhere

MOST_BYTES = 1_048_576
MOST_DEPTH = 64
MOST_EVENT = 229_376
"""What is kept of an envelope travels in a message, which has 262 144 bytes with its headers."""

_OURS = "driftgate/"
_HANDSHAKE = "Microsoft.EventGrid.SubscriptionValidationEvent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """One envelope: `event` or `refusal`, and the `body` to archive under `key`.

    The body is the envelope without personal data, or the bytes as they came when they are
    no JSON.
    """

    key: str
    body: bytes
    event: Event | None = None
    refusal: str | None = None


def parse(
    payload: bytes,
    *,
    names: bool = True,
    workspace: str | None = None,
    ours: bool = False,
    via: str | None = None,
) -> list[Parsed]:
    """Read every envelope of a payload: an object, or an array of objects.

    Never raises for what is in the payload: what cannot be read is an entry with a refusal.
    With `names` it is kept who changed an endpoint, as far as the event tells. A resource event of
    another workspace than that of the resource id `workspace` is refused: they share a source.
    `ours` says that Driftgate itself sends it, `via` by which way it came in: what came by a hook
    is of its sender, or refused.
    """
    try:
        value = _load(payload)
    except MalformedPayload as refusal:
        return [Parsed(key=sha256(payload).hexdigest(), body=payload, refusal=str(refusal))]
    envelopes = value if isinstance(value, list) else [value]
    if not envelopes:
        sentence = "The payload is an empty array; send at least one event."
        return [Parsed(key=sha256(payload).hexdigest(), body=payload, refusal=sentence)]
    return [
        _parse_one(envelope, names=names, workspace=workspace, ours=ours, via=via)
        for envelope in envelopes
    ]


def handshake(payload: bytes) -> dict[str, str] | None:
    """The answer Event Grid wants from a web hook when it validates a subscription, else None."""
    try:
        value = _load(payload)
    except MalformedPayload:
        return None
    first = value[0] if isinstance(value, list) and value else value
    if not isinstance(first, dict) or first.get("eventType") != _HANDSHAKE:
        return None
    data = first.get("data")
    code = data.get("validationCode") if isinstance(data, dict) else None
    return {"validationResponse": code} if isinstance(code, str) else None


def _load(payload: bytes) -> Any:
    if len(payload) > MOST_BYTES:
        raise MalformedPayload(
            f"The payload has {len(payload)} bytes, over the limit of {MOST_BYTES}; "
            "send fewer events at once."
        )
    if not payload.strip():
        raise MalformedPayload("The payload is empty; send a JSON object or array.")
    try:
        value = json.loads(
            payload.decode("utf-8-sig"), parse_constant=_no_constant, parse_float=_finite
        )
    except UnicodeDecodeError as problem:
        raise MalformedPayload("The payload is not UTF-8; send JSON in UTF-8.") from problem
    except RecursionError as problem:
        raise MalformedPayload("The payload is nested too deeply to be an event.") from problem
    except json.JSONDecodeError as problem:
        raise MalformedPayload(
            f"The payload is not JSON: {problem.msg} at line {problem.lineno}, "
            f"column {problem.colno}."
        ) from problem
    except ValueError as problem:
        raise MalformedPayload(f"The payload is not JSON: {problem}.") from problem
    if depth_of(value, MOST_DEPTH) > MOST_DEPTH:
        raise MalformedPayload(
            f"The payload is nested too deeply to be an event: over {MOST_DEPTH} levels."
        )
    return value


def depth_of(value: object, most: int) -> int:
    """How many levels a value has, without a stack of calls; it is not counted beyond `most` + 1.

    >>> depth_of({"a": [1, {}]}, 9), depth_of([[[[]]]], 2), depth_of(7, 9)
    (3, 3, 0)
    """
    level = 0
    here: list[Any] = [value]
    while level <= most and (here := [one for one in here if isinstance(one, dict | list)]):
        level += 1
        here = [part for one in here for part in (one.values() if isinstance(one, dict) else one)]
    return level


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large for a number")
    return number


def _parse_one(
    envelope: object, *, names: bool, workspace: str | None, ours: bool, via: str | None
) -> Parsed:
    try:
        clean = without_personal_data(envelope, names=names)
        body = canonical_json(clean)
    except (RecursionError, ValueError, UnicodeEncodeError):
        body = json.dumps(str(envelope)[:1000]).encode()
        return Parsed(
            key=sha256(body).hexdigest(),
            body=body,
            refusal="The envelope is nested too deeply or holds text that is not Unicode.",
        )
    try:
        event = read_envelope(clean, ours=ours, via=via)
        if not ours:
            _refuse_our_name(event)
        if workspace is not None:
            refuse_elsewhere(event, workspace)
        if len(body) > MOST_EVENT:
            _refuse_too_large(event)
    except Refused as refusal:
        return Parsed(key=sha256(body).hexdigest(), body=body, refusal=str(refusal))
    return Parsed(key=event.key, body=body, event=event)


def _refuse_too_large(event: Event) -> None:
    size = len(canonical_json(event.to_cloud_event()))
    if size > MOST_EVENT:
        raise MalformedPayload(
            f"The event has {size} bytes, over the limit of {MOST_EVENT}; send fewer tags and "
            "properties."
        )


def _refuse_our_name(event: Event) -> None:
    """Who used our source and one of our ids would have our own event taken for a repeat.

    What people mean to do is taken from anywhere, and what is kept of it may be told again.
    """
    if event.source == intent.SOURCE and event.type in INTENTS:
        return
    if event.source.strip().casefold().startswith(_OURS):
        raise MalformedPayload(
            f"The source is {event.source[:80]!r}, which is Driftgate's own; name yourself."
        )
