"""Somebody else's text within Markdown: shown as it is, never obeyed."""

import re

from shared.domain.wording import one_line

_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "&#124;"))
_SIGNS = re.compile(r"([\\`*\[\]~$]|(?<!\w)_|_(?!\w))")
_SCHEME = re.compile(r"(?<=\w):(?=//)")


def plain(text: str, most: int = 600) -> str:
    r"""One line with nothing that would be a link, a tag, a mark or another cell.

    >>> plain("loan [a](https://evil.example) | <b>\n# x")
    'loan \\[a\\](https&#58;//evil.example) &#124; &lt;b&gt; # x'
    >>> plain("latency_ms is 61 %")
    'latency_ms is 61 %'
    """
    line = one_line(text, most)
    for character, code in _ENTITIES:
        line = line.replace(character, code)
    return _SCHEME.sub("&#58;", _SIGNS.sub(r"\\\1", line))


def row(*cells: str) -> str:
    """A row of a table; the cells are plain already."""
    return f"| {' | '.join(cells)} |"
