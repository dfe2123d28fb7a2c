"""What people mean to be: said, taken back and listed, the same for the command and the API."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.decisions.routing.route import intents_of
from shared.domain.people.intent import Intent, intent_declared, intent_of, intent_withdrawn
from shared.domain.policy import RoutingPolicy
from shared.domain.state import SubjectState
from shared.errors import InvalidData, InvalidPolicy, NotFound
from shared.policies.moments import parse_moment
from shared.ports import Ledger, Policies
from shared.service.codec import decode, parts
from shared.service.history.relations import endpoints_in
from shared.service.people.saying import say
from shared.service.service import Service

_BY_POLICY = "policy/"
_ENDPOINT = "endpoint/"


def declare(
    service: Service,
    endpoint: str,
    *,
    author: str,
    reason: str,
    until: str,
    since: str | None = None,
    deployment: str | None = None,
    traffic: Mapping[str, float] | None = None,
    now: datetime,
    via: str,
) -> dict[str, Any]:
    """Say it, and return it as it is listed; it counts once its event is decided.

    Raises InvalidData naming what cannot be meant.
    """
    event = intent_declared(
        endpoint,
        author=author,
        reason=reason,
        since=now if since is None else parse_moment(since, now, "since"),
        until=parse_moment(until, now, "until"),
        deployment=deployment,
        traffic=None if traffic is None else dict(traffic),
        now=now,
    )
    say(service, event, via)
    return _listed(endpoint, intent_of(event), now)


def withdraw(
    service: Service,
    ledger: Ledger,
    endpoint: str,
    intent: str,
    *,
    author: str,
    reason: str,
    now: datetime,
    via: str,
) -> dict[str, Any]:
    """Take it back, and return what was taken back.

    Raises NotFound for one that is not known, InvalidData for one that is over or the policy's.
    """
    if intent.startswith(_BY_POLICY):
        raise InvalidData(f"{intent[:80]} is the policy's; change it in the policy file.")
    known = {one.id: one for one in _state(ledger, f"endpoint/{endpoint}").intents}
    if intent not in known:
        raise NotFound(
            f"{endpoint[:80]} has no intent {intent[:80]}; known are: "
            f"{', '.join(known) or 'none'}. One that was said just now takes a moment."
        )
    if known[intent].end <= now:
        raise InvalidData(f"Intent {intent} is over already; there is nothing to take back.")
    event = intent_withdrawn(endpoint, intent, author=author, reason=reason, now=now)
    say(service, event, via)
    return _listed(endpoint, known[intent], now)


def intents(
    ledger: Ledger, policies: Policies, now: datetime, endpoint: str | None = None
) -> list[dict[str, Any]]:
    """Who means what to be, why and until when, of one endpoint or all; the latest end first.

    What a policy says is among them. A policy that cannot be read says nothing here; the heartbeat
    tells of it.
    """
    if endpoint is not None:
        subjects, names = [f"{_ENDPOINT}{endpoint}"], {endpoint}
    else:
        subjects = _with_intents(ledger)
        names = {name.removeprefix(_ENDPOINT) for name in subjects}
        with_standby = (policy for policy in policies.all() if policy.routing.standby)
        names.update(name for policy in with_standby for name in endpoints_in(policy))
    said = parts(ledger, "intents", subjects, tuple[Intent, ...])
    found = [
        _listed(name, intent, now)
        for name in sorted(names)
        for intent in _meant(name, said.get(f"{_ENDPOINT}{name}", ()), policies)
    ]
    found.sort(key=lambda one: one["end"], reverse=True)
    return found


def _with_intents(ledger: Ledger) -> list[str]:
    """Endpoints of which somebody said what is meant to be, found without reading a state."""
    return [
        subject
        for subject, glance in ledger.glances().items()
        if subject.startswith(_ENDPOINT) and glance.intents != 0
    ]


def meant_for(endpoint: str, state: SubjectState, policies: Policies) -> tuple[Intent, ...]:
    """Every intent of an endpoint, its policy's included; only taken back is none."""
    return _meant(endpoint, state.intents, policies)


def _meant(endpoint: str, said: tuple[Intent, ...], policies: Policies) -> tuple[Intent, ...]:
    try:
        policy = policies.for_endpoint(endpoint)
    except InvalidPolicy:
        policy = None
    routing = policy.routing if policy is not None else RoutingPolicy()
    meant = intents_of(routing, said)
    return tuple(one for one in meant if one.deployment is not None or one.traffic is not None)


def standing(intent: Intent, now: datetime) -> str:
    """Whether it is in force: a word."""
    if intent.withdrawn is not None and intent.withdrawn <= now:
        return "withdrawn"
    if intent.end <= now:
        return "over"
    return "in force" if intent.holds(now) else "to come"


def _listed(endpoint: str, intent: Intent, now: datetime) -> dict[str, Any]:
    plain = to_plain(intent)
    told = plain if isinstance(plain, dict) else {}
    return {
        "endpoint": endpoint,
        **told,
        "end": to_plain(intent.end),
        "standing": standing(intent, now),
    }


def _state(ledger: Ledger, subject: str) -> SubjectState:
    return decode(ledger.state(subject).state, SubjectState)
