"""A notice without what nobody outside is to see, before a language model is shown it."""

import re
from dataclasses import replace

from shared.domain.diagnosis.secrets import HIDDEN, without_key_blocks, without_secrets
from shared.domain.notices import Notice, NoticedAlert

_GUID = re.compile(r"(?i)\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
_BY = re.compile(
    r"\b([Bb]y|[Ff]rom|[Tt]o|[Aa]sked|[Tt]old) [^\W\d_a-z][\w'’.-]{1,40}"
    r"(?: (?:(?:van|von|de|der|den|di|la|bin|al) ){0,2}[^\W\d_a-z][\w'’.-]{1,40}){1,3}"
)
_PEOPLE = frozenset(
    {"owner", "author", "approver", "by", "changed_by", "created_by", "person", "user", "who"}
)
_LONGEST = 6000


def redacted(notice: Notice) -> Notice:
    """The same without keys, addresses of people, ids of subscriptions, and names of people.

    A person's name is known by where it stands: an owner, a label for people, or two names with
    capitals after `by` and the like. Owners, reasons of ends and labels are left out whole.
    """
    people = _people(notice)
    return replace(
        notice,
        title=_without(notice.title, people),
        scope=_without(notice.scope, people),
        receiver="",
        labels={},
        summary=None,
        alerts=tuple(_alert(alert, people) for alert in notice.alerts),
    )


def _alert(alert: NoticedAlert, people: tuple[str, ...]) -> NoticedAlert:
    return replace(
        alert,
        subject=_without(alert.subject, people),
        title=_without(alert.title, people),
        text=_without(alert.text, people),
        first_step=_without(alert.first_step, people),
        labels={},
        owner=None,
        over=None,
    )


def _people(notice: Notice) -> tuple[str, ...]:
    """Every way a person is written who is known to be one, the longest first."""
    named = [alert.owner or "" for alert in notice.alerts]
    labelled = [notice.labels, *(alert.labels for alert in notice.alerts)]
    named += [value for labels in labelled for key, value in labels.items() if key in _PEOPLE]
    written = {name for one in named for name in (one, one.partition("@")[0]) if len(name) > 2}
    return tuple(sorted(written, key=lambda name: (-len(name), name)))


def _without(text: str, people: tuple[str, ...]) -> str:
    lines = without_key_blocks(text[:_LONGEST].splitlines())
    safe = "\n".join(_GUID.sub(HIDDEN, without_secrets(line)) for line in lines)
    for name in people:
        safe = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", HIDDEN, safe)
    return _BY.sub(rf"\1 {HIDDEN}", safe)
