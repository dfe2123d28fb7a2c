"""What people let pass: said, taken back and listed, the same for the command and the API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.people.override import override_given, override_of, override_withdrawn
from shared.domain.promotion import Override
from shared.domain.state import SubjectState
from shared.errors import InvalidData, NotFound
from shared.policies.moments import parse_moment
from shared.ports import Ledger
from shared.service.codec import decode, parts
from shared.service.people.saying import say
from shared.service.service import Service

_MODEL = "model/"


def declare(
    service: Service,
    ledger: Ledger,
    model: str,
    version: str,
    *,
    gates: Sequence[str],
    author: str,
    reason: str,
    until: str,
    now: datetime,
    via: str,
) -> dict[str, Any]:
    """Say it, and return it as it is listed; it counts once its event is decided.

    Raises InvalidData naming what cannot be let pass, NotFound for a version no gate has seen.
    """
    event = override_given(
        model,
        version,
        gates=gates,
        author=author,
        reason=reason,
        until=parse_moment(until, now, "until"),
        now=now,
    )
    judged = _state(ledger, f"model/{model}").versions
    if version not in judged:
        raise NotFound(
            f"{model}:{version} was never judged; judged are: {', '.join(judged) or 'none'}. "
            "One that was registered just now takes a moment."
        )
    say(service, event, via)
    return _listed(model, override_of(event), now)


def withdraw(
    service: Service,
    ledger: Ledger,
    model: str,
    override: str,
    *,
    author: str,
    reason: str,
    now: datetime,
    via: str,
) -> dict[str, Any]:
    """Take it back, and return what was taken back.

    Raises NotFound for one that is not known, InvalidData for one that is over.
    """
    known = {one.id: one for one in _state(ledger, f"model/{model}").overrides}
    if override not in known:
        raise NotFound(
            f"{model[:80]} has no override {override[:80]}; known are: "
            f"{', '.join(known) or 'none'}. One that was given just now takes a moment."
        )
    if not known[override].holds(now):
        raise InvalidData(f"Override {override} is over already; there is nothing to take back.")
    event = override_withdrawn(
        model, known[override].version, override, author=author, reason=reason, now=now
    )
    say(service, event, via)
    return _listed(model, known[override], now)


def overrides(ledger: Ledger, now: datetime, model: str | None = None) -> list[dict[str, Any]]:
    """Who lets what pass, why and until when, of one model or all; the latest end first."""
    if model is not None:
        subjects = [f"{_MODEL}{model}"]
    else:
        subjects = [
            subject
            for subject, glance in ledger.glances().items()
            if subject.startswith(_MODEL) and glance.overrides != 0
        ]
    found = [
        _listed(name.removeprefix(_MODEL), override, now)
        for name, given in parts(ledger, "overrides", subjects, tuple[Override, ...]).items()
        for override in given
        if override.gates
    ]
    found.sort(key=lambda one: one["until"], reverse=True)
    return found


def standing(override: Override, now: datetime) -> str:
    """Whether it is in force: a word."""
    if override.withdrawn is not None and override.withdrawn <= now:
        return "withdrawn"
    return "in force" if override.holds(now) else "over"


def _listed(model: str, override: Override, now: datetime) -> dict[str, Any]:
    plain = to_plain(override)
    told = plain if isinstance(plain, dict) else {}
    return {"model": model, **told, "standing": standing(override, now)}


def _state(ledger: Ledger, subject: str) -> SubjectState:
    return decode(ledger.state(subject).state, SubjectState)
