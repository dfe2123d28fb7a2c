"""Pages as the code host shows them, made so that Python-Markdown shows the same."""

import posixpath
import re
from collections.abc import Iterator, Mapping

_ITEM = re.compile(r"(?:[-*]|\d+\.) ")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_MENTION = re.compile(r"(?<!\[)`docs/(?P<page>[\w/-]+\.md)(?P<anchor>#[\w-]+)?`")
_ELSEWHERE = re.compile(
    r"<(?:script|img|iframe|source|video|audio)\b[^>]*?\ssrc=[\"']?(?P<source>(?:https?:)?//[^\"'\s>]+)"
    r"|<link\b(?=[^>]*\srel=[\"']?(?:stylesheet|icon|preload|preconnect))"
    r"[^>]*?\shref=[\"']?(?P<sheet>(?:https?:)?//[^\"'\s>]+)",
    re.IGNORECASE,
)


def with_lists(markdown: str) -> str:
    """A list that follows a line of text gets the empty line that Python-Markdown wants.

    >>> with_lists("Not chosen:" + chr(10) + "- this").splitlines()
    ['Not chosen:', '', '- this']
    """
    lines: list[str] = []
    in_fence = in_list = False
    for line in markdown.split("\n"):
        before = lines[-1] if lines else ""
        if _FENCE.match(line):
            in_fence = not in_fence
        if not in_fence and _ITEM.match(line):
            if before.strip() and not in_list and not before.startswith("#"):
                lines.append("")
            in_list = True
        elif not line.strip() or not line.startswith(" "):
            in_list = False
        lines.append(line)
    return "\n".join(lines)


def with_links(markdown: str, page: str, titles: Mapping[str, str]) -> str:
    """Each mention of a page by its path becomes a link with that page's title.

    >>> with_links("See `docs/api.md`.", "adr/0001.md", {"api.md": "HTTP API"})
    'See [HTTP API](../api.md).'
    """

    def link(mention: re.Match[str]) -> str:
        path = mention["page"]
        target = posixpath.relpath(path, posixpath.dirname(page) or ".")
        return f"[{titles.get(path, path)}]({target}{mention['anchor'] or ''})"

    return _MENTION.sub(link, markdown)


def fetched_from_elsewhere(html: str) -> Iterator[str]:
    """Addresses that a browser would fetch from another host to show the page."""
    for match in _ELSEWHERE.finditer(html):
        yield match["source"] or match["sheet"]
