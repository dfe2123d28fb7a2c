"""Silences: said, taken back and listed, the same for the command and the API."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.event import Check, Event
from shared.domain.notices import AlertLife, ScopeWatch, Silence
from shared.domain.notices.fields import values_of
from shared.domain.notices.matching import matchers_of, spell_matchers
from shared.domain.notices.scope import SCOPE
from shared.domain.people.silence import (
    MOST_IN_FORCE,
    SUBJECT,
    is_full,
    silence_given,
    silence_of,
    silence_withdrawn,
)
from shared.domain.policy import SilenceRules
from shared.domain.state import SubjectState
from shared.errors import InvalidData, InvalidPolicy, NotFound
from shared.policies.durations import parse_duration
from shared.policies.moments import parse_moment
from shared.ports import Ledger, Policies
from shared.service.codec import decode, parts
from shared.service.people.saying import say
from shared.service.service import Service

_SHORTEST_ID = 4
_MOST_SHOWN = 20
_NOBODY = "nobody yet"


def declare(
    service: Service,
    ledger: Ledger,
    policies: Policies,
    matchers: str,
    *,
    author: str,
    reason: str,
    lasts: str | None = None,
    until: str | None = None,
    starts: str | None = None,
    until_resolved: bool = False,
    now: datetime,
    via: str,
) -> dict[str, Any]:
    """Say it, and return it as it is listed, with the firing alerts that it `mutes` now.

    It `lasts` so long from its start, or is in force `until` then. It counts once its event is
    decided. Raises InvalidData naming what may not be said.
    """
    event = _given(
        policies,
        matchers,
        author=author,
        reason=reason,
        lasts=lasts,
        until=until,
        starts=starts,
        until_resolved=until_resolved,
        now=now,
    )
    if is_full(_state(ledger, SUBJECT).silences, now):
        raise InvalidData(
            f"{MOST_IN_FORCE} silences are in force or to come already; take one back, or give "
            "a route other receivers."
        )
    say(service, event, via)
    silence = silence_of(event)
    return {**_listed(silence, now), "mutes": mutes(ledger, silence)}


def consider(
    ledger: Ledger,
    policies: Policies,
    matchers: str,
    *,
    lasts: str | None = None,
    until: str | None = None,
    starts: str | None = None,
    until_resolved: bool = False,
    now: datetime,
) -> dict[str, Any]:
    """What `declare` would return, with nothing said.

    Raises InvalidData naming what may not be said.
    """
    event = _given(
        policies,
        matchers,
        author=_NOBODY,
        reason=_NOBODY,
        lasts=lasts,
        until=until,
        starts=starts,
        until_resolved=until_resolved,
        now=now,
    )
    silence = silence_of(event)
    return {**_listed(silence, now), "mutes": mutes(ledger, silence)}


def _given(
    policies: Policies,
    matchers: str,
    *,
    author: str,
    reason: str,
    lasts: str | None,
    until: str | None,
    starts: str | None,
    until_resolved: bool,
    now: datetime,
) -> Event:
    rules = rules_of(policies)
    since = now if starts is None else parse_moment(starts, now, "starts")
    return silence_given(
        matchers_of(matchers),
        author=author,
        reason=reason,
        since=since,
        until=end_of(lasts, until, since, now),
        until_resolved=until_resolved,
        longest=rules.longest,
        now=now,
    )


def withdraw(
    service: Service,
    ledger: Ledger,
    silence: str,
    *,
    author: str,
    reason: str,
    now: datetime,
    via: str,
) -> dict[str, Any]:
    """Take it back, and return what was taken back; the first characters of its id are enough.

    Raises NotFound for one that is not known, InvalidData for one that is over.
    """
    one = _known(ledger, silence, now)
    if one.end <= now:
        raise InvalidData(f"Silence {one.id} is over already; there is nothing to take back.")
    say(service, silence_withdrawn(one.id, author=author, reason=reason, now=now), via)
    return _listed(one, now)


def silences(ledger: Ledger, now: datetime, silence: str | None = None) -> list[dict[str, Any]]:
    """Who silences what, why and until when; those in force first, of these the latest end.

    Of `silence`, that one alone. Raises NotFound where it is not known.
    """
    if silence is not None:
        return [_listed(_known(ledger, silence, now), now)]
    known = [one for one in _state(ledger, SUBJECT).silences if one.matchers]
    known.sort(key=lambda one: one.end, reverse=True)
    known.sort(key=lambda one: (not one.holds(now), one.end <= now))
    return [_listed(one, now) for one in known]


def mutes(ledger: Ledger, silence: Silence) -> list[dict[str, Any]]:
    """The alerts that fire now and that it covers, the first of them that began."""
    found = [
        shown(scope, life)
        for scope, life in firing(ledger)
        if silence.covers(values_of(life.alert, scope))
    ]
    return sorted(found, key=lambda one: (one["since"], one["fingerprint"]))


def muted(ledger: Ledger, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """By the id of each silence that is in force the alerts that fire and that it covers."""
    held = [one for one in _state(ledger, SUBJECT).silences if one.matchers and one.holds(now)]
    found: dict[str, list[dict[str, Any]]] = {one.id: [] for one in held}
    for scope, life in firing(ledger) if held else ():
        values = values_of(life.alert, scope)
        for one in held:
            if one.covers(values):
                found[one.id].append(shown(scope, life))
    return found


def firing(ledger: Ledger) -> Iterator[tuple[str, AlertLife]]:
    """Every alert that fires now, with the name of its scope."""
    scopes = [one for one in ledger.reported(Check.ALERTS.value) if one.startswith(f"{SCOPE}/")]
    for subject, watch in parts(ledger, "scope", sorted(scopes), ScopeWatch).items():
        for life in watch.lives.values():
            if life.ended is None:
                yield subject.partition("/")[2], life


def shown(scope: str, life: AlertLife) -> dict[str, Any]:
    """An alert in few words."""
    alert = life.alert
    return {
        "fingerprint": alert.fingerprint,
        "scope": scope,
        "kind": alert.kind.value,
        "severity": alert.severity.value,
        "subject": alert.subject,
        "title": alert.title,
        "since": to_plain(alert.since),
    }


def standing(silence: Silence, now: datetime) -> str:
    """Whether it is in force: a word."""
    if silence.withdrawn is not None and silence.withdrawn <= now:
        return "withdrawn"
    if silence.end <= now:
        return "over"
    return "in force" if silence.holds(now) else "to come"


def rules_of(policies: Policies) -> SilenceRules:
    """What the fleet says of silences; a file that is wrong keeps nobody from silencing.

    Raises InvalidData where there is none: then nobody is told anything that could be silenced.
    """
    try:
        fleet = policies.fleet()
    except InvalidPolicy:
        return SilenceRules()
    if fleet is None:
        raise InvalidData(
            "Nobody is told of alerts, since there is no fleet.yaml beside the policies; add it."
        )
    return fleet.silences


def end_of(lasts: str | None, until: str | None, since: datetime, now: datetime) -> datetime:
    """When it ends: after so long, or at a moment. Raises InvalidData unless one is said."""
    if (lasts is None) is (until is None):
        raise InvalidData("Say either for how long, as 2h, or until when, as Friday 18:00Z.")
    if until is not None:
        return parse_moment(until, now, "until")
    try:
        return since + parse_duration(lasts or "")
    except (ValueError, OverflowError) as problem:
        raise InvalidData(f"for is {(lasts or '')[:40]!r}; write 30m, 2h or 3d.") from problem


def _known(ledger: Ledger, named: str, now: datetime) -> Silence:
    known = [one for one in _state(ledger, SUBJECT).silences if one.matchers]
    found = [one for one in known if one.id == named]
    if len(named) >= _SHORTEST_ID:
        found = found or [one for one in known if one.id.startswith(named)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(one.id for one in found[:_MOST_SHOWN])
        raise InvalidData(f"{named[:80]} begins the ids of several silences: {ids}; name one.")
    ids = ", ".join(one.id for one in known if one.end > now) or "none"
    raise NotFound(
        f"There is no silence {named[:80]}; in force or to come are: {ids}. "
        "One that was said just now takes a moment."
    )


def _listed(silence: Silence, now: datetime) -> dict[str, Any]:
    plain = to_plain(silence)
    told = plain if isinstance(plain, dict) else {}
    return {
        **told,
        "text": spell_matchers(silence.matchers),
        "end": to_plain(silence.end),
        "standing": standing(silence, now),
    }


def _state(ledger: Ledger, subject: str) -> SubjectState:
    return decode(ledger.state(subject).state, SubjectState)
