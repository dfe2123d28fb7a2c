"""What people notice of a decision: alerts, pages, retrainings and promotions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.domain.action import (
    Deliver,
    PostAlert,
    RequestPromotion,
    RequestRetraining,
    RequestRollback,
    ResolveAlert,
)
from shared.domain.notices.notice import NoticeReason
from shared.domain.policy import ChannelKind

NOTICED = frozenset(
    one.kind
    for one in (
        PostAlert,
        ResolveAlert,
        Deliver,
        RequestRetraining,
        RequestPromotion,
        RequestRollback,
    )
)
"""The actions without any of which nobody notices a decision."""


_WAKES = frozenset({ChannelKind.PAGERDUTY.value})
_WAKES_NOBODY = frozenset(
    one.value
    for one in (
        NoticeReason.ALL_RESOLVED,
        NoticeReason.SOME_RESOLVED,
        NoticeReason.ACKNOWLEDGED,
        NoticeReason.CALM,
    )
)


class What(StrEnum):
    """The kinds of things that are noticed.

    A page wakes somebody: it opens an incident at whoever is on call, or tells of an open one
    anew. What goes over other channels, and the end of an incident, is a notice.
    """

    RAISED = "raised"
    ENDED = "ended"
    PAGE = "page"
    NOTICE = "notice"
    RETRAINING = "retraining"
    PROMOTION = "promotion"
    ROLLBACK = "rollback"


TELLS = frozenset({What.PAGE, What.NOTICE})
"""What goes to a receiver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that a decision told or asked for, at the time it was decided.

    `identity` is what makes it the same thing in both worlds: an alert's fingerprint, a notice's
    receiver, group and reason, a retraining's cause, a version and its stage. By its `order` one
    recognises what became of a page or a retraining.
    """

    what: What
    at: datetime
    identity: str
    title: str
    subject: str
    decision: str
    event: str
    receiver: str = ""
    severity: str = ""
    order: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def told_of(plain: Mapping[str, Any], at: datetime) -> Iterator[Told]:
    """What is noticed of a decision in its plain form."""
    for action in plain["actions"]:
        found = _READ.get(action["action"])
        if found is None:
            continue
        event = plain["event"]
        yield Told(
            at=at,
            subject=event["subject"],
            decision=plain["hash"],
            event=event["id"],
            **found(action),
        )


def _raised(action: Mapping[str, Any]) -> dict[str, Any]:
    alert = action["alert"]
    return {
        "what": What.RAISED,
        "identity": alert["fingerprint"],
        "title": alert["title"],
        "severity": alert["severity"],
        "details": {"kind": alert["kind"], "since": alert["since"]},
    }


def _ended(action: Mapping[str, Any]) -> dict[str, Any]:
    told = _raised(action)
    return {**told, "what": What.ENDED, "details": {**told["details"], "reason": action["reason"]}}


def _told(action: Mapping[str, Any]) -> dict[str, Any]:
    notice = action["notice"]
    wakes = action["channel"] in _WAKES and notice["reason"] not in _WAKES_NOBODY
    return {
        "what": What.PAGE if wakes else What.NOTICE,
        "identity": f"{notice['receiver']} {notice['group']} {notice['reason']}",
        "title": notice["title"],
        "severity": notice["severity"],
        "receiver": notice["receiver"],
        "order": action["order"],
        "details": {
            "channel": action["channel"],
            "reason": notice["reason"],
            "scope": notice["scope"],
        },
    }


def _retraining(action: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "what": What.RETRAINING,
        "identity": f"{action['model']} {action['cause']}",
        "title": f"{action['model']} because of {action['cause']}",
        "order": action["retraining"],
        "details": {"window": action["window"], "cost": action["cost"]},
    }


def _promotion(action: Mapping[str, Any]) -> dict[str, Any]:
    named = f"{action['model']}:{action['version']}"
    return {
        "what": What.PROMOTION,
        "identity": f"{named} {action['stage']}",
        "title": f"{named} put forward for {action['stage']}",
        "details": {"besides": list(action["besides"])},
    }


def _rollback(action: Mapping[str, Any]) -> dict[str, Any]:
    named = f"{action['model']}:{action['version']}"
    return {
        "what": What.ROLLBACK,
        "identity": f"{named} {action['stage']}",
        "title": f"{named} to be rolled back in {action['stage']}",
        "details": {"reason": action["reason"]},
    }


_READ = {
    PostAlert.kind: _raised,
    ResolveAlert.kind: _ended,
    Deliver.kind: _told,
    RequestRetraining.kind: _retraining,
    RequestPromotion.kind: _promotion,
    RequestRollback.kind: _rollback,
}
