"""Acknowledgements: an alert is taken on and given back, the same for the command and the API."""

from datetime import datetime
from difflib import get_close_matches
from typing import Any

from shared.domain.canonical import parse_time, to_plain
from shared.domain.decisions.alerts.acknowledging import is_owned
from shared.domain.event import Event
from shared.domain.notices import Acknowledgement, AlertLife
from shared.domain.people.acknowledgement import acknowledgement_withdrawn, alert_acknowledged
from shared.domain.wording import spell_list
from shared.errors import InvalidData, NotFound
from shared.ports import Ledger, Policies
from shared.service.people.saying import say
from shared.service.people.silences import end_of, firing, rules_of, shown
from shared.service.service import Service

_SHORTEST = 4


def acknowledge(
    service: Service,
    ledger: Ledger,
    policies: Policies,
    fingerprint: str,
    *,
    author: str,
    reason: str,
    lasts: str | None = None,
    until: str | None = None,
    now: datetime,
    via: str,
) -> dict[str, Any]:
    """Take an alert on, for as long as the fleet says where no end is named.

    It counts once its event is decided; it returns the alert with its owner. Raises NotFound for
    an alert that does not fire, InvalidData for what may not be said.
    """
    rules = rules_of(policies)
    named = lasts is not None or until is not None
    scope, life = _firing(ledger, fingerprint)
    event = alert_acknowledged(
        scope,
        life.alert.fingerprint,
        author=author,
        reason=reason,
        until=end_of(lasts, until, now, now) if named else now + rules.acknowledged_for,
        longest=max(rules.longest, rules.acknowledged_for),
        now=now,
    )
    say(service, event, via)
    taken = Acknowledgement(
        author=str(event.data["author"]),
        reason=str(event.data["reason"]),
        since=now,
        until=parse_time(event.data["until"]),
    )
    return _listed(scope, life, taken)


def release(
    service: Service,
    ledger: Ledger,
    fingerprint: str,
    *,
    author: str,
    reason: str,
    now: datetime,
    via: str,
) -> dict[str, Any]:
    """Give an alert back, and return it as it was taken on.

    Raises NotFound for an alert that does not fire, InvalidData for one that nobody has.
    """
    scope, life = _firing(ledger, fingerprint)
    taken = life.acknowledged
    if taken is None or not is_owned(life, now):
        raise InvalidData(
            f"Nobody has alert {life.alert.fingerprint} in hand. "
            "What was said just now takes a moment."
        )
    event = acknowledgement_withdrawn(
        scope, life.alert.fingerprint, author=author, reason=reason, now=now
    )
    say(service, event, via)
    return _listed(scope, life, taken)


def acknowledgements(
    ledger: Ledger, now: datetime, fingerprint: str | None = None
) -> list[dict[str, Any]]:
    """Who has which alert in hand, why and until when; the latest end first."""
    found = [
        _listed(scope, life, life.acknowledged)
        for scope, life in firing(ledger)
        if life.acknowledged is not None
        and is_owned(life, now)
        and fingerprint in {None, life.alert.fingerprint}
    ]
    return sorted(found, key=lambda one: (one["until"], one["id"]), reverse=True)


def _firing(ledger: Ledger, named: str) -> tuple[str, AlertLife]:
    """The alert that fires, by its fingerprint or how that begins. Raises NotFound."""
    lives = list(firing(ledger))
    found = [one for one in lives if one[1].alert.fingerprint == named]
    if len(named) >= _SHORTEST:
        found = found or [one for one in lives if one[1].alert.fingerprint.startswith(named)]
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidData(
            f"{named[:80]} begins the fingerprints of several alerts: "
            f"{spell_list([_named(life) for _, life in found])}; name one."
        )
    known = {life.alert.fingerprint: life for _, life in lives}
    close = get_close_matches(named[:80], known, n=5, cutoff=0.6) or list(known)
    there = spell_list([_named(known[one]) for one in close]) or "none"
    raise NotFound(
        f"No alert with fingerprint {named[:80]!r} fires that people are told of; "
        f"{'close are' if len(close) < len(known) else 'there are'}: {there}. "
        "One that began just now takes a moment."
    )


def _named(life: AlertLife) -> str:
    return f"{life.alert.fingerprint} ({life.alert.kind.value} of {life.alert.subject})"


def _listed(scope: str, life: AlertLife, taken: Acknowledgement) -> dict[str, Any]:
    plain = to_plain(taken)
    told = plain if isinstance(plain, dict) else {}
    return {
        "id": life.alert.fingerprint,
        "alert": shown(scope, life),
        **told,
        "standing": "in force",
        "withdrawn": None,
    }


def _say(service: Service, event: Event, via: str) -> None:
    receipt = service.say(event, via=via)
    if receipt.refusal is not None:
        raise InvalidData(receipt.refusal)
