"""Pages of what grows without end: events and decisions, found without reading what came before."""

from datetime import timedelta
from itertools import islice
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.chain.links import is_stub
from shared.errors import InvalidData
from shared.ports import Archive, Ledger
from shared.service import queries
from shared.web.http.paging import page, read_cursor, write_cursor

_MOST_OF_ALL = 1000
_SECOND = timedelta(seconds=1)
_MOST_AT_ONCE = 50_000


def events_page(archive: Archive, limit: int, cursor: str | None) -> dict[str, Any]:
    """What came in, newest first, from the one after the cursor's on. Raises InvalidData."""
    if cursor is None:
        rows = queries.events(archive, limit + 1)
    else:
        rows = _after(archive, limit + 1, *read_cursor(cursor, str, str))
    answer: dict[str, Any] = {"events": rows[:limit]}
    if len(rows) > limit:
        answer["next"] = write_cursor(rows[limit - 1]["received"], rows[limit - 1]["key"])
    return answer


def _after(archive: Archive, count: int, received: str, key: str) -> list[dict[str, Any]]:
    """So many after one of them; those that came in the same second are read again to find it."""
    refused = InvalidData("cursor names no event that is kept; begin again without one.")
    try:
        until = parse_time(received).replace(microsecond=0) + _SECOND
    except (ValueError, OverflowError) as fault:
        raise refused from fault
    read = 2 * count
    while True:
        rows = queries.events(archive, read, until=until)
        place = next((number for number, row in enumerate(rows) if row["key"] == key), None)
        if place is not None and (place + count < len(rows) or len(rows) < read):
            return rows[place + 1 : place + 1 + count]
        if len(rows) < read or read > _MOST_AT_ONCE:
            raise refused
        read *= 4


def decisions_page(
    ledger: Ledger, subject: str | None, limit: int, cursor: str | None
) -> dict[str, Any]:
    """Those of all subjects, as far as they are listed, or every one of a subject, newest first.

    Of those whose contents were erased there is nothing to show.
    """
    if subject is None:
        rows = [queries.shown(one) for one in ledger.decisions(limit=_MOST_OF_ALL)]
        return page("decisions", rows, limit, cursor, lambda row: str(row["hash"]))
    last = ledger.state(subject).version
    if cursor is not None:
        last = min(last, read_cursor(cursor, int)[0])
    first = max(1, last - limit + 1)
    found = list(islice(ledger.chain(subject, first), max(0, last - first + 1)))
    kept = [one.decision for one in reversed(found) if not is_stub(one.decision)]
    answer: dict[str, Any] = {"decisions": [queries.shown(decision) for decision in kept]}
    if first > 1:
        answer["next"] = write_cursor(first - 1)
    return answer
