"""Which dead letters are meant: by queue, reason, time, subject, type, and a free question."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from shared.errors import InvalidData
from shared.policies.moments import parse_past
from shared.service.dead_letters.letters import SOURCES, Letter
from shared.service.dead_letters.showing import listed, message_of
from shared.service.replaying.predicate import Predicate

_EXAMPLE = "message.data.model == 'churn'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A letter is meant when all that is named here fits; nothing named means every one.

    `subject`, `type` and `reason` may have `*`. `where` is a JMESPath expression over
    `{letter, message}`: the letter as it is listed, and its body.
    """

    queue: str | None = None
    reason: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    subject: str | None = None
    type: str | None = None
    where: str | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """Where to look. Raises InvalidData for a queue that is none."""
        if self.queue is None:
            return SOURCES
        if self.queue not in SOURCES:
            raise InvalidData(
                f"queue is {self.queue[:80]!r}; there are: {', '.join(sorted(SOURCES))}."
            )
        return (self.queue,)

    @property
    def is_everything(self) -> bool:
        """Whether nothing is named."""
        return self == Wanted()


def parse_wanted(
    *,
    now: datetime,
    queue: str | None = None,
    reason: str | None = None,
    since: str | None = None,
    until: str | None = None,
    subject: str | None = None,
    type: str | None = None,  # noqa: A002  the name it has for people
    where: str | None = None,
) -> Wanted:
    """What people wrote: times as `2d` for two days ago. Raises InvalidData naming the field."""
    wanted = Wanted(
        queue=queue,
        reason=reason,
        since=None if since is None else parse_past(since, now, "since"),
        until=None if until is None else parse_past(until, now, "until"),
        subject=subject,
        type=type,
        where=where,
    )
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        raise InvalidData("since is not before until; name a later until.")
    return wanted


def select(letters: Iterable[Letter], wanted: Wanted) -> list[Letter]:
    """Those that are meant, in their order. Raises InvalidData for a question that is none."""
    asked = None if wanted.where is None else Predicate(wanted.where, _EXAMPLE)
    return [letter for letter in letters if _fits(letter, wanted, asked)]


def _fits(letter: Letter, wanted: Wanted, asked: Predicate | None) -> bool:
    if wanted.queue not in {None, letter.queue}:
        return False
    if wanted.since is not None and letter.at < wanted.since:
        return False
    if wanted.until is not None and letter.at >= wanted.until:
        return False
    told = listed(letter)
    for name, pattern in (
        ("reason", wanted.reason),
        ("subject", wanted.subject),
        ("type", wanted.type),
    ):
        if pattern is not None and not fnmatchcase(told[name] or "", pattern):
            return False
    return asked is None or asked.fits({"letter": told, "message": message_of(letter)})
