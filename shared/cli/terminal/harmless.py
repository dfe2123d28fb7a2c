"""What names and sentences may not do to a pipeline that reads our output."""

import re

from shared.domain.wording import one_line

_SIGNS = re.compile("(?<=:)(?=:)|(?<=#)(?=#)")
_MOST = 2000


def harmless(text: str, most: int = _MOST) -> str:
    """One line that no pipeline reads as a command, wherever it is broken.

    Azure DevOps looks for `##vso[` and `##[` anywhere in a line, GitHub for `::` after blanks.

    >>> harmless("a ::set-output name=x::y ##vso[task.complete]")
    'a : :set-output name=x: :y # #vso[task.complete]'
    """
    return _SIGNS.sub(" ", one_line(text, most))
