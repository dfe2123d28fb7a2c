"""Was traffic moved as somebody said beforehand: a change that is nobody's plan is told."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.routing.route import Judged, spell_shares
from shared.domain.finding import Finding, Rule
from shared.domain.people.intent import Intent
from shared.domain.policy import RoutingPolicy, TrafficChanges
from shared.domain.state import TrafficShift
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time

_EQUAL = 0.5


def judge_change(
    endpoint: str,
    shifts: tuple[TrafficShift, ...],
    intents: Iterable[Intent],
    routing: RoutingPolicy,
    at: datetime,
    *,
    new: bool,
) -> tuple[Judged | None, tuple[TrafficShift, ...]]:
    """The last of the `shifts` against what was said, and the shifts with what is planned.

    Back to the shares that were planned last counts as planned: that is how one undoes. A plan said
    afterwards ends the alert as well, and one that ended before the change was seen still counts.
    Where the policy lets anybody change traffic, it is only noted, once. None when there is nothing
    to say.
    """
    last = shifts[-1]
    plan = next(
        (
            intent
            for intent in intents
            if _alike(intent.traffic, last.shares)
            and (intent.holds(at) or intent.held_between(last.after or last.time, last.time))
        ),
        None,
    )
    kept = next((shift for shift in reversed(shifts[:-1]) if shift.planned), None)
    undone = kept is not None and _alike(kept.shares, last.shares)
    if not last.planned and (plan is not None or undone):
        last = replace(last, planned=True)
        shifts = (*shifts[:-1], last)
    before = spell_shares(shifts[-2].shares) if len(shifts) > 1 else "unknown"
    by = last.by or "somebody no event names"
    sentence = (
        f"The traffic of {endpoint} was changed from {before} to {spell_shares(last.shares)} "
        f"by {by}, seen at {spell_time(last.time)}"
    )
    if last.planned or routing.changes is TrafficChanges.ANY:
        if not new:
            return None, shifts
        why = f", as {plan.told()}" if plan is not None else ""
        reason = "planned" if last.planned else "changed"
        finding = _finding(endpoint, Verdict.PASS, reason, f"{sentence}{why}.")
        return Judged(finding=finding), shifts
    alert = Alert(
        kind=AlertKind.UNPLANNED_CHANGE,
        subject=f"endpoint/{endpoint}",
        severity=Severity.WARNING,
        title=f"the traffic of {endpoint} was changed to {spell_shares(last.shares)} by {by}, "
        "which is nobody's plan",
        text=(
            f"{sentence}. The policy wants changes to be said beforehand, and no intent and no "
            "promotion speaks of these shares."
        ),
        first_step=(
            f"Undo it, or own it: driftgate intent {endpoint} --traffic "
            f"{_as_option(last.shares)} --until 1d --because ..."
        ),
        since=last.time,
        labels={"endpoint": endpoint, "shares": _as_option(last.shares)},
    )
    finding = _finding(endpoint, Verdict.FAIL, "unplanned", f"{sentence}; it is nobody's plan.")
    return Judged(finding=finding, alerts=(alert,)), shifts


def _finding(endpoint: str, verdict: Verdict, reason: str, sentence: str) -> Finding:
    return Finding(
        rule=Rule.TRAFFIC_CHANGE,
        thing=f"endpoint/{endpoint}",
        verdict=verdict,
        reason=reason,
        sentence=sentence,
    )


def _alike(said: dict[str, float] | None, shares: dict[str, float]) -> bool:
    if said is None:
        return False
    names = {*said, *shares}
    return all(abs(said.get(name, 0.0) - shares.get(name, 0.0)) <= _EQUAL for name in names)


def _as_option(shares: dict[str, float]) -> str:
    return ",".join(f"{name}={share:g}" for name, share in sorted(shares.items())) or "none"
