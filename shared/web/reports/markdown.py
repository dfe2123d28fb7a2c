"""Somebody else's text within Markdown: shown as it is, never obeyed."""

import re

from shared.domain.wording import one_line

_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "&#124;"))
_SIGNS = re.compile(r"([\\`*\[\]~$]|(?<!\w)_|_(?!\w))")
_START = re.compile(r"^(\d*)([#+=.)-])")
_SCHEME = re.compile(r"(?<=\w):(?=//)")


def plain(text: str, most: int = 600) -> str:
    r"""One line with nothing that would be a link, a tag, a mark or another cell.

    >>> plain("loan [a](https://evil.example) | <b>\n# x")
    'loan \\[a\\](https&#58;//evil.example) &#124; &lt;b&gt; # x'
    >>> plain("latency_ms is 61 %")
    'latency_ms is 61 %'
    >>> plain("# title"), plain("1. first"), plain("- item")
    ('\\# title', '1\\. first', '\\- item')
    """
    line = one_line(text, most)
    for character, code in _ENTITIES:
        line = line.replace(character, code)
    line = _SCHEME.sub("&#58;", _SIGNS.sub(r"\\\1", line))
    return _START.sub(r"\1\\\2", line)


def row(*cells: str) -> str:
    """A row of a table; the cells are plain already."""
    return f"| {' | '.join(cells)} |"
