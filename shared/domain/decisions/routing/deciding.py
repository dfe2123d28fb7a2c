"""One endpoint, every rule: whatever event or timer asked, the same look decides."""

from dataclasses import replace
from datetime import datetime

from shared.domain.decision import Outcome
from shared.domain.decisions.routing.absent import decide_absent
from shared.domain.decisions.routing.changes import judge_change
from shared.domain.decisions.routing.declared import judge_declared
from shared.domain.decisions.routing.deployment import judge_state
from shared.domain.decisions.routing.endpoint import judge_endpoint, judge_sum
from shared.domain.decisions.routing.meant import intent_findings, intents_after
from shared.domain.decisions.routing.memory import (
    believed,
    looked_at,
    unfinished_since,
    watches_after,
)
from shared.domain.decisions.routing.observed import judge_callers, judge_observed
from shared.domain.decisions.routing.over import why_over
from shared.domain.decisions.routing.refused import judge_refused, refusals_after
from shared.domain.decisions.routing.route import ALL_KINDS, Judged, Route, intents_of, routes
from shared.domain.decisions.routing.schedule import next_look
from shared.domain.decisions.routing.shifts import shifts_after
from shared.domain.decisions.routing.zero import judge_share
from shared.domain.decisions.settle import settle
from shared.domain.event import Check, Event
from shared.domain.evidence import RoutingEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy, RoutingPolicy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.world import Endpoint


def decide_routing(
    event: Event,
    evidence: RoutingEvidence,
    policy: Policy | None,
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Join what is deployed, declared, mirrored, observed and intended, and judge each deployment.

    An alert ends when its rule no longer fails and can tell; what is undecided ends none. Looks
    again when a reason for no traffic ends, so that nobody waits for the next timer.
    """
    event = believed(event, now)
    at = looked_at(event, state)
    said = intent_findings(event, state, evidence.endpoint, now)
    meant = intents_after(event, state, now)
    endpoint = evidence.endpoint
    if endpoint is None:
        absent = decide_absent(event, evidence, replace(state, intents=meant), at, now)
        return replace(absent, findings=(*said, *absent.findings))
    routing = policy.routing if policy is not None else RoutingPolicy()
    watches = watches_after(event, endpoint, state, evidence)
    refused = refusals_after(event, endpoint, state, at, now)
    unfinished = unfinished_since(
        endpoint.provisioning_state, state.unfinished, endpoint.changed, state, max(at, now)
    )
    shifts, changed = shifts_after(event, endpoint, state, now)
    intents = intents_of(routing, (*meant, *evidence.plans))
    joined = routes(endpoint, watches, intents, evidence, at)
    placed = {route.name: _place(route, endpoint, routing, now) for route in joined}
    change, shifts = judge_change(endpoint.name, shifts, intents, routing, at, new=changed)
    seen = None if evidence.requests is None else sum(evidence.requests.values())
    whole = (
        judge_endpoint(endpoint, unfinished, seen, routing, at),
        judge_sum(endpoint, evidence, intents, at),
        change,
    )
    judged = (
        *placed.values(),
        *_by_requests(joined),
        *judge_refused(refused, endpoint.name, endpoint),
        *judge_declared(endpoint, at),
        *(one for one in whole if one is not None),
    )
    undecided = {(kind, _deployment(one)) for one in judged for kind in one.undecided}
    findings = {name: one.finding for name, one in placed.items()}
    actions, records = settle(
        state.alerts,
        [alert for one in judged for alert in one.alerts],
        covered=lambda alert: (
            alert.kind in ALL_KINDS
            and (alert.kind, alert.labels.get("deployment")) not in undecided
        ),
        over=lambda alert: why_over(alert, endpoint, findings, state, at),
        now=now,
    )
    looks, asked = next_look(event, judged, state, now)
    return Outcome(
        findings=(*said, *(one.finding for one in judged), *_uncounted(evidence)),
        actions=actions + looks,
        state=replace(
            state,
            alerts=records,
            checks={**state.checks, Check.ROUTING.value: at},
            deployments=watches,
            traffic=shifts,
            intents=meant,
            refused=refused,
            unfinished=unfinished,
            asked=asked,
        ),
    )


def _place(route: Route, endpoint: Endpoint, routing: RoutingPolicy, now: datetime) -> Judged:
    """A deployment by its state, and once it is complete by its share."""
    there = {deployment.name for deployment in endpoint.deployments}
    shares = {name: share for name, share in endpoint.traffic.items() if name in there}
    return judge_state(route, routing, now) or judge_share(route, shares, routing, now)


def _by_requests(joined: tuple[Route, ...]) -> tuple[Judged, ...]:
    """By what was observed: header calls count only where a share is declared."""
    routed = sum(route.observed or 0 for route in joined if route.share > 0)
    judged = (
        one for route in joined for one in (judge_observed(route, routed), judge_callers(route))
    )
    return tuple(one for one in judged if one is not None)


def _deployment(judged: Judged) -> str | None:
    """The deployment that a conclusion is about; None for the endpoint itself."""
    kind, _, name = judged.finding.thing.partition("/")
    return name if kind == "deployment" else None


def _uncounted(evidence: RoutingEvidence) -> tuple[Finding, ...]:
    """Shares can be judged without requests, but nobody may take that for a whole look."""
    if evidence.requests_problem is None or evidence.endpoint is None:
        return ()
    return (
        Finding(
            rule=Rule.READABLE,
            thing=f"endpoint/{evidence.endpoint.name}",
            verdict=Verdict.ERROR,
            reason="cannot_count",
            sentence=evidence.requests_problem,
        ),
    )
