"""A webhook: the notice as JSON, for programs; `docs/messages.md` describes it."""

import json
from dataclasses import replace
from typing import Any

from shared.domain.canonical import format_time
from shared.domain.notices import NoticedAlert
from shared.ports import Sending
from shared.rendering.addresses import report_of
from shared.rendering.composing import ROOMS, WIDE, Room, compose
from shared.rendering.content import Content, State
from shared.rendering.escaping import clean, clean_line
from shared.rendering.shortening import shortened
from shared.rendering.wording import importance

VERSION = 1
"""It goes up when a field goes or means something else; new fields may come at any time."""


_MOST_BYTES = 200_000
_ROOMS = (WIDE, replace(WIDE, alerts=15), *ROOMS)


def write(sending: Sending) -> dict[str, Any]:
    """The object that is sent, under 200,000 bytes; times are ISO 8601 in UTC."""
    for room in _ROOMS[:-1]:
        made = _object(sending, room)
        if len(json.dumps(made)) <= _MOST_BYTES:
            return made
    return _object(sending, _ROOMS[-1])


def _object(sending: Sending, room: Room) -> dict[str, Any]:
    notice = sending.notice
    content = compose(sending, room)
    listed = sorted(notice.alerts, key=importance)[: room.alerts]
    return {
        "version": VERSION,
        "notice": clean_line(notice.id)[:64],
        "group": clean_line(notice.group)[:255],
        "number": notice.number,
        "order": clean_line(sending.order)[:255],
        "receiver": clean_line(notice.receiver)[:120],
        "scope": clean_line(notice.scope)[:200],
        "reason": notice.reason.value,
        "why": content.now,
        "state": content.state.value,
        "resolved": content.state is State.RESOLVED,
        "severity": notice.severity.value,
        "title": shortened(clean_line(notice.title), room.title),
        "heading": content.heading,
        "made": format_time(notice.made),
        "since": format_time(notice.since),
        "labels": _labels(notice.labels),
        "alerts": [_alert(alert, sending, room) for alert in listed],
        "omitted": notice.omitted + len(notice.alerts) - len(listed),
        "held": notice.held,
        "folded": {clean_line(kind)[:80]: count for kind, count in sorted(notice.folded.items())},
        "summary": content.summary,
        "text": content.body if not content.body_is_html else None,
        "notes": list(content.notes),
        "report": content.report,
        "commands": _commands(content),
    }


def _alert(alert: NoticedAlert, sending: Sending, room: Room) -> dict[str, Any]:
    return {
        "fingerprint": clean_line(alert.fingerprint)[:64],
        "kind": alert.kind.value,
        "severity": alert.severity.value,
        "subject": clean_line(alert.subject)[:300],
        "title": shortened(clean_line(alert.title), room.title),
        "text": shortened(clean(alert.text), room.each),
        "first_step": shortened(clean(alert.first_step), room.step),
        "since": format_time(alert.since),
        "ended": None if alert.ended is None else format_time(alert.ended),
        "ended_by": None if alert.over is None else shortened(clean_line(alert.over), 300),
        "owner": None if alert.owner is None else clean_line(alert.owner)[:120],
        "new": alert.new,
        "flapping": alert.flapping,
        "labels": _labels(alert.labels),
        "report": report_of(sending, alert.fingerprint),
    }


def _labels(labels: dict[str, str]) -> dict[str, str]:
    listed = sorted(labels.items())[:30]
    return {clean_line(name)[:80]: shortened(clean_line(value), 300) for name, value in listed}


def _commands(content: Content) -> dict[str, str]:
    return {command.what.lower(): command.command for command in content.commands}
