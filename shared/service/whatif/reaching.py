"""Whether a changed field can turn a decision that reads it, told from what was recorded of it.

Most looks find all as it should be, far from every limit. Where their numbers say that another
limit finds the same, or where the state says that the field was not asked, nothing is decided again
for it: the decision would do the same and leave the same, and speak of another limit.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from shared.domain.policy import KpiPolicy, Policy
from shared.domain.state import SubjectState
from shared.service.whatif.links import Link

_UNEVENTFUL = frozenset(
    {"has_traffic", "no_traffic", "within_grace", "observed", "unlogged", "no_requests"}
    | {"few_requests"}
)
"""Reasons of looks at an endpoint that found no other shares than there were."""
_USUAL = frozenset({"within_limit", "no_change_found"})
_CHANGES = frozenset({"routing.changes"})
_KPIS = frozenset({"kpis"})
_WATCHED = 0.04
"""From this limit on a KPI is watched for the same small changes, whatever its limit is."""


class Reaching:
    """Remembers of each endpoint whether its shares are planned ones."""

    def __init__(self) -> None:
        self._planned: dict[str, bool] = {}

    def turns(
        self,
        link: Link,
        policies: tuple[Policy | None, Policy | None],
        paths: frozenset[str],
        state: Callable[[], SubjectState],
    ) -> bool:
        """Whether a decision may be another one under the second policy.

        `state` gives the one before it; it is asked once a subject. The decisions of a subject
        come in their order.
        """
        before, after = policies
        if before is None or after is None:
            return True
        if link.family == "routing" and paths == _CHANGES:
            return not self._is_planned(link, state)
        if link.family == "kpi" and paths == _KPIS:
            return not _holds(link, before.kpis, after.kpis)
        return True

    def _is_planned(self, link: Link, state: Callable[[], SubjectState]) -> bool:
        """Planned shares may be as they are under every policy, until there are others."""
        subject = link.head.event.subject
        planned = self._planned.get(subject)
        if planned is None:
            traffic = state().traffic
            planned = bool(traffic) and traffic[-1].planned
        self._planned[subject] = planned and link.reasons <= _UNEVENTFUL
        return self._planned[subject]


def _holds(link: Link, before: list[KpiPolicy], after: list[KpiPolicy]) -> bool:
    """Whether every KPI was, and is, surely within its limit."""
    if not link.reasons <= _USUAL or len(before) != len(after):
        return False
    findings = _by_thing(link.plain["findings"])
    for was, is_now in zip(before, after, strict=True):
        if replace(was, limit=is_now.limit) != is_now:
            return False
        found = findings.pop(f"kpi/{was.name}", {})
        judged = found.get("relative_change")
        if set(found) != {"relative_change", "lasting_relative_change"} or judged is None:
            return False
        if not (is_now.relative and min(was.limit, is_now.limit) >= _WATCHED):
            return False
        if not _within(judged, is_now):
            return False
    return not findings


def _by_thing(findings: list[Mapping[str, Any]]) -> dict[str, dict[str, Mapping[str, Any]]]:
    """By thing and statistic; what is told twice is not what is looked for here."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for one in findings:
        of = found.setdefault(one["thing"], {})
        of["twice" if one["statistic"] in of else str(one["statistic"])] = one
    return found


def _within(judged: Mapping[str, Any], kpi: KpiPolicy) -> bool:
    from shared.domain.decisions.kpi.sides import stays_within

    low, high = judged["low"], judged["high"]
    return low is not None and stays_within(low, high, kpi.limit, kpi.direction)
