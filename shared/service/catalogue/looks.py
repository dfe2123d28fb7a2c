"""The last look of each check at a subject: when, and what it came to in a sentence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.event import EXTENSION_PREFIX, EventType
from shared.domain.verdict import Verdict

MOST_DECISIONS = 300
"""So many decisions are looked through for the last look of each check."""
_DUE = EXTENSION_PREFIX + EventType.CHECK_DUE.value


@dataclass(frozen=True, slots=True, kw_only=True)
class LastLook:
    """A check's last look; `sentence` is that of its worst finding."""

    check: str
    at: datetime
    verdict: Verdict
    sentence: str
    decision: str


def last_looks(decisions: Iterable[Mapping[str, Any]]) -> tuple[LastLook, ...]:
    """By check, out of decisions that come newest first; what a replay told again is no look."""
    found: dict[str, LastLook] = {}
    for decision in decisions:
        event = decision["event"]
        check = str((event.get("data") or {}).get("check") or "")
        if event["type"] != _DUE or event.get("replayname") or not check or check in found:
            continue
        verdict = Verdict(decision["verdict"])
        found[check] = LastLook(
            check=check,
            at=parse_time(event["time"]),
            verdict=verdict,
            sentence=_sentence(decision, verdict),
            decision=str(decision["hash"]),
        )
    return tuple(found[check] for check in sorted(found))


def _sentence(decision: Mapping[str, Any], verdict: Verdict) -> str:
    told = [one for one in decision["findings"] if one["verdict"] == verdict.value]
    enforced = [one for one in told if one.get("enforced", True)]
    first = next(iter([*enforced, *told, *decision["findings"]]), None)
    return "" if first is None else str(first["sentence"])
