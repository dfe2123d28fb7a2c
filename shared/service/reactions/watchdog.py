"""Reads Driftgate's own pulse from the ledger and the archive."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from shared.domain.alert import AlertKind
from shared.domain.decisions.watchdog import decide_watchdog
from shared.domain.decisions.watchdog.silence import MANY, is_late
from shared.domain.event import Event
from shared.domain.evidence import ServiceEvidence
from shared.domain.policy import Policy
from shared.domain.state import AlertStatus, SubjectState
from shared.errors import DriftgateError
from shared.service.concerned import OF_ENDPOINTS, UNDER_WAY, waited_for
from shared.service.intake.sources import source_of
from shared.service.reactions import Reaction
from shared.service.world import World

_LISTED = 500
_FIRST_LOOK = timedelta(days=1)
_MOST_EVENTS = 2_000

Reported = Mapping[str, Mapping[str, datetime]]


def _gather(
    event: Event,
    policy: Policy | None,  # noqa: ARG001  every reaction has this signature
    state: SubjectState,
    world: World,
    now: datetime,
) -> ServiceEvidence:
    reported = world.ledger.reported()
    policies = world.policies.all()
    endpoints, unlisted = _endpoints(world, reported)
    late: dict[str, datetime] = {}
    never: list[str] = []
    on_time: dict[str, int] = {}
    expected: set[str] = set()
    periods = world.settings.periods
    for check, period in periods.items():
        waited = (
            [subject for subject, checks in reported.items() if check.value in checks]
            if check in UNDER_WAY
            else waited_for(check, policies, endpoints)
        )
        for subject in waited:
            key, last = f"{subject} {check.value}", reported.get(subject, {}).get(check.value)
            expected.add(key)
            if last is None:
                never.append(key)
            elif is_late(last, event.time, period):
                late[key] = last
            else:
                on_time[check.value] = on_time.get(check.value, 0) + 1
    listed = sorted(late, key=lambda key: (late[key], key))[:_LISTED]
    first = _first(never, state.service.waiting)
    return ServiceEvidence(
        taken=now,
        reported={key: late[key] for key in listed},
        periods={check.value: period.total_seconds() for check, period in periods.items()},
        on_time=on_time,
        never=first,
        gone=_gone(state, expected),
        more=_more([*late, *never], {*listed, *first}),
        unlisted=unlisted,
        arrivals=_arrivals(event, state, world),
        heard=max(event.time, state.service.heard or event.time),
        unsent=len(world.ledger.unsent(limit=1000)),
        unsent_since=world.ledger.oldest_unsent(),
        policy_problems=tuple(world.policies.problems()),
    )


def _endpoints(world: World, reported: Reported) -> tuple[Sequence[str], str | None]:
    """Those of the workspace; those that reported once, where it cannot be read."""
    try:
        return [f"endpoint/{name}" for name in world.workspace.endpoints()], None
    except DriftgateError as problem:
        known = [subject for subject in reported if subject.startswith("endpoint/")]
        asked = {check.value for check in OF_ENDPOINTS}
        return [s for s in known if asked & reported[s].keys()], str(problem)


def _first(never: list[str], waiting: Mapping[str, datetime]) -> tuple[str, ...]:
    """So many of those that never reported; those that are waited for already come first."""
    return tuple(sorted(sorted(never, key=lambda key: (key not in waiting, key))[:_LISTED]))


def _more(found: Sequence[str], listed: set[str]) -> dict[str, int]:
    left: dict[str, int] = {}
    for key in found:
        if key in listed:
            continue
        check = key.rpartition(" ")[2]
        left[check] = left.get(check, 0) + 1
    return left


def _gone(state: SubjectState, expected: set[str]) -> tuple[str, ...]:
    """What is told to be silent and is waited for no more."""
    told = [
        record.alert.labels
        for record in state.alerts.values()
        if record.status is AlertStatus.FIRING and record.alert.kind is AlertKind.CHECK_SILENT
    ]
    keys = {f"{labels['of']} {labels['check']}" for labels in told if labels["of"] != MANY}
    return tuple(sorted(keys - expected))


def _arrivals(event: Event, state: SubjectState, world: World) -> dict[str, tuple[datetime, ...]]:
    """When each source was heard of since the last look: the first and last time in each hour."""
    since = state.service.heard or event.time - _FIRST_LOOK
    found: dict[str, dict[datetime, list[datetime]]] = {}
    if since >= event.time:
        return {}
    for archived in world.archive.list(since=since, until=event.time, limit=_MOST_EVENTS):
        source = source_of(archived)
        if source is None:
            continue
        hour = archived.received.replace(minute=0, second=0, microsecond=0)
        found.setdefault(source, {}).setdefault(hour, []).append(archived.received)
    return {
        source: tuple(
            sorted({time for times in hours.values() for time in (min(times), max(times))})
        )
        for source, hours in sorted(found.items())
    }


REACTION = Reaction(evidence=ServiceEvidence, gather=_gather, decide=decide_watchdog)
