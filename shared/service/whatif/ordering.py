"""In what order the decisions of one moment come, and what was made by what came before."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.event import Check
from shared.schedules import SCHEDULES, schedules
from shared.service import delivering, promoting, retraining
from shared.service.whatif.agenda import ASKED, TIMED, Agenda, Entry, Made
from shared.service.whatif.links import SCHEDULED, Link
from shared.service.whatif.reading import OWN
from shared.settings import Settings

CONSUMERS = frozenset({delivering.SOURCE, promoting.SOURCE, retraining.SOURCE})
"""The sources of what becomes of orders and requests."""
_TIMERS = {name: number for number, name in enumerate(SCHEDULES, start=1)}
_LATEST = 64


class Ordering:
    """Remembers what was made when, and puts what comes too soon behind what makes it."""

    def __init__(self, agenda: Agenda, settings: Settings) -> None:
        self._agenda = agenda
        self._fires = schedules({}) if settings.schedules is None else settings.schedules
        self._made: dict[str, Made] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._made

    def make(self, keys: Iterable[str | None], at: datetime, generation: int) -> None:
        """What a decision made, in the order it did."""
        later = max(generation, TIMED) + 1
        for key in keys:
            if key is not None:
                self._made[key] = Made(at=at, generation=later, number=len(self._made))

    def place(self, key: str, now: datetime, at: datetime) -> tuple[int, int]:
        """The generation and order of an event that was made now and comes then."""
        made = self._made[key]
        return (made.generation if at == now else ASKED), made.number

    def comes_later(self, entry: Entry) -> bool:
        """Whether something else of the same moment comes first; the entry is then put behind."""
        link = entry.track.head
        if entry.event is not None or link is None or not self._agenda.others_at(entry.at):
            return False
        ranked = self._ranked(entry, link)
        if ranked.generation <= entry.generation:
            return False
        self._agenda.put(ranked)
        return True

    def of_a_timer(self, event: Mapping[str, Any]) -> bool:
        """Whether a look falls on a firing of its timer, which asks for it whoever else does."""
        if set(event["data"]) != {"check"}:
            return False
        schedule = self._fires.get(Check(event["data"]["check"]).name)
        due = parse_time(event["time"])
        return schedule is not None and schedule.after(due - timedelta(seconds=1)) == due

    def _ranked(self, entry: Entry, link: Link) -> Entry:
        made = self._made.get(link.key)
        if made is not None:
            rank = made.generation if made.at == entry.at else ASKED
            return replace(entry, generation=rank, order=made.number)
        if not self._is_made(link):
            return replace(entry, generation=TIMED, order=_timer(link))
        later = max(entry.generation, TIMED) + 1
        return replace(entry, generation=min(later, _LATEST))

    def _is_made(self, link: Link) -> bool:
        """Whether a decision made its event: what one subject tells another, or asks of it.

        So does what a consumer tells of an order that was given just now.
        """
        source = link.head.event.source
        if link.made_here or source in CONSUMERS:
            return True
        scheduled = link.family in OWN and source == SCHEDULED
        return scheduled and not self.of_a_timer(link.plain["event"])


def _timer(link: Link) -> int:
    """Timers that fire together do so in the order they are named; what people say comes before."""
    return _TIMERS.get(str(link.head.event.data.check).upper(), 0)
