"""The smaller or larger of two values either of which may be absent."""

from typing import Any


def extreme(choose: Any, one: Any, other: Any) -> Any:
    """The chosen one of both, or the one that is there; None when neither is."""
    if one is None or other is None:
        return one if other is None else other
    return choose(one, other)
