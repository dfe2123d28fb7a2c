"""Somebody else's text, made harmless for each place that shows it.

Names of features, deployments and people come from outside: they may hold marks, tags, mentions,
links, or signs that reorder or hide what stands beside them.
"""

import html
import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

_MOST_MARKS = 4
"""Combining marks on one letter; no script in use needs more."""

_LONGEST = 30_000
"""No channel takes more of one text, and looking at more takes time; its end is kept."""

_ODD = re.compile(r"[^\x20-\x7e\n]+")
_JOINERS = "\u200c\u200d"
_BREAKS = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_LINK = re.compile(
    r"(?i)\b(?:https?|ftp|file|smb|ms-[a-z-]{1,20}|msteams|slack|vscode)://[^\s<>\"'`|\\)\]}]{0,2000}"
)
_BARE = re.compile(
    r"(?i)(?<![\w./:-])www\.(?=\w)|\b(?:mailto|javascript|data|tel):(?=\S)|(?<!\S)\\\\(?=\w)"
)
"""The last is a share of Windows: Outlook makes a link of it, which tells who follows it."""
_RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
_RUN = re.compile(f"[{_RIGHT_TO_LEFT}](?:[^\\S\\n]?[{_RIGHT_TO_LEFT}])*")
_MENTION = re.compile(r"(?i)@(?=here|channel|everyone|group)|<(?=[!@#])")
_HOSTS = frozenset(
    {
        "dev.azure.com",
        "github.com",
        "learn.microsoft.com",
        "management.azure.com",
        "ml.azure.com",
        "portal.azure.com",
    }
)


@lru_cache(maxsize=64)
def clean(text: str) -> str:
    r"""Without signs that nobody sees: controls, overrides of direction, zero widths, piled marks.

    Line breaks stay. Joiners stay between letters of scripts that need them, and in emoji.

    >>> clean("age\u202egnp.exe\x07"), clean("a\u200bb\tc \r\n\n\n\n d")
    ('agegnp.exe', 'ab c\n\nd')
    >>> clean("e" + "\u0301" * 40) == "e" + "\u0301" * 4
    True
    """
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]} …\n… {text[-_LONGEST // 2 :]}"
    lines = _BREAKS.sub("\n", text)
    seen = _ODD.sub(lambda match: _visible(lines, match), lines)
    tidy = "\n".join(line.strip() for line in _BLANKS.sub(" ", seen).split("\n"))
    return _EMPTY_LINES.sub("\n\n", tidy).strip()


def _visible(text: str, match: re.Match[str]) -> str:
    """Of a run of signs that are not plain ASCII, those that may stay."""
    kept: list[str] = []
    marks = 0
    for index, letter in enumerate(match.group(), match.start()):
        marks = marks + 1 if unicodedata.category(letter) in {"Mn", "Me"} else 0
        if letter.isspace():
            kept.append(" ")
        elif letter in _JOINERS:
            kept.extend([letter] if _joins(text, index) else [])
        elif letter.isprintable() and marks <= _MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


def clean_line(text: str) -> str:
    r"""The same as one line.

    >>> clean_line("two\nlines")
    'two lines'
    """
    return " ".join(clean(text).split())


def _joins(text: str, index: int) -> bool:
    around = text[index - 1 : index] + text[index + 1 : index + 2]
    return len(around) == 2 and not any(
        letter.isascii() or letter in _JOINERS or letter.isspace() for letter in around
    )


def unlinked(text: str, ours: str | None = None) -> str:
    r"""Addresses that no program makes a link of, but those at `ours` and at Azure and GitHub.

    >>> unlinked("see https://evil.example/a and https://ml.azure.com/x, www.evil.example")
    'see https[:]//evil.example/a and https://ml.azure.com/x, www[.]evil.example'
    >>> unlinked("file://evil.example/a azureml://jobs/a"), unlinked(chr(92) * 2 + "evil")
    ('file[:]//evil.example/a azureml://jobs/a', '\\[\\]evil')
    >>> unlinked("https://dev.azure.com@evil.example/")
    'https[:]//dev.azure.com@evil.example/'
    """
    safe = _LINK.sub(lambda match: _if_known(match.group(), ours), text)
    return _BARE.sub(lambda match: f"{match.group()[:-1]}[{match.group()[-1]}]", safe)


def _if_known(address: str, ours: str | None) -> str:
    try:
        parts = urlsplit(address)
        known = parts.scheme == "https" and "@" not in parts.netloc and parts.port is None
        known = known and (parts.hostname or "") in _HOSTS
    except ValueError:
        known = False
    mine = ours is not None and (address == ours or address.startswith(f"{ours}/"))
    return address if known or mine else address.replace("://", "[:]//", 1)


def isolated(text: str) -> str:
    r"""Words written from right to left, so enclosed that they reorder nothing beside them.

    >>> isolated("\u05d2\u05d9\u05dc 5 %") == "\u2068\u05d2\u05d9\u05dc\u2069 5 %"
    True
    """
    return _RUN.sub("\u2068\\g<0>\u2069", text)


def as_html(text: str) -> str:
    r"""Text within HTML; its line breaks are kept.

    >>> as_html("<b>\n'a' & b")
    '&lt;b&gt;<br>&#x27;a&#x27; &amp; b'
    """
    return html.escape(isolated(text)).replace("\n", "<br>")


def literal(text: str) -> str:
    """Text for Slack where no mark is read: nobody is called by it.

    >>> literal("@here <!channel> <b>")
    '@ here < !channel> <b>'
    """
    return isolated(_MENTION.sub(lambda match: f"{match.group()} ", text))


def mrkdwn(text: str) -> str:
    """Text for Slack where marks are read.

    >>> mrkdwn("@channel a < b & <!here|x>")
    '@ channel a &lt; b &amp; &lt; !here|x&gt;'
    """
    return literal(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
