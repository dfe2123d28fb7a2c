"""Has msgspec work out, by one thread, how a class is read."""

from contextlib import suppress
from threading import Lock
from typing import Any, TypeVar

import msgspec

Kind = TypeVar("Kind")

_KNOWN: set[Any] = set()
_LEARNING = Lock()
"""How a class is read is worked out at its first use and kept with it, by msgspec 0.22 without a
lock: two threads at once for the first time end the process with a segmentation fault."""


def learned(kind: Kind) -> Kind:
    """The class, of which it is known by now how it is read; an empty value may well not fit."""
    if kind not in _KNOWN:
        with _LEARNING:
            with suppress(msgspec.ValidationError):
                msgspec.convert({}, kind, strict=False)
            _KNOWN.add(kind)
    return kind
