"""What names and sentences may not do to a pipeline or a terminal that reads our output."""

import re

from shared.domain.wording import one_line

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys, and what turns the order of what stands beside it."""
_SIGNS = re.compile("(?<=:)(?=:)|(?<=#)(?=#)")
_MOST = 2000


def harmless(text: str, most: int = _MOST) -> str:
    """One line that no pipeline reads as a command, wherever it is broken.

    Azure DevOps looks for `##vso[` and `##[` anywhere in a line, GitHub for `::` after blanks.

    >>> harmless("a ::set-output name=x::y ##vso[task.complete]")
    'a : :set-output name=x: :y # #vso[task.complete]'
    """
    return _SIGNS.sub(" ", one_line(text, most))


def harmless_json(text: str) -> str:
    """JSON that says the same, of which neither a terminal nor an agent obeys anything."""
    text = OBEYED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)
    return text.replace("##vso[", "##vso\\u005b").replace("##[", "##\\u005b")
