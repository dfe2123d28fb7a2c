"""Numbers that somebody recorded, and what stands in place of one."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from shared.domain.wording import one_line


def number(value: Any) -> float | None:
    """A finite number, also when it is written as text; None for anything else.

    >>> number("0.5"), number("NaN"), number(True), number(None)
    (0.5, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if isfinite(read) else None


def told_numbers(values: Mapping[str, Any]) -> tuple[dict[str, float], dict[str, str]]:
    """What is a finite number by name, and as text what is none.

    >>> told_numbers({"auc": "0.9", "f1": "n/a", "loss": float("nan"), "recall": None})
    ({'auc': 0.9}, {'f1': 'n/a', 'loss': 'nan', 'recall': ''})
    """
    read: dict[str, float] = {}
    unreadable: dict[str, str] = {}
    for name, value in values.items():
        found = number(value)
        if found is None:
            unreadable[name] = "" if value is None else one_line(str(value)[:200], 80)
        else:
            read[name] = found
    return read, unreadable
