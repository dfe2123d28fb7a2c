"""PagerDuty: one incident a group, by the Events API v2."""

from typing import Any

from shared.domain.alert import Severity
from shared.domain.canonical import format_time
from shared.domain.notices import Notice, NoticeReason
from shared.ports import Sending
from shared.rendering.composing import ROOMS, compose
from shared.rendering.content import FIRST, OPEN, SUMMARY, Content, Told
from shared.rendering.escaping import clean_line
from shared.rendering.shortening import shortened
from shared.rendering.wording import importance

_SUMMARY = 1024
_SEVERITY = {Severity.CRITICAL: "critical", Severity.WARNING: "warning", Severity.INFO: "info"}
_CLIENT = "Driftgate"
_NOTHING_NEW = frozenset(
    {
        NoticeReason.FIRST,
        NoticeReason.ACKNOWLEDGED,
        NoticeReason.SOME_RESOLVED,
        NoticeReason.REPEAT,
    }
)
"""What wakes nobody where somebody has all of it in hand."""


def write(sending: Sending) -> dict[str, Any]:
    """An event without its routing key: trigger, acknowledge or resolve, by the group's key."""
    notice = sending.notice
    content = compose(sending, ROOMS[0])
    event = {
        "event_action": _action(notice),
        "dedup_key": notice.group[:255],
        "payload": _payload(notice, content),
        "links": _links(content),
        "client": _CLIENT,
    }
    if sending.public_url is not None:
        event["client_url"] = content.report or sending.public_url
    return event


def _action(notice: Notice) -> str:
    """An acknowledged incident wakes nobody, so all of the group has to be in somebody's hands."""
    if notice.resolved:
        return "resolve"
    taken = not notice.omitted and all(alert.owner is not None for alert in notice.firing)
    return "acknowledge" if taken and notice.reason in _NOTHING_NEW else "trigger"


def _payload(notice: Notice, content: Content) -> dict[str, Any]:
    first = min(notice.alerts, key=importance, default=None)
    scope = clean_line(notice.scope)[:200] or _CLIENT
    payload: dict[str, Any] = {
        "summary": shortened(content.heading, _SUMMARY),
        "source": scope if first is None else clean_line(first.subject)[:300] or scope,
        "severity": _SEVERITY[notice.severity],
        "timestamp": format_time(notice.since),
        "component": scope,
        "group": clean_line(", ".join(notice.labels.values()))[:200] or scope,
        "custom_details": _details(content),
    }
    if first is not None:
        payload["class"] = first.kind.value
    return payload


def _details(content: Content) -> dict[str, Any]:
    details: dict[str, Any] = {"Why now": content.now}
    if content.summary is not None:
        details[SUMMARY] = content.summary
    if content.alone is not None:
        details |= _told(content.alone)
    else:
        details |= {alert.fingerprint: _told(alert) for alert in content.alerts}
    if content.body is not None and not content.body_is_html:
        details["Text"] = content.body
    if content.notes:
        details["Notes"] = "\n".join(content.notes)
    details |= {command.what: command.command for command in content.commands}
    return details


def _told(alert: Told) -> dict[str, str]:
    step = {FIRST: alert.first_step} if alert.first_step else {}
    text = {"What it means": alert.text} if alert.text else {}
    return {
        "Alert": alert.heading,
        **dict(alert.facts),
        **text,
        **step,
        "Fingerprint": alert.fingerprint,
    }


def _links(content: Content) -> list[dict[str, str]]:
    links = [
        {"href": alert.report, "text": OPEN if content.alone else shortened(alert.heading, 100)}
        for alert in content.alerts
        if alert.report is not None
    ]
    if content.silence is not None:
        links.append({"href": content.silence, "text": "Silence it in Driftgate"})
    return links
