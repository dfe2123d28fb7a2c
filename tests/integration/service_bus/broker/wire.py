"""Messages to and from AMQP's bytes; what need not be read is handed on byte for byte.

Proton's decoder keeps only one data section of a batch and its encoder leaves out header fields
that have their default, so sections are measured and the header is written here.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from proton import Data, Described, symbol, timestamp, ulong
from proton import Message as AmqpMessage

from tests.integration.service_bus.broker.stored import Envelope, State, Stored

HEADER, DELIVERY, ANNOTATIONS, PROPERTIES, APPLICATION, DATA = 0x70, 0x71, 0x72, 0x73, 0x74, 0x75
_WIDTHS = {0x4: 0, 0x5: 1, 0x6: 2, 0x7: 4, 0x8: 8, 0x9: 16}
_STATES = {State.ACTIVE: 0, State.DEFERRED: 1, State.SCHEDULED: 2}


def milliseconds(moment: datetime) -> int:
    """The time as AMQP's timestamp counts it."""
    return int(moment.timestamp() * 1000)


def read_messages(encoded: bytes) -> list[Envelope]:
    """The messages of one transfer: several when each data section holds an encoded message."""
    sections = list(_sections(encoded))
    inner = [_data(content) for code, content in sections if code == DATA]
    batch = inner and all(part[:2] == b"\x00\x53" and part[2] >> 4 == 7 for part in inner)
    if batch:
        return [read_message(part) for part in inner]
    return [read_message(encoded)]


def read_message(encoded: bytes) -> Envelope:
    """One message; header and annotations are read, the rest is kept as it is."""
    sections = tuple(_sections(encoded))
    plain = AmqpMessage()
    plain.decode(b"".join(content for code, content in sections if code <= APPLICATION))
    annotations = {str(name): value for name, value in (plain.annotations or {}).items()}
    scheduled = annotations.get("x-opt-scheduled-enqueue-time")
    return Envelope(
        id=None if plain.id is None else str(plain.id),
        session=plain.group_id or None,
        sections=tuple(section for section in sections if section[0] >= PROPERTIES),
        properties=dict(plain.properties or {}),
        system={
            "label": plain.subject,
            "correlationid": plain.correlation_id,
            "contenttype": plain.content_type or None,
            "to": plain.address,
            "replyto": plain.reply_to,
            "replytosessionid": plain.reply_to_group_id,
        },
        annotations=annotations,
        scheduled=None if scheduled is None else datetime.fromtimestamp(scheduled / 1000, tz=UTC),
        time_to_live=timedelta(seconds=plain.ttl) if plain.ttl else None,
    )


def write_message(stored: Stored) -> bytes:
    """A message as a receiver gets it: header and annotations of now, then what was sent."""
    annotations: dict[str, Any] = {
        **stored.envelope.annotations,
        "x-opt-sequence-number": stored.number,
        "x-opt-enqueued-time": timestamp(milliseconds(stored.enqueued)),
        "x-opt-message-state": _STATES[stored.state],
    }
    if stored.locked_until is not None:
        annotations["x-opt-locked-until"] = timestamp(milliseconds(stored.locked_until))
    named = {symbol(name): value for name, value in annotations.items()}
    envelope = _with_reason(stored.envelope, stored.buried) if stored.buried else stored.envelope
    return b"".join(
        [
            _header(stored),
            _section(ANNOTATIONS, named),
            *(content for _, content in envelope.sections),
        ]
    )


def _with_reason(envelope: Envelope, reason: Mapping[str, str]) -> Envelope:
    kept = [section for section in envelope.sections if section[0] != APPLICATION]
    place = sum(1 for code, _ in kept if code < APPLICATION)
    said = _section(APPLICATION, {**envelope.properties, **reason})
    kept.insert(place, (APPLICATION, said))
    return replace(envelope, sections=tuple(kept))


def _header(stored: Stored) -> bytes:
    life = stored.envelope.time_to_live
    lives = (
        b"\x40" if life is None else b"\x70" + struct.pack(">I", int(life.total_seconds() * 1e3))
    )
    failures = b"\x70" + struct.pack(">I", stored.failures)
    fields = b"\x42" + b"\x40" + lives + b"\x42" + failures
    return b"\x00\x53\x70\xc0" + bytes([len(fields) + 1, 5]) + fields


def _section(code: int, content: Mapping[Any, Any]) -> bytes:
    data = Data()
    data.put_described()
    data.enter()
    data.put_ulong(ulong(code))
    data.put_dict(dict(content))
    data.exit()
    return bytes(data.encode())


def _sections(encoded: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(encoded):
        if encoded[at] != 0 or encoded[at + 1] not in {0x53, 0x80}:
            raise ValueError(f"No section of a message starts at byte {at}.")
        code = encoded[at + 2] if encoded[at + 1] == 0x53 else encoded[at + 9]
        end = _end(encoded, at)
        yield code, bytes(encoded[at:end])
        at = end


def _end(encoded: bytes, at: int) -> int:
    """Where the value that starts here ends."""
    kind = encoded[at]
    if kind == 0:
        return _end(encoded, _end(encoded, at + 1))
    width = _WIDTHS.get(kind >> 4)
    if width is not None:
        return at + 1 + width
    if kind >> 4 in {0xA, 0xC, 0xE}:
        return at + 2 + encoded[at + 1]
    return at + 5 + int.from_bytes(encoded[at + 1 : at + 5])


def _data(section: bytes) -> bytes:
    """The bytes in a data section."""
    start = 3 if section[1] == 0x53 else 10
    return section[start + 2 :] if section[start] == 0xA0 else section[start + 5 :]


def described(value: object) -> object:
    """A described value without its descriptor."""
    return value.value if isinstance(value, Described) else value
