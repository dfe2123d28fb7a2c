"""Where a mark of a history leads in the console."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from shared.service.history import Mark
from shared.service.history.marks import LinkKind

Paths = Mapping[str, str]


def promotion_paths(promotions: Iterable[Mapping[str, Any]]) -> Paths:
    """By what identifies a promotion, the address of its page."""
    return {
        str(one["promotion"]): (
            f"/console/promotions/{quote(str(one['model']), safe='')}"
            f"/{quote(str(one['version']), safe='')}"
        )
        for one in promotions
    }


def link_of(mark: Mark, promotions: Paths) -> tuple[str, str] | None:
    """The address and what it is called; None where a mark tells all that there is of it."""
    target = quote(mark.link.target, safe="")
    match mark.link.kind:
        case LinkKind.ALERT:
            return f"/console/alerts/{target}", "the alert"
        case LinkKind.EVENT:
            return f"/console/events/{target}", "the event"
        case LinkKind.PROMOTION:
            path = promotions.get(mark.link.target)
            return None if path is None else (path, "the promotion")
        case LinkKind.RETRAINING:
            name = quote(mark.subject.partition("/")[2], safe="")
            return f"/console/retrainings#{name}", "its retrainings"
        case _:
            return None
