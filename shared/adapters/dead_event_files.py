"""The files in which Event Grid leaves what it could not deliver: arrays of envelopes with why.

An envelope keeps its shape and gets some fields beside it, spelled as its schema spells fields.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.domain.canonical import canonical_json, content_hash, parse_time
from shared.ports import DeadEvent

_ADDED = frozenset(
    {
        "deadletterreason",
        "deliveryattempts",
        "lastdeliveryoutcome",
        "publishtime",
        "lastdeliveryattempttime",
        "lasthttpstatuscode",
    }
)


def dead_events(content: bytes, place: str, written: datetime) -> list[DeadEvent]:
    """What one file holds; one that is no array of objects is a dead event itself."""
    entries = _entries(content)
    if entries is None:
        return [
            DeadEvent(
                id=content_hash([place])[:32],
                place=place,
                at=written,
                reason="unreadable",
                sentence="The file is no JSON array of events.",
                tries=0,
                envelope=content,
            )
        ]
    return [_dead_event(entry, place, written) for entry in entries]


def without(content: bytes, identity: str, place: str) -> bytes | None:
    """The file without one of its events; None where nothing is left of it."""
    entries = _entries(content)
    left = [entry for entry in entries or () if _identity(entry, place) != identity]
    return json.dumps(left, ensure_ascii=False).encode() if left else None


def _entries(content: bytes) -> list[dict[str, Any]] | None:
    try:
        value = json.loads(content.decode("utf-8-sig"))
        canonical_json(value)
    except (ValueError, RecursionError):
        return None
    entries = value if isinstance(value, list) else [value]
    return entries if all(isinstance(entry, dict) for entry in entries) else None


def _identity(entry: Mapping[str, Any], place: str) -> str:
    return content_hash([place, entry])[:32]


def _dead_event(entry: Mapping[str, Any], place: str, written: datetime) -> DeadEvent:
    told = {name.lower(): value for name, value in entry.items() if name.lower() in _ADDED}
    envelope = {name: value for name, value in entry.items() if name.lower() not in _ADDED}
    outcome, tries = told.get("lastdeliveryoutcome"), told.get("deliveryattempts")
    last = "" if outcome is None else f": the last answer was {str(outcome)[:200]}"
    return DeadEvent(
        id=_identity(entry, place),
        place=place,
        at=_time(told.get("lastdeliveryattempttime") or told.get("publishtime"), written),
        reason=str(told.get("deadletterreason") or "unknown")[:200],
        sentence=f"Event Grid could not deliver it{last}.",
        tries=tries if isinstance(tries, int) else 0,
        envelope=canonical_json(envelope),
    )


def _time(value: object, written: datetime) -> datetime:
    try:
        return parse_time(value) if isinstance(value, str) else written
    except (ValueError, OverflowError):
        return written
