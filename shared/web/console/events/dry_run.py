"""One event decided once more, without effect."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from shared.bootstrap import Application
from shared.domain.replay import Selection
from shared.ports import ArchivedEvent
from shared.service.replaying.told import Came, Told

_MOST = 20
_MOST_CAME_IN = 100_000
_WORDS = {
    Came.SAME: ("It is decided as it was: no finding, no action and no message differs.", "good"),
    Came.DIFFERS: ("It would be decided otherwise now.", "bad"),
    Came.LOST: ("It came in and was never decided.", "bad"),
    Came.REFUSED: ("It cannot be read, now as then.", "plain"),
    Came.READABLE: ("It was refused then, and can be read now.", "unsure"),
    Came.UNKNOWN: ("It cannot be decided again.", "unsure"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of one event: a sentence with its tone, and what was told of it."""

    told: tuple[Told, ...]
    sentence: str
    tone: str


def dry_run_of(here: Application, archived: ArchivedEvent, *, now: bool) -> Ran:
    """Decide it once more. Raises what a dry run raises."""
    run = here.dry_run(selection_of(archived), now=now, most=_MOST_CAME_IN)
    told = tuple(islice(run.told(), _MOST))
    if not told:
        return Ran(told=(), sentence="Nothing is kept of it that could be decided.", tone="unsure")
    came = next((one.came for one in told if one.came is not Came.SAME), Came.SAME)
    sentence, tone = _WORDS[came]
    return Ran(told=told, sentence=sentence, tone=tone)


def selection_of(archived: ArchivedEvent) -> Selection:
    """The one event among those that came in at its time."""
    second = timedelta(seconds=1)
    return Selection(
        events=(archived.key,), since=archived.received - second, until=archived.received + second
    )
