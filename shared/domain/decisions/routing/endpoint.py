"""An endpoint as a whole: its own state, and shares that sum to 0."""

from datetime import datetime

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.routing.route import FAILED, Judged, is_unfinished
from shared.domain.evidence import RoutingEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.people.intent import Intent
from shared.domain.policy import RoutingPolicy
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration
from shared.domain.world import Endpoint

_OF_STATE = frozenset({AlertKind.ENDPOINT_FAILED, AlertKind.ENDPOINT_STUCK})
_NO_TRAFFIC = frozenset({AlertKind.NO_TRAFFIC})


def judge_endpoint(
    endpoint: Endpoint,
    unfinished: datetime | None,
    seen: int | None,
    routing: RoutingPolicy,
    at: datetime,
) -> Judged | None:
    """An endpoint that failed, or is `unfinished` for too long; None when it is complete.

    It may go on serving what it had: that decides how bad it is. `seen` counts its requests.
    """
    state = endpoint.provisioning_state
    serves = f"{seen} requests were seen lately" if seen else "No request was seen lately"
    serves = "Requests are not counted" if seen is None else serves
    if state.casefold() in FAILED:
        sentence = f"Endpoint {endpoint.name} is {state}."
        first = f"Ask for its error: az ml online-endpoint show --name {endpoint.name}"
        alert = _alert(
            endpoint,
            AlertKind.ENDPOINT_FAILED,
            f"endpoint {endpoint.name} is {state.lower()}",
            f"{sentence} {serves}; what was asked of it, such as new shares, may not be in force.",
            first,
            endpoint.changed or at,
            Severity.WARNING if seen else Severity.CRITICAL,
        )
        finding = _finding(endpoint, Verdict.FAIL, "provisioning_failed", sentence, seen)
        return Judged(finding=finding, alerts=(alert,))
    if not is_unfinished(state):
        return None
    since = unfinished or at
    lasted = at - since
    if lasted < routing.stuck_after:
        again = since + routing.stuck_after
        sentence = f"Endpoint {endpoint.name} is {state} since {spell_duration(lasted)}."
        finding = _finding(endpoint, Verdict.INCONCLUSIVE, "unfinished", sentence, seen)
        return Judged(finding=finding, look_again=again, undecided=_OF_STATE)
    sentence = f"Endpoint {endpoint.name} has been {state} for {spell_duration(lasted)}."
    alert = _alert(
        endpoint,
        AlertKind.ENDPOINT_STUCK,
        sentence[0].lower() + sentence[1:].rstrip("."),
        f"{sentence} It should have taken less than {spell_duration(routing.stuck_after)}; "
        f"until it ends nothing of it can be changed. {serves}. Azure sends no event for this.",
        "See what holds it up: az monitor activity-log list --offset 1d --query "
        f"\"[?ends_with(resourceId, '/onlineEndpoints/{endpoint.name}')]\"",
        since,
        Severity.WARNING,
    )
    return Judged(
        finding=_finding(endpoint, Verdict.FAIL, "stuck", sentence, seen), alerts=(alert,)
    )


def judge_sum(
    endpoint: Endpoint, evidence: RoutingEvidence, meant: tuple[Intent, ...], at: datetime
) -> Judged | None:
    """Shares that sum to 0 answer nobody, though Azure allows it; None when they do not.

    It is an alert when callers are seen, unless somebody said so; without any callers each
    deployment's zero is judged alone. It ends with a share, not when callers give up.
    """
    listed = {deployment.name for deployment in endpoint.deployments}
    if not listed or any(s > 0 for name, s in endpoint.traffic.items() if name in listed):
        return None
    off = next((one for one in meant if _means_off(one) and one.holds(at)), None)
    seen = None if evidence.requests is None else sum(evidence.requests.values())
    sentence = f"The traffic shares of {endpoint.name} sum to 0 %, so no deployment answers calls; "
    if off is not None:
        planned = f"{sentence}{off.told()}."
        return Judged(
            finding=_finding(endpoint, Verdict.PASS, "switched_off", planned, seen, Rule.ROUTING)
        )
    sentence += "requests are not logged." if seen is None else f"{seen} requests were seen."
    verdict = Verdict.FAIL if seen else Verdict.INCONCLUSIVE
    finding = _finding(endpoint, verdict, "no_share_at_all", sentence, seen, Rule.ROUTING)
    if not seen:
        return Judged(finding=finding, undecided=_NO_TRAFFIC)
    alert = _alert(
        endpoint,
        AlertKind.NO_TRAFFIC,
        f"{endpoint.name} gives no deployment any traffic while {seen} requests were seen",
        sentence,
        f"Give a deployment the traffic: az ml online-endpoint update --name {endpoint.name} "
        '--traffic "NAME=100"',
        evidence.observed_since or at,
        Severity.CRITICAL,
    )
    return Judged(finding=finding, alerts=(alert,))


def _means_off(intent: Intent) -> bool:
    return intent.traffic is not None and not any(intent.traffic.values())


def _finding(
    endpoint: Endpoint,
    verdict: Verdict,
    reason: str,
    sentence: str,
    seen: int | None,
    rule: Rule = Rule.PROVISIONING,
) -> Finding:
    return Finding(
        rule=rule,
        thing=f"endpoint/{endpoint.name}",
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        statistic="requests",
        n=seen,
    )


def _alert(
    endpoint: Endpoint,
    kind: AlertKind,
    title: str,
    text: str,
    first_step: str,
    since: datetime,
    severity: Severity,
) -> Alert:
    return Alert(
        kind=kind,
        subject=f"endpoint/{endpoint.name}",
        severity=severity,
        title=title,
        text=text,
        first_step=first_step,
        since=since,
        labels={"endpoint": endpoint.name},
    )
