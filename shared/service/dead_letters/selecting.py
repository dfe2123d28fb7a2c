"""Which dead letters are meant: by queue, reason, time, subject, type, and a free question."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from shared.errors import InvalidData
from shared.service.dead_letters.letters import SOURCES, Letter
from shared.service.dead_letters.showing import listed, message_of

_MOST_QUESTION = 1000
Question = Callable[[dict[str, Any]], bool]


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


def select(letters: Iterable[Letter], wanted: Wanted) -> list[Letter]:
    """Those that are meant, in their order. Raises InvalidData for a question that is none."""
    asked = None if wanted.where is None else question(wanted.where)
    return [letter for letter in letters if _fits(letter, wanted, asked)]


def question(text: str) -> Question:
    """A JMESPath expression as a question to `{letter, message}`.

    What an expression cannot be asked of is not meant. Raises InvalidData for one that is none.
    """
    import jmespath
    from jmespath.exceptions import JMESPathError

    if len(text) > _MOST_QUESTION:
        raise InvalidData(f"where has more than {_MOST_QUESTION} characters; ask for less.")
    try:
        compiled = jmespath.compile(text)
    except (JMESPathError, RecursionError) as problem:
        said = " ".join(str(problem).split())[:200]
        raise InvalidData(
            f"where is no JMESPath expression: {said}. Write for example "
            "\"message.data.model == 'churn'\"."
        ) from problem

    def ask(about: dict[str, Any]) -> bool:
        try:
            return bool(compiled.search(about))
        except (JMESPathError, RecursionError, TypeError, ValueError):
            return False

    return ask


def _fits(letter: Letter, wanted: Wanted, asked: Question | None) -> bool:
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
    return asked is None or asked({"letter": told, "message": message_of(letter)})
