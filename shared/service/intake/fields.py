"""Reads single fields of untrusted envelopes, refusing each fault in one sentence."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.canonical import parse_time
from shared.errors import MalformedPayload

_LONGEST_TEXT = 4096
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
_WORKSPACE = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)"
    r"/providers/microsoft\.machinelearningservices/workspaces/(?P<name>[^/]+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an Event Grid or CloudEvents envelope tells, whichever of the two it was."""

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    data: Mapping[str, Any]


def required_text(
    envelope: Mapping[str, Any], field: str, form: str, *, empty: bool = False
) -> str:
    """A field that must be there and be text. Raises MalformedPayload naming it."""
    value = envelope.get(field)
    if not isinstance(value, str) or not (value or empty):
        raise MalformedPayload(f"The {form} has no {field}; send it as text.")
    if len(value) > _LONGEST_TEXT:
        raise MalformedPayload(
            f"The {form}'s {field} has {len(value)} characters; {_LONGEST_TEXT} at most are read."
        )
    return value


def required_time(envelope: Mapping[str, Any], field: str, form: str) -> datetime:
    """A field that must hold an ISO 8601 time. Raises MalformedPayload naming it."""
    text = required_text(envelope, field, form)
    try:
        return parse_time(text)
    except (ValueError, OverflowError) as problem:
        raise MalformedPayload(
            f"The {form}'s {field} is {text[:60]!r}; send an ISO 8601 time such as "
            "2026-02-03T10:15:30Z."
        ) from problem


def required_name(value: object, what: str) -> str:
    """A name used as part of a subject: it may never be read as a path or a query.

    Raises MalformedPayload for anything but letters, digits, dot, dash and underscore.
    """
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not _NAME.fullmatch(text):
        raise MalformedPayload(
            f"The {what} is {str(value)[:80]!r}; a name has letters, digits, dots, dashes and "
            "underscores and begins with a letter or digit."
        )
    return text


def is_name(value: object) -> bool:
    """Whether it could be used as a name, as `required_name` wants it."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def any_case(data: Mapping[str, Any], field: str) -> Any:
    """A field whatever the case of its key: Azure's documents and its services differ."""
    if field in data:
        return data[field]
    wanted = field.casefold()
    return next((value for key, value in data.items() if key.casefold() == wanted), None)


def clean_text(value: object, most: int = 200) -> str | None:
    """Text that people will read: one line of printable characters, cut after `most`.

    Invisible characters, those that turn the direction of writing too, become blanks. None for
    what is no text or holds none.
    """
    if not isinstance(value, str):
        return None
    seen = "".join(sign if sign.isprintable() else " " for sign in value[: 4 * most])
    line = " ".join(seen.split())
    return (line if len(line) <= most else f"{line[: most - 3]}...") or None


def number_of(value: object) -> float | None:
    """A finite number, also when it is written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def text_map(value: object) -> dict[str, str]:
    """Tags and properties as text; anything else than an object is empty."""
    if not isinstance(value, dict):
        return {}
    return {str(key): str(item) for key, item in value.items() if item is not None}


def workspace_of(resource: str) -> dict[str, str] | None:
    """Subscription, resource group and name of the workspace in a resource id."""
    found = _WORKSPACE.match(resource)
    if found is None:
        return None
    return {
        "subscription": found["subscription"],
        "resource_group": found["group"],
        "name": found["name"],
    }
