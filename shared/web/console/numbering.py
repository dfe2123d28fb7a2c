"""Lists that are shown page by page, by number."""

from collections.abc import Sequence
from typing import Any, TypeVar

Row = TypeVar("Row")
MOST_ROWS = 50


def on_page(rows: Sequence[Row], page: int, most: int = MOST_ROWS) -> Sequence[Row]:
    """The rows of one page; the first is 1.

    >>> on_page("abcde", 2, most=2)
    'cd'
    """
    return rows[(page - 1) * most : page * most]


def numbered(found: int, page: int, most: int = MOST_ROWS) -> dict[str, Any]:
    """What a template tells of it: which page of how many, and how many rows there are.

    >>> numbered(101, 3), numbered(0, 1)
    ({'page': 3, 'pages': 3, 'found': 101}, {'page': 1, 'pages': 1, 'found': 0})
    """
    return {"page": page, "pages": max(1, -(-found // most)), "found": found}
