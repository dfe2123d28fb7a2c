"""Driftgate itself in figures, for whoever scrapes them: counted without reading a state."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from shared.ports import Adapters
from shared.service.backlog import Backlog, backlog_of
from shared.service.dead_letters.counting import count_aside


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAge:
    """How long ago a check last reported, in seconds: of any subject, and of the one it is longest.

    `subjects` are those that it ever reported of.
    """

    newest: float
    oldest: float
    subjects: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What fires by kind and severity, what waits, what is watched, when it was looked at."""

    firing: dict[tuple[str, str], int]
    backlog: Backlog
    dead_letters: int
    models: int
    endpoints: int
    open_promotions: int
    policy_problems: int
    checks: dict[str, CheckAge]


def figures(adapters: Adapters, now: datetime) -> Figures:
    """As they are now. Raises Unavailable where a store does not answer."""
    glances = adapters.ledger.glances()
    firing: Counter[tuple[str, str]] = Counter()
    for glance in glances.values():
        for name, count in glance.firing.items():
            kind, _, severity = name.partition(" ")
            firing[kind, severity] += count
    return Figures(
        firing=dict(firing),
        backlog=backlog_of(adapters.ledger, adapters.queue, now),
        dead_letters=count_aside(adapters),
        models=len(adapters.policies.all()),
        endpoints=sum(name.startswith("endpoint/") for name in glances),
        open_promotions=sum(glance.open for glance in glances.values()),
        policy_problems=len(adapters.policies.problems()),
        checks=_checks(adapters, now),
    )


def _checks(adapters: Adapters, now: datetime) -> dict[str, CheckAge]:
    ages: dict[str, list[float]] = {}
    for checks in adapters.ledger.reported().values():
        for check, at in checks.items():
            ages.setdefault(check, []).append(max(0.0, (now - at).total_seconds()))
    return {
        check: CheckAge(newest=min(found), oldest=max(found), subjects=len(found))
        for check, found in sorted(ages.items())
    }
