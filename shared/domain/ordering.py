"""Names with numbers in the order people expect."""

import re


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """A key to sort by, in which each number counts as one.

    >>> sorted(["10", "9", "v2", "v10"], key=natural)
    ['9', '10', 'v2', 'v10']
    """
    parts = re.split(r"(\d+)", text)
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in parts)
