"""The span of time that a history is asked for."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Query

from shared.policies.moments import parse_past
from shared.service.history import Span
from shared.web.http.admission import Here

_USUAL = "30d"
_LONGEST = timedelta(days=400)
Moment = Annotated[
    str | None,
    Query(max_length=60, description="A time, or how long ago: 2026-02-03T12:00Z, Friday, 7d."),
]


def _span(here: Here, since: Moment = None, until: Moment = None) -> Span:
    """The last thirty days where nothing else is said. Raises InvalidData."""
    now = here.clock()
    end = now if until is None else parse_past(until, now, "until")
    begin = parse_past(_USUAL if since is None else since, now, "since")
    return Span(since=max(begin, end - _LONGEST) if begin < end else begin, until=end)


Asked = Annotated[Span, Depends(_span)]
"""`since` and `until` of the query as a span, of 400 days at the most."""
