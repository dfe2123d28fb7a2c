"""Reads the fleet's rules, the silences, and what the subjects of a scope's alerts say now."""

import logging
from collections.abc import Set
from datetime import datetime

import msgspec

from shared.domain.decisions.alerts import decide_alerts
from shared.domain.decisions.alerts.said import alert_said
from shared.domain.event import Event
from shared.domain.evidence import AlertsEvidence
from shared.domain.notices.scope import scope_of
from shared.domain.people import silence as silence_said
from shared.domain.policy import Fleet, Policy
from shared.domain.state import AlertRecord, AlertStatus, SubjectState
from shared.errors import InvalidPolicy
from shared.service.codec import decode
from shared.service.emergency import EMERGENCY
from shared.service.reactions import Reaction
from shared.service.world import World

_LOG = logging.getLogger("driftgate.alerts")


def _gather(
    event: Event,
    policy: Policy | None,  # noqa: ARG001  every reaction has this signature
    state: SubjectState,
    world: World,
    now: datetime,
) -> AlertsEvidence:
    """Without a fleet's file there is nobody to tell; with one that is wrong, the log is."""
    fleet, problem = _fleet(world)
    truth: dict[str, dict[str, AlertRecord]] = {}
    unread = []
    moved = {}
    said = alert_said(event)
    asked = state.scope.lives.keys() | (set() if said is None else {said.fingerprint})
    for subject in _subjects(event, state):
        owner = _owner(subject, event, world)
        if owner != event.subject:
            moved[subject] = owner
            continue
        records = _alerts(subject, world)
        if records is None:
            unread.append(subject)
        else:
            truth[subject] = _that_matter(records, asked)
    silences = decode(world.ledger.state(silence_said.SUBJECT).state, SubjectState).silences
    return AlertsEvidence(
        taken=now,
        fleet=fleet,
        silences=tuple(one for one in silences if one.end > now),
        truth=truth,
        unread=tuple(unread),
        moved=moved,
        problem=problem,
    )


def _fleet(world: World) -> tuple[Fleet, str | None]:
    try:
        return world.policies.fleet() or Fleet(), None
    except InvalidPolicy as problem:
        return EMERGENCY, str(problem)


def _subjects(event: Event, state: SubjectState) -> list[str]:
    """Those that raised the alerts that are known, and the one that speaks now."""
    known = {life.of for life in state.scope.lives.values()}
    of = event.data.get("of")
    return sorted(known | ({of} if isinstance(of, str) else set()))


def _owner(subject: str, event: Event, world: World) -> str:
    """The scope of a subject as the policies are now; only an endpoint's can become another."""
    kind, _, name = subject.partition("/")
    if kind != "endpoint":
        return event.subject
    policy = world.policies.for_endpoint(name)
    return scope_of(subject, None if policy is None else policy.model)


def _alerts(subject: str, world: World) -> dict[str, AlertRecord] | None:
    """The alerts of one subject; None where its state is of a form that is not known here."""
    try:
        return decode(world.ledger.state(subject).state, SubjectState).alerts
    except msgspec.ValidationError as problem:
        _LOG.warning("the state of %s cannot be read: %s", subject, problem)
        return None


def _that_matter(records: dict[str, AlertRecord], asked: Set[str]) -> dict[str, AlertRecord]:
    """What fires, and of what is over only what somebody may still have to hear of."""
    return {
        fingerprint: record
        for fingerprint, record in records.items()
        if record.status is AlertStatus.FIRING or fingerprint in asked
    }


REACTION = Reaction(evidence=AlertsEvidence, gather=_gather, decide=decide_alerts)
