"""Does the traffic go where the deployments are? A zero needs a reason, or it alerts."""

from dataclasses import replace
from datetime import datetime

from shared.domain.action import Action, ScheduleCheck
from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decision import Outcome
from shared.domain.decisions.settle import settle
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence import RoutingEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy, RoutingPolicy
from shared.domain.state import DeploymentWatch, SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration
from shared.domain.world import Deployment, Endpoint

_UNFINISHED = {"creating", "updating", "scaling", "deleting"}
_FAILED = {"failed", "canceled", "cancelled"}
_ROUTING_ALERTS = {AlertKind.NO_TRAFFIC, AlertKind.DEPLOYMENT_FAILED}


def decide_routing(
    event: Event,
    evidence: RoutingEvidence,
    policy: Policy | None,
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Judge every deployment of one endpoint, whatever event or timer asked for the look.

    A deployment that is complete and without traffic is inconclusive within its grace, then
    fails; traffic or mirror traffic ends the wait. Looks again while anything is undecided.
    """
    routing = policy.routing if policy is not None else RoutingPolicy()
    checks = {**state.checks, Check.ROUTING.value: event.time}
    if evidence.endpoint is None:
        return _endpoint_unreadable(event, evidence, state, checks, now)

    endpoint = evidence.endpoint
    watches = _watches(event, endpoint, state, evidence.taken)
    findings: list[Finding] = []
    alerts: list[Alert] = []
    look_again: list[datetime] = []
    for deployment in endpoint.deployments:
        finding, alert, again = _judge(
            deployment, endpoint, watches, evidence, routing, event.time, now
        )
        findings.append(finding)
        if alert is not None:
            alerts.append(alert)
        if again is not None:
            look_again.append(again)
        if finding.reason in {"has_traffic", "mirrored"}:
            watches[deployment.name] = replace(
                watches[deployment.name], arrived=watches[deployment.name].arrived or event.time
            )
    unserved, unserved_alerts = _no_share_at_all(endpoint, evidence, event.time)
    findings.extend(unserved)
    alerts.extend(unserved_alerts)
    undecided = {
        finding.thing.removeprefix("deployment/")
        for finding in findings
        if finding.verdict is Verdict.INCONCLUSIVE
    }

    present = {deployment.name for deployment in endpoint.deployments}
    actions, records = settle(
        state.alerts,
        alerts,
        covered=lambda alert: (
            alert.kind in _ROUTING_ALERTS and alert.labels.get("deployment") not in undecided
        ),
        over=lambda alert: _why_over(alert, endpoint, present),
        now=now,
    )
    asks: tuple[Action, ...] = ()
    if look_again:
        due = check_due(Check.ROUTING, event.subject, min(look_again))
        asks = (ScheduleCheck(event=due),)
    return Outcome(
        findings=tuple(findings),
        actions=actions + asks,
        state=replace(
            state,
            alerts=records,
            checks=checks,
            deployments={name: watch for name, watch in watches.items() if name in present},
        ),
    )


def _watches(
    event: Event, endpoint: Endpoint, state: SubjectState, taken: datetime
) -> dict[str, DeploymentWatch]:
    """Who is waited on: a completion event restarts the wait, a look finds what no event told."""
    watches = dict(state.deployments)
    if event.type is EventType.DEPLOYMENT_COMPLETED:
        name = str(event.data.get("deployment", ""))
        known = watches.get(name)
        if known is None or known.completed < event.time:
            watches[name] = DeploymentWatch(completed=event.time)
    for deployment in endpoint.deployments:
        if deployment.name not in watches:
            watches[deployment.name] = DeploymentWatch(completed=deployment.changed or taken)
    return watches


def _judge(
    deployment: Deployment,
    endpoint: Endpoint,
    watches: dict[str, DeploymentWatch],
    evidence: RoutingEvidence,
    routing: RoutingPolicy,
    at: datetime,
    now: datetime,
) -> tuple[Finding, Alert | None, datetime | None]:
    """One deployment: its finding, its alert if any, and when to look again if undecided."""
    name = deployment.name
    share = endpoint.traffic.get(name, 0.0)
    mirrored = endpoint.mirror_traffic.get(name, 0.0)
    watch = watches[name]
    observed = None if evidence.requests is None else evidence.requests.get(name, 0)

    def finding(verdict: Verdict, reason: str, sentence: str) -> Finding:
        return Finding(
            rule=Rule.ROUTING,
            thing=f"deployment/{name}",
            verdict=verdict,
            reason=reason,
            sentence=sentence,
            statistic="traffic_percent",
            estimate=share,
            limit=0.0,
            n=observed,
            details={"mirror_percent": mirrored, "completed": watch.completed.isoformat()},
        )

    provisioning = deployment.provisioning_state.casefold()
    if provisioning in _FAILED:
        sentence = f"Deployment {name} of {endpoint.name} is {deployment.provisioning_state}."
        return (
            finding(Verdict.FAIL, "provisioning_failed", sentence),
            _failed_alert(endpoint, deployment, watch, share),
            None,
        )
    if provisioning in _UNFINISHED:
        sentence = (
            f"Deployment {name} of {endpoint.name} is {deployment.provisioning_state}; "
            f"looking again in {spell_duration(routing.look_again)}."
        )
        again = max(at, now) + routing.look_again
        return finding(Verdict.INCONCLUSIVE, "unfinished", sentence), None, again
    if share > 0:
        sentence = f"Deployment {name} of {endpoint.name} receives {share:g} % of the traffic."
        return finding(Verdict.PASS, "has_traffic", sentence), None, None
    if mirrored > 0:
        sentence = f"Deployment {name} of {endpoint.name} mirrors {mirrored:g} % of the traffic."
        return finding(Verdict.PASS, "mirrored", sentence), None, None
    if watch.arrived is not None:
        sentence = (
            f"Deployment {name} of {endpoint.name} had traffic before and has none now; "
            "it was replaced."
        )
        return finding(Verdict.PASS, "replaced", sentence), None, None

    waited = at - watch.completed
    if waited < routing.grace:
        sentence = (
            f"Deployment {name} of {endpoint.name} receives 0 % of the traffic; its grace of "
            f"{spell_duration(routing.grace)} is not over."
        )
        return (
            finding(Verdict.INCONCLUSIVE, "within_grace", sentence),
            None,
            watch.completed + routing.grace,
        )
    sentence = (
        f"Deployment {name} of {endpoint.name} succeeded {spell_duration(waited)} ago "
        "and receives 0 % of the traffic."
    )
    alert = _no_traffic_alert(endpoint, deployment, watch, sentence, observed, routing)
    again = max(at, now) + routing.look_again
    return finding(Verdict.FAIL, "no_traffic", sentence), alert, again


def _no_traffic_alert(
    endpoint: Endpoint,
    deployment: Deployment,
    watch: DeploymentWatch,
    sentence: str,
    observed: int | None,
    routing: RoutingPolicy,
) -> Alert:
    shares = ", ".join(f"{name} {share:g} %" for name, share in sorted(endpoint.traffic.items()))
    seen = (
        "Requests are not logged, so what it really serves is unknown."
        if observed is None
        else f"Observed requests to it since then: {observed}."
    )
    model = (
        f" It carries {deployment.model}:{deployment.version}."
        if deployment.model is not None
        else ""
    )
    return Alert(
        kind=AlertKind.NO_TRAFFIC,
        subject=f"endpoint/{endpoint.name}",
        severity=Severity(routing.severity),
        title=sentence[0].lower() + sentence[1:].rstrip("."),
        text=f"{sentence}{model} Declared traffic: {shares or 'none at all'}. {seen}",
        first_step=(
            f"Give it traffic: az ml online-endpoint update --name {endpoint.name} "
            f'--traffic "{deployment.name}=100", or delete the deployment if it is not wanted.'
        ),
        since=watch.completed,
        labels={"endpoint": endpoint.name, "deployment": deployment.name},
    )


def _failed_alert(
    endpoint: Endpoint, deployment: Deployment, watch: DeploymentWatch, share: float
) -> Alert:
    return Alert(
        kind=AlertKind.DEPLOYMENT_FAILED,
        subject=f"endpoint/{endpoint.name}",
        severity=Severity.CRITICAL if share > 0 else Severity.WARNING,
        title=f"deployment {deployment.name} of {endpoint.name} is "
        f"{deployment.provisioning_state.lower()}",
        text=(
            f"Deployment {deployment.name} of {endpoint.name} is "
            f"{deployment.provisioning_state.lower()} and is declared to receive {share:g} % of "
            "the traffic. Azure Machine Learning sends no event for this; it was seen by looking."
        ),
        first_step=(
            f"Read its log: az ml online-deployment get-logs --endpoint-name {endpoint.name} "
            f"--name {deployment.name}"
        ),
        since=deployment.changed or watch.completed,
        labels={"endpoint": endpoint.name, "deployment": deployment.name},
    )


def _no_share_at_all(
    endpoint: Endpoint, evidence: RoutingEvidence, at: datetime
) -> tuple[tuple[Finding, ...], tuple[Alert, ...]]:
    """An endpoint whose shares sum to 0 answers nobody, though Azure allows it.

    It is an alert when callers are seen; without any it may just be new.
    """
    if not endpoint.deployments or sum(endpoint.traffic.values()) > 0:
        return (), ()
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
        return (finding,), ()
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
    return (finding,), (alert,)


def _why_over(alert: Alert, endpoint: Endpoint, present: set[str]) -> str:
    name = alert.labels.get("deployment")
    if name is None:
        return "a deployment has traffic again"
    if name not in present:
        return f"deployment {name} was deleted"
    share = endpoint.traffic.get(name, 0.0)
    if share > 0:
        return f"deployment {name} receives {share:g} % of the traffic"
    if endpoint.mirror_traffic.get(name, 0.0) > 0:
        return f"deployment {name} receives mirrored traffic"
    return f"deployment {name} is no longer failing"


def _endpoint_unreadable(
    event: Event,
    evidence: RoutingEvidence,
    state: SubjectState,
    checks: dict[str, datetime],
    now: datetime,
) -> Outcome:
    """A deleted endpoint ends its alerts; any other failure to look is an error, never a pass."""
    if event.type is EventType.ENDPOINT_DELETED:
        actions, records = settle(
            state.alerts,
            (),
            covered=lambda alert: alert.kind in _ROUTING_ALERTS,
            over=lambda _: f"endpoint {event.name} was deleted",
            now=now,
        )
        finding = Finding(
            rule=Rule.ROUTING,
            thing=event.subject,
            verdict=Verdict.PASS,
            reason="endpoint_deleted",
            sentence=f"Endpoint {event.name} was deleted.",
        )
        cleared = replace(state, alerts=records, deployments={}, checks=checks)
        return Outcome(findings=(finding,), actions=actions, state=cleared)
    finding = Finding(
        rule=Rule.ROUTING,
        thing=event.subject,
        verdict=Verdict.ERROR,
        reason="cannot_look",
        sentence=evidence.problem or f"Endpoint {event.name} could not be read.",
    )
    return Outcome(findings=(finding,), actions=(), state=replace(state, checks=checks))
