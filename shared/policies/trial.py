"""Where an alert would go: the routes as they decide, with why each other one does not take it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.alerts.holding import Case, Held, Stage
from shared.domain.decisions.alerts.muting import muted
from shared.domain.decisions.alerts.routing import routes_of
from shared.domain.decisions.alerts.silencing import silenced
from shared.domain.notices import AlertLife, Silence
from shared.domain.notices.fields import values_of
from shared.domain.policy import AlertPolicy, Fleet, Route

_STAGES: tuple[Stage, ...] = (silenced, muted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A route, and why it does not take the alert; None when it does."""

    where: str
    why_not: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A receiver that is told: by which route, in which group, at which pace, and what holds it.

    `first` is when its first notice would be due, None while nothing ends what holds it.
    """

    receiver: str
    channel: str
    where: str
    group: dict[str, str]
    wait: timedelta
    interval: timedelta
    repeat: timedelta
    held: str | None = None
    first: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTrial:
    """What would become of an alert that begins `at`."""

    alert: Alert
    scope: str
    at: datetime
    tried: tuple[Tried, ...]
    told: tuple[Destination, ...] = field(default=())


def try_route(
    alert: Alert,
    scope: str,
    policy: AlertPolicy,
    fleet: Fleet,
    *,
    at: datetime,
    silences: Sequence[Silence] = (),
) -> RouteTrial:
    """Decided by the functions that decide when it is meant; nothing is sent."""
    taken = routes_of(alert, scope, policy, fleet)
    values = values_of(alert, scope)
    told = []
    for one in taken:
        receiver = fleet.receiver(one.receiver)
        held = _held(alert, scope, one.route, fleet, silences, at)
        ends = at if held is None else held.until
        told.append(
            Destination(
                receiver=one.receiver,
                channel="" if receiver is None else receiver.channel.value,
                where=one.where,
                group={name: values.get(name, "") for name in one.route.group_by},
                wait=one.route.wait,
                interval=one.route.interval,
                repeat=one.route.repeat,
                held=None if held is None else held.sentence,
                first=None if ends is None else max(at + one.route.wait, ends),
            )
        )
    tried = _tried(alert, scope, policy, fleet)
    return RouteTrial(alert=alert, scope=scope, at=at, tried=tried, told=tuple(told))


def reached(
    kind: AlertKind,
    scope: str,
    policy: AlertPolicy,
    fleet: Fleet,
    *,
    severities: Sequence[Severity],
    labels: dict[str, str],
    at: datetime,
) -> dict[str, list[str]]:
    """By receiver the severities at which alerts of a kind go there."""
    found: dict[str, list[str]] = {}
    for severity in severities:
        alert = example(kind, severity, labels, scope, at)
        for one in routes_of(alert, scope, policy, fleet):
            found.setdefault(one.receiver, []).append(severity.value)
    return found


def example(
    kind: AlertKind, severity: Severity, labels: dict[str, str], scope: str, at: datetime
) -> Alert:
    """An alert as it would be raised, of an endpoint where a label names one."""
    endpoint = labels.get("endpoint")
    return Alert(
        kind=kind,
        subject=f"endpoint/{endpoint}" if endpoint else f"model/{scope}",
        severity=severity,
        title=f"a trial of {kind.value}",
        text="",
        first_step="",
        since=at,
        labels=labels,
    )


def _held(
    alert: Alert,
    scope: str,
    route: Route,
    fleet: Fleet,
    silences: Sequence[Silence],
    at: datetime,
) -> Held | None:
    """What holds it longest; whether another alert inhibits it depends on what fires then."""
    life = AlertLife(alert=alert, of=alert.subject, raised=at)
    case = Case(
        scope=scope,
        life=life,
        lives={alert.fingerprint: life},
        route=route,
        fleet=fleet,
        silences=tuple(silences),
        now=at,
    )
    held = [found for stage in _STAGES if (found := stage(case)) is not None]
    return max(held, key=lambda one: (one.until is None, one.until or at), default=None)


def _tried(alert: Alert, scope: str, policy: AlertPolicy, fleet: Fleet) -> tuple[Tried, ...]:
    """Each route in its order up to the one that ends the search."""
    values = values_of(alert, scope)
    named = [(f"the policy's routes[{i}]", route) for i, route in enumerate(policy.routes)]
    named += [(f"the fleet's routes[{i}]", route) for i, route in enumerate(fleet.routes)]
    tried = []
    for where, route in named:
        why = _why_not(route, values)
        tried.append(Tried(where=where, why_not=why))
        if why is None and not route.continue_:
            break
    return tuple(tried)


def _why_not(route: Route, values: dict[str, str]) -> str | None:
    for name, words in (("kind", route.kind), ("severity", route.severity)):
        if words and values[name] not in words:
            return f"its {name} is {values[name]}, not {' or '.join(words)}"
    for name, pattern in route.labels.items():
        if not fnmatchcase(values.get(name, ""), pattern):
            has = values.get(name)
            return f"its {name} is {has!r}" + f", not {pattern}" if has else f"it has no {name}"
    return None
