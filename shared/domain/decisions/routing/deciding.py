"""One endpoint, every rule: whatever event or timer asked, the same look decides."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.action import Action, ScheduleCheck
from shared.domain.alert import Alert, AlertKind
from shared.domain.decision import Outcome
from shared.domain.decisions.routing.changes import judge_change
from shared.domain.decisions.routing.deployment import judge_state
from shared.domain.decisions.routing.endpoint import judge_sum, unreadable
from shared.domain.decisions.routing.memory import intents_after, shifts_after, watches_after
from shared.domain.decisions.routing.observed import judge_callers, judge_observed
from shared.domain.decisions.routing.route import Judged, Route, intents_of, routes
from shared.domain.decisions.routing.zero import judge_share
from shared.domain.decisions.settle import settle
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence import RoutingEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy, RoutingPolicy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time
from shared.domain.world import Endpoint

OF_DEPLOYMENTS = frozenset(
    {
        AlertKind.NO_TRAFFIC,
        AlertKind.DEPLOYMENT_FAILED,
        AlertKind.DEPLOYMENT_STUCK,
        AlertKind.TRAFFIC_TO_DELETING,
        AlertKind.MIRROR_ONLY,
        AlertKind.FORGOTTEN_DEPLOYMENT,
    }
)
OF_REQUESTS = frozenset({AlertKind.NOT_OBSERVED, AlertKind.CALLED_BY_HEADER})
_ALL = OF_DEPLOYMENTS | OF_REQUESTS | {AlertKind.UNPLANNED_CHANGE}
_FAR = timedelta(days=1)


def decide_routing(
    event: Event,
    evidence: RoutingEvidence,
    policy: Policy | None,
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Join what is deployed, declared, mirrored, observed and intended, and judge each deployment.

    An alert ends when its rule no longer fails and can tell; what is open ends none. Looks again
    when a grace runs out, so that nobody waits for the next timer.
    """
    routing = policy.routing if policy is not None else RoutingPolicy()
    intents = intents_after(event, state, now)
    state = replace(
        state,
        checks={**state.checks, Check.ROUTING.value: event.time},
        intents=intents,
    )
    if evidence.endpoint is None:
        return _unreadable(event, evidence, state, now)
    endpoint = evidence.endpoint
    watches = watches_after(event, endpoint, state, evidence)
    shifts, changed = shifts_after(event, endpoint, state)
    said = intents_of(routing, intents, event.time)
    joined = routes(endpoint, watches, said, evidence, event.time)
    by_state, by_requests = _judge_each(joined, endpoint, routing, now)
    whole = judge_sum(endpoint, evidence, event.time)
    change, shifts = judge_change(endpoint.name, shifts, said, routing, event.time, new=changed)
    judged = [*by_state.values(), *by_requests, *(one for one in (whole, change) if one)]
    undecided = {name for name, one in by_state.items() if one.open}
    unseen = {
        one.finding.thing.removeprefix("deployment/") for one in by_requests if one.open
    } | undecided

    def covered(alert: Alert) -> bool:
        name = alert.labels.get("deployment")
        if alert.kind in OF_REQUESTS:
            return name not in unseen
        return alert.kind in _ALL and name not in undecided

    present = {deployment.name for deployment in endpoint.deployments}
    reasons = {name: one.finding for name, one in by_state.items()}
    actions, records = settle(
        state.alerts,
        [alert for one in judged for alert in one.alerts],
        covered=covered,
        over=lambda alert: _why_over(alert, endpoint, present, reasons),
        now=now,
    )
    return Outcome(
        findings=(*_intent_finding(event, intents), *(one.finding for one in judged)),
        actions=actions + _next_look(event, judged, now),
        state=replace(state, alerts=records, deployments=watches, traffic=shifts),
    )


def _judge_each(
    joined: tuple[Route, ...], endpoint: Endpoint, routing: RoutingPolicy, now: datetime
) -> tuple[dict[str, Judged], list[Judged]]:
    """By state and share, and by requests: header calls count only where a share is declared."""
    routed = sum(route.observed or 0 for route in joined if route.share > 0)
    by_state = {
        route.name: judge_state(route, routing, now)
        or judge_share(route, endpoint.traffic, routing, now)
        for route in joined
    }
    by_requests = [
        one
        for route in joined
        for one in (judge_observed(route, routed), judge_callers(route))
        if one is not None
    ]
    return by_state, by_requests


def _next_look(event: Event, judged: list[Judged], now: datetime) -> tuple[Action, ...]:
    asked = [one.look_again for one in judged if one.look_again is not None]
    soon = [time for time in asked if time <= now + _FAR]
    if not soon:
        return ()
    return (ScheduleCheck(event=check_due(Check.ROUTING, event.subject, min(soon))),)


def _intent_finding(event: Event, intents: tuple[object, ...]) -> tuple[Finding, ...]:
    if event.type not in {EventType.INTENT_DECLARED, EventType.INTENT_WITHDRAWN}:
        return ()
    author, reason = event.data.get("author"), event.data.get("reason")
    did = "declared" if event.type is EventType.INTENT_DECLARED else "withdrew"
    return (
        Finding(
            rule=Rule.INTENT,
            thing=event.subject,
            verdict=Verdict.PASS,
            reason=did,
            sentence=f"{author} {did} an intent at {spell_time(event.time)}: {reason}.",
            n=len(intents),
        ),
    )


def _why_over(
    alert: Alert, endpoint: Endpoint, present: set[str], reasons: dict[str, Finding]
) -> str:
    if alert.kind is AlertKind.UNPLANNED_CHANGE:
        return "the traffic is as somebody planned it, or was changed again"
    name = alert.labels.get("deployment")
    if name is None:
        return "a deployment has traffic again"
    if name not in present:
        return f"deployment {name} was deleted"
    if alert.kind is AlertKind.CALLED_BY_HEADER:
        return f"no caller named deployment {name} for a day"
    share = endpoint.traffic.get(name, 0.0)
    if alert.kind is AlertKind.NOT_OBSERVED:
        return f"deployment {name} receives its {share:g} %" if share else f"{name} has no share"
    if share > 0:
        return f"deployment {name} receives {share:g} % of the traffic"
    if endpoint.mirror_traffic.get(name, 0.0) > 0:
        return f"deployment {name} receives mirrored traffic"
    if reasons[name].reason in {"standby", "announced"}:
        return reasons[name].sentence.rstrip(".")
    return f"deployment {name} is {reasons[name].reason.replace('_', ' ')}"


def _unreadable(
    event: Event, evidence: RoutingEvidence, state: SubjectState, now: datetime
) -> Outcome:
    """A deleted endpoint ends its alerts; any other failure to look is an error, never a pass."""
    finding = unreadable(event, evidence)
    if finding.verdict is Verdict.ERROR:
        return Outcome(findings=(finding,), actions=(), state=state)
    actions, records = settle(
        state.alerts,
        (),
        covered=lambda alert: alert.kind in _ALL,
        over=lambda _: f"endpoint {event.name} was deleted",
        now=now,
    )
    cleared = replace(state, alerts=records, deployments={}, traffic=(), intents=())
    return Outcome(findings=(finding,), actions=actions, state=cleared)
