"""One spelling for one value, so that equal things have equal hashes."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache

_AS_THEY_ARE = {str, int, float, bool, type(None)}
_UNKNOWN = "{} cannot be written canonically; use plain values, dataclasses, enums or datetimes."


def to_plain(value: object) -> object:
    """Turn dataclasses, enums, datetimes and durations into plain JSON values.

    A field whose name starts with an underscore is left out.
    Raises TypeError for anything else that JSON does not know.
    """
    kind: type = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if isinstance(value, dict):
        return {
            str(key): item if type(item) in _AS_THEY_ARE else to_plain(item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [item if type(item) in _AS_THEY_ARE else to_plain(item) for item in value]
    if (names := _fields(kind)) is not None:
        return {name: to_plain(getattr(value, name)) for name in names}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(str(to_plain(item)) for item in value)
    if isinstance(value, (str, int, float)):
        return value
    raise TypeError(_UNKNOWN.format(type(value).__name__))


@cache
def _fields(kind: type) -> tuple[str, ...] | None:
    """The names that are written of a dataclass, None for any other type."""
    if not dataclasses.is_dataclass(kind):
        return None
    return tuple(f.name for f in dataclasses.fields(kind) if not f.name.startswith("_"))


def canonical_json(value: object) -> bytes:
    """The one UTF-8 spelling of a value: sorted keys, no spaces, times in UTC with a Z.

    >>> canonical_json({"b": 1, "a": [True, None]})
    b'{"a":[true,null],"b":1}'
    """
    return plain_json(to_plain(value))


def plain_json(plain: object) -> bytes:
    """The same spelling of what `to_plain` or `json.loads` returned, without a second walk."""
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def plain_hash(plain: object) -> str:
    """SHA-256 of `plain_json`, in hexadecimal."""
    return hashlib.sha256(plain_json(plain)).hexdigest()


def utf16_units(text: str) -> int:
    """How much room a text takes in Table Storage, whose limits count UTF-16 and not signs.

    >>> utf16_units("a"), utf16_units("😀")
    (1, 2)
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def content_hash(value: object) -> str:
    """SHA-256 of the canonical spelling, in hexadecimal."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def format_time(time: datetime) -> str:
    """An aware time as ISO 8601 in UTC, e.g. `2026-02-03T10:15:30.123456Z`.

    Raises ValueError for a time without zone, since its instant is unknown.
    """
    if time.tzinfo is None:
        raise ValueError(f"The time {time.isoformat()} has no zone; give it one, e.g. +00:00.")
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """Read an ISO 8601 time of any precision; without a zone it is taken as UTC.

    Azure writes seven decimals, which Python cuts to six.
    Raises ValueError when the text is no time.
    """
    time = datetime.fromisoformat(text.strip())
    try:
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except OverflowError as problem:
        raise ValueError("its year lies outside of 1 to 9999 in UTC") from problem
