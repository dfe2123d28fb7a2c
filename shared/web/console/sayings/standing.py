"""What stands of what was said, and a page of a long list of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.wording import one_line
from shared.errors import InvalidData
from shared.web.promotion.words import split

Row = Mapping[str, Any]
MOST_ROWS = 50
MOST_SHORT = 20
"""So many of each kind where all kinds are shown together."""
_STANDS = ("in force", "to come")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The rows of one page of a list, which page it is of how many, and how many rows there are."""

    rows: Sequence[Row]
    page: int
    pages: int
    found: int


def standing(rows: Iterable[Row]) -> list[Row]:
    """Those in force, then those to come."""
    held = [row for row in rows if row["standing"] in _STANDS]
    return sorted(held, key=lambda row: _STANDS.index(row["standing"]))


def listed(rows: Sequence[Row], page: int, most: int = MOST_ROWS) -> Listed:
    """One page of them, what stands first."""
    stands = standing(rows)
    every = [*stands, *(row for row in rows if row["standing"] not in _STANDS)]
    return Listed(
        rows=every[(page - 1) * most : page * most],
        page=page,
        pages=max(1, -(-len(every) // most)),
        found=len(every),
    )


def meant(intent: Row) -> str:
    """What an intent says is to be.

    >>> meant({"deployment": "green", "traffic": None})
    'green stands by without traffic'
    >>> meant({"deployment": None, "traffic": {"blue": 90.0, "green": 10.0}})
    'the traffic is blue 90 %, green 10 %'
    """
    if intent["deployment"] is not None:
        return f"{one_line(intent['deployment'], 80)} stands by without traffic"
    shares = split(intent["traffic"] or {})
    return "no deployment has traffic" if shares == "none" else f"the traffic is {shares}"


def shares_of(text: str) -> dict[str, float]:
    """Shares as people write them into a field: a deployment, =, and per cent.

    >>> shares_of("blue=90, green=10 %")
    {'blue': 90.0, 'green': 10.0}

    Raises InvalidData for what names no share.
    """
    found: dict[str, float] = {}
    for part in text.replace("%", " ").replace(",", " ").split():
        name, sign, share = part.partition("=")
        try:
            found[name] = float(share)
        except ValueError as fault:
            raise InvalidData(
                f"traffic has {part[:80]!r}, which is no share; write blue=90 green=10."
            ) from fault
        if not (sign and name):
            raise InvalidData(
                f"traffic has {part[:80]!r}, which is no share; write blue=90 green=10."
            )
    return found
