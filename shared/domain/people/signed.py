"""What people write of themselves into an event: their name and their reason, on one line each."""

from shared.domain.wording import one_line
from shared.errors import InvalidData

_MOST_LETTERS = {"author": 200, "reason": 500}


def signed(*, author: str, reason: str) -> tuple[str, str]:
    """Who says it and why, without what cannot be printed: it will stand in alerts and reports.

    Raises InvalidData for one that is empty or too long.
    """
    return _line("author", author), _line("reason", reason)


def _line(field: str, value: str) -> str:
    most = _MOST_LETTERS[field]
    line = one_line(value, most + 1)
    if not line:
        raise InvalidData(f"{field} is empty; a person who reads it later will want to know.")
    if len(line) > most:
        raise InvalidData(f"{field} has more than {most} characters; say it shorter.")
    return line
