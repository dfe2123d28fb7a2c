"""Stored JSON back into the vocabulary."""

from collections.abc import Mapping
from contextlib import suppress
from threading import Lock
from typing import Any, TypeVar

import msgspec

Value = TypeVar("Value")

_KNOWN: set[Any] = set()
_LEARNING = Lock()
"""How a class is read is worked out at its first use and kept with it, by msgspec 0.22 without a
lock: two threads at once for the first time end the process with a segmentation fault."""


def part(plain: Mapping[str, Any], name: str, kind: Any, none: Any) -> Any:
    """One field of what was kept, decoded alone; `none` where it is not there.

    Whoever reads one field of every subject reads each of them several times faster so. Raises
    msgspec.ValidationError as `decode` does.
    """
    value = plain.get(name)
    return none if not value else msgspec.convert(value, kind, strict=False)


def decode(plain: Mapping[str, Any], kind: type[Value]) -> Value:
    """Turn what `canonical_json` wrote into a dataclass of the domain again.

    Raises msgspec.ValidationError when it does not fit, which means it was altered.
    """
    learn(kind)
    try:
        return msgspec.convert(dict(plain), kind, strict=False)
    except UnicodeEncodeError as problem:
        raise msgspec.ValidationError("It holds text that is not Unicode") from problem


def learn(kind: type[Any]) -> None:
    """Have it worked out how the class is read, by one thread; an empty value may well not fit."""
    if kind in _KNOWN:
        return
    with _LEARNING:
        with suppress(msgspec.ValidationError):
            msgspec.convert({}, kind, strict=False)
        _KNOWN.add(kind)
