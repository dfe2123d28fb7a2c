"""A work item of Azure Boards: one a group, whose description is the latest message."""

from typing import Any

from shared.domain.notices import Notice
from shared.ports import Sending
from shared.rendering.composing import Room, compose
from shared.rendering.escaping import clean_line, isolated
from shared.rendering.pages import page
from shared.rendering.shortening import shortened

_TITLE = 255
_ROOM = Room(alerts=20, alone=8000, each=1200, step=1000, title=240)


def write(sending: Sending) -> dict[str, Any]:
    """`{"title", "html", "tags", "resolved"}`; tags are what a query can find it by."""
    notice = sending.notice
    content = compose(sending, _ROOM)
    return {
        "title": shortened(isolated(content.heading), _TITLE),
        "html": page("work_item.html.j2", content),
        "tags": _tags(notice),
        "resolved": notice.resolved,
    }


def _tags(notice: Notice) -> list[str]:
    """A tag may hold neither comma nor semicolon."""
    kinds = sorted({alert.kind.value for alert in notice.alerts})
    named = ["driftgate", notice.scope, notice.severity.value, *kinds[:5]]
    told = [clean_line(tag).replace(",", " ").replace(";", " ")[:80].strip() for tag in named]
    return list(dict.fromkeys(tag for tag in told if tag))
