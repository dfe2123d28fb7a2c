"""An endpoint as a whole: shares that sum to 0, and an endpoint that cannot be read."""

from datetime import datetime

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.routing.route import Judged
from shared.domain.event import Event, EventType
from shared.domain.evidence import RoutingEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.domain.world import Endpoint


def judge_sum(endpoint: Endpoint, evidence: RoutingEvidence, at: datetime) -> Judged | None:
    """Shares that sum to 0 answer nobody, though Azure allows it; None when they do not.

    It is an alert when callers are seen; without any it may just be new.
    """
    if not endpoint.deployments or sum(endpoint.traffic.values()) > 0:
        return None
    seen = sum((evidence.requests or {}).values())
    finding = Finding(
        rule=Rule.ROUTING,
        thing=f"endpoint/{endpoint.name}",
        verdict=Verdict.FAIL if seen else Verdict.INCONCLUSIVE,
        reason="no_share_at_all",
        sentence=(
            f"The traffic shares of {endpoint.name} sum to 0 %, so no deployment answers "
            f"calls; {seen} requests were seen."
        ),
        statistic="traffic_percent",
        estimate=0.0,
        n=seen,
    )
    if not seen:
        return Judged(finding=finding, open=True)
    alert = Alert(
        kind=AlertKind.NO_TRAFFIC,
        subject=f"endpoint/{endpoint.name}",
        severity=Severity.CRITICAL,
        title=f"{endpoint.name} gives no deployment any traffic while {seen} requests were seen",
        text=finding.sentence,
        first_step=(
            f"Give a deployment the traffic: az ml online-endpoint update --name {endpoint.name} "
            '--traffic "NAME=100"'
        ),
        since=evidence.observed_since or at,
        labels={"endpoint": endpoint.name},
    )
    return Judged(finding=finding, alerts=(alert,))


def unreadable(event: Event, evidence: RoutingEvidence) -> Finding:
    """An endpoint that is not there: deleted as told, or an error and never a pass."""
    if event.type is EventType.ENDPOINT_DELETED:
        return Finding(
            rule=Rule.ROUTING,
            thing=event.subject,
            verdict=Verdict.PASS,
            reason="endpoint_deleted",
            sentence=f"Endpoint {event.name} was deleted.",
        )
    return Finding(
        rule=Rule.ROUTING,
        thing=event.subject,
        verdict=Verdict.ERROR,
        reason="cannot_look",
        sentence=evidence.problem or f"Endpoint {event.name} could not be read.",
    )
