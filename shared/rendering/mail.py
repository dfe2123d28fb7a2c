"""E-mail: a subject that keeps a group's mails together, and the message as HTML and as text."""

from typing import Any

from shared.domain.notices import Notice
from shared.ports import Sending
from shared.rendering.composing import Room, fitting
from shared.rendering.content import Content
from shared.rendering.escaping import clean_line
from shared.rendering.pages import page
from shared.rendering.plain import plain_text
from shared.rendering.shortening import shortened

_SUBJECT = 150
_MOST_BYTES = 90_000
"""Gmail hides what comes after 102 KB of HTML."""

_ROOMS = (
    Room(alerts=20, alone=6000, each=900, step=700, title=300, lines=20, whole=5),
    Room(alerts=10, alone=3000, each=500, step=500, title=240),
    Room(alerts=4, alone=1000, each=200, step=300, title=160),
)


def write(sending: Sending) -> dict[str, Any]:
    """`{"subject", "text", "html"}`; HTML and text say the same."""
    subject = _subject(sending.notice)

    def made(content: Content) -> dict[str, Any]:
        html = page("mail.html.j2", content, subject=subject)
        return {"subject": subject, "text": plain_text(content), "html": html}

    return fitting(sending, made, _fits, _ROOMS)


def _fits(mail: dict[str, Any]) -> bool:
    return len(mail["html"].encode()) <= _MOST_BYTES


def _subject(notice: Notice) -> str:
    """The same for all of a group's mails: its state stands in the first line, not here.

    Mail programs keep mails of one subject together, and list the first line beside it.
    """
    named = [value for _, value in sorted(notice.labels.items()) if value]
    what = [value.replace("_", " ") for value in named if value != notice.scope]
    told = clean_line(", ".join([notice.scope, *what]))
    return f"[Driftgate] {shortened(told, _SUBJECT - 24)} [{notice.group[:8]}]"
