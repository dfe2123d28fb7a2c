"""A work item of Azure Boards: one a group, whose description is the latest message."""

from typing import Any

from shared.domain.notices import Notice
from shared.ports import Sending
from shared.rendering.composing import Room, fitting
from shared.rendering.content import Content
from shared.rendering.escaping import clean_line, isolated
from shared.rendering.pages import page
from shared.rendering.shortening import shortened

_TITLE = 255
_MOST = 90_000
_ROOMS = (
    Room(alerts=20, alone=8000, each=1200, step=1000, title=240, lines=60),
    Room(alerts=10, alone=3000, each=500, step=500, title=240),
    Room(alerts=4, alone=1000, each=200, step=300, title=160),
)


def write(sending: Sending) -> dict[str, Any]:
    """`{"title", "html", "tags", "resolved"}`; tags are what a query can find it by."""
    notice = sending.notice

    def made(content: Content) -> dict[str, Any]:
        return {
            "title": shortened(isolated(content.heading), _TITLE),
            "html": page("work_item.html.j2", content),
            "tags": _tags(notice),
            "resolved": notice.resolved,
        }

    return fitting(sending, made, lambda item: len(item["html"]) <= _MOST, _ROOMS)


def _tags(notice: Notice) -> list[str]:
    """A tag may hold neither comma nor semicolon."""
    kinds = sorted({alert.kind.value for alert in notice.alerts})
    named = ["driftgate", notice.scope, notice.severity.value, *kinds[:5]]
    told = [clean_line(tag).replace(",", " ").replace(";", " ")[:80].strip() for tag in named]
    return list(dict.fromkeys(tag for tag in told if tag))
