"""How the ledger lies in Table Storage: keys, texts longer than one property, the limits.

A subject has a partition of its own, so that a commit is one transaction. Beside them are three
kinds of partition that are written before a commit and hold nothing that counts without it::

    s-<subject>      state; event-<hash>; decision-<newest first>; outbox-<version>-<index>
    subjects         one row a subject, with when each check last reported, as of its last commit
    pending          one row a commit with messages, oldest first
    log-<hour>       one row a commit, newest first
"""

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from shared.domain.canonical import utf16_units
from shared.errors import Refused

SUBJECTS = "subjects"
PENDING = "pending"
STATE = "state"

_MOST_MICROSECONDS = 10**17 - 1
_MOST_NANOSECONDS = 10**20 - 1
_MOST_VERSION = 10**10 - 1
_CHUNK = 16_000
MOST_PLAIN = 400_000
"""Characters of a text that lies in its row as it is; a longer one is compressed."""
MOST_CHARACTERS = 16_000_000
MOST_COMPRESSED = 960_000
"""Bytes of a compressed text: a row has 1 MiB with its keys, and two such fit a transaction."""
_COMPRESSED_CHUNK = 60_000
MOST_AT_ONCE = 3_800_000
"""Bytes of the rows of one transaction as they are sent, which may have 4 MiB with all headers."""
_PLAIN = re.compile(r"[^A-Za-z0-9._~-]")


def partition_of(subject: str) -> str:
    """A subject as a key: what a key may not hold is written as `=` and two digits a byte.

    >>> partition_of("model/loan default")
    's-model=2Floan=20default'
    """

    def escaped(match: "re.Match[str]") -> str:
        return "".join(f"={byte:02X}" for byte in match[0].encode())

    key = "s-" + _PLAIN.sub(escaped, subject)
    return key if len(key) <= 400 else f"{key[:320]}={digest(subject)}"


def digest(text: str) -> str:
    """SHA-256 in hexadecimal: any text as a key."""
    return sha256(text.encode()).hexdigest()


def event_row(event_key: str) -> str:
    """The row that says an event was decided, and at which version."""
    return f"event-{digest(event_key)}"


def decision_row(version: int) -> str:
    """Newest first: the state's version counted backwards.

    >>> decision_row(2) < decision_row(1)
    True
    """
    return f"decision-{_MOST_VERSION - version:010d}"


def version_of(row: str) -> int:
    """The version of a decision's row.

    >>> version_of(decision_row(7))
    7
    """
    return _MOST_VERSION - int(row.removeprefix("decision-"))


def outbox_row(version: int, index: int) -> str:
    """The messages of a commit, in their order."""
    return f"outbox-{version:010d}-{index:03d}"


def oldest_first(at: datetime, counter: int) -> str:
    """A key that sorts by time; `counter` parts what has the same time."""
    return f"{_microseconds(at):017d}-{counter:020d}"


def newest_first(at: datetime, counter: int) -> tuple[str, str]:
    """Partition and row of the log: the hour and the time within, both counted backwards."""
    hour = _MOST_MICROSECONDS // 3_600_000_000 - _microseconds(at) // 3_600_000_000
    row = f"{_MOST_MICROSECONDS - _microseconds(at):017d}-{_MOST_NANOSECONDS - counter:020d}"
    return f"log-{hour:09d}", row


def texts(text: str, what: str) -> dict[str, Any]:
    """A text in as many properties as it needs, compressed where it is long.

    Raises Refused for one that the row cannot hold even so.
    """
    units = utf16_units(text)
    if units <= MOST_PLAIN:
        pieces = [text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK)]
        named = {f"text{index}": piece for index, piece in enumerate(pieces)}
        return {"pieces": len(pieces), **named}
    if units > MOST_CHARACTERS:
        raise Refused(f"{what} has {units} characters; the ledger keeps {MOST_CHARACTERS} at most.")
    packed = zlib.compress(text.encode())
    if len(packed) > MOST_COMPRESSED:
        raise Refused(
            f"{what} has {units} characters, {len(packed)} bytes when compressed; the ledger "
            f"keeps {MOST_COMPRESSED} at most."
        )
    starts = range(0, len(packed), _COMPRESSED_CHUNK)
    parts = {
        f"bytes{index}": packed[start : start + _COMPRESSED_CHUNK]
        for index, start in enumerate(starts)
    }
    return {"compressed": len(parts), **parts}


def text_of(entity: Mapping[str, Any]) -> str:
    """Read back what `texts` wrote."""
    if "compressed" in entity:
        packed = b"".join(entity[f"bytes{index}"] for index in range(entity["compressed"]))
        return zlib.decompress(packed).decode()
    return "".join(entity[f"text{index}"] for index in range(entity["pieces"]))


def refuse_too_much(subject: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Raises Refused for rows that are too much for one transaction."""
    size = sum(_sent(value) for row in rows for value in row.values())
    if size > MOST_AT_ONCE:
        raise Refused(
            f"A decision of {subject} with its messages has {size} bytes; one transaction "
            f"takes {MOST_AT_ONCE} at most."
        )


def _sent(value: object) -> int:
    """The bytes of a value on its way: JSON, in which bytes are base64."""
    if isinstance(value, bytes):
        return 4 * -(-len(value) // 3)
    return len(json.dumps(value)) if isinstance(value, str) else 0


def _microseconds(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000 + at.microsecond
