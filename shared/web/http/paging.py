"""Long lists in pages: so many rows, and a cursor that says where the next page begins."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import Query

from shared.errors import InvalidData
from shared.web.http.answers import Shown
from shared.web.http.limits import MOST_ROWS

Rows = Sequence[Mapping[str, Any]]

Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows of one page at the most.")]
Cursor = Annotated[
    str | None, Query(max_length=400, description="`next` of the page before; none for the first.")
]


class Page(Shown):
    """A page of a list; `next` is there while there is more."""

    next: str | None = None


def page(
    name: str,
    rows: Rows,
    limit: int,
    cursor: str | None,
    identity: Callable[[Mapping[str, Any]], str] = lambda row: str(row["id"]),
) -> dict[str, Any]:
    """The rows after the one that the cursor names; where that is gone, from its place on.

    Raises InvalidData for a cursor that is none.
    """
    start = 0
    if cursor is not None:
        place, last = read_cursor(cursor, int, str)
        found = (number for number, row in enumerate(rows) if identity(row) == last)
        start = next(found, min(max(place, 0), len(rows)) - 1) + 1
    shown = rows[start : start + limit]
    answer: dict[str, Any] = {name: shown}
    if start + limit < len(rows):
        answer["next"] = write_cursor(start + limit - 1, identity(shown[-1]))
    return answer


def write_cursor(*parts: int | str) -> str:
    """A cursor out of what it has to say; callers hand it back as it is.

    >>> read_cursor(write_cursor(3, "a/b"), int, str)
    (3, 'a/b')
    """
    return urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def read_cursor(cursor: str, *kinds: type) -> tuple[Any, ...]:
    """What a cursor says, of these kinds. Raises InvalidData."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        parts = json.loads(urlsafe_b64decode(padded))
    except (binascii.Error, ValueError, RecursionError):
        parts = None
    if not isinstance(parts, list) or [type(part) for part in parts] != list(kinds):
        raise InvalidData(f"cursor is {cursor[:40]!r}, which is none; send `next` as it was given.")
    return tuple(parts)
