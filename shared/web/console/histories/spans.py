"""How far back a page looks: a week, a month, a quarter, or as far as anything is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from shared.domain.canonical import content_hash, parse_time
from shared.ports import Ledger
from shared.service.history import Span
from shared.web.console.charts.axes import Reach

_STEPS = 720
_LEAST = timedelta(minutes=1)


class Back(StrEnum):
    """How far, as an address says it."""

    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"
    ALL = "all"

    @property
    def label(self) -> str:
        """How people say it."""
        return _LABELS[self]


_LABELS = {
    Back.WEEK: "7 days",
    Back.MONTH: "30 days",
    Back.QUARTER: "90 days",
    Back.ALL: "everything",
}
_LENGTHS = {
    Back.WEEK: timedelta(days=7),
    Back.MONTH: timedelta(days=30),
    Back.QUARTER: timedelta(days=90),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A span and the word for it; `token` changes when there is something new to be shown."""

    back: Back
    span: Span
    token: str


def looked_back(ledger: Ledger, subjects: Sequence[str], back: Back, now: datetime) -> Looked:
    """The span that a word means now.

    Its end is rounded up to a step that no chart could show, so that within it a chart stays the
    same and is not drawn anew for everybody who looks.
    """
    length = _LENGTHS.get(back)
    since = None if length is None else now - length
    if since is None:
        since = min((at for name in subjects for at in _begins(ledger, name)), default=now)
    until = _rounded_up(now, max((now - since) / _STEPS, _LEAST))
    last = [str(one["hash"]) for name in subjects for one in ledger.decisions(name, limit=1)]
    return Looked(
        back=back,
        span=Span(since=min(since, now - _LEAST), until=until),
        token=content_hash([back.value, until.isoformat(), *last])[:12],
    )


def _begins(ledger: Ledger, subject: str) -> Iterable[datetime]:
    """When the first thing was decided that is still kept."""
    for logged in ledger.chain(subject):
        decided = logged.decision.get("decided")
        if decided is not None:
            yield parse_time(str(decided))
            return


def _rounded_up(now: datetime, step: timedelta) -> datetime:
    whole = timedelta(seconds=max(60, round(step.total_seconds() / 60) * 60))
    start = datetime(2000, 1, 1, tzinfo=UTC)
    return start + ((now - start) // whole + 1) * whole


def reach_of(span: Span, times: Iterable[datetime]) -> Reach:
    """What a chart of these times shows: from the first that is known on, to the end."""
    first = min((at for at in times if span.holds(at)), default=span.since)
    return Reach(begin=first, end=span.until)
