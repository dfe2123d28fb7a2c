"""Why a complete deployment has no share: every zero needs a reason and an end, or it alerts."""

from datetime import datetime, timedelta

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.routing.route import Judged, Route, spell_shares
from shared.domain.finding import Finding, Rule
from shared.domain.policy import RoutingPolicy
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_time


def judge_share(
    route: Route, shares: dict[str, float], routing: RoutingPolicy, now: datetime
) -> Judged:
    """A share, or the reason for having none: said so, mirrored, replaced, within its grace.

    Each reason ends: what somebody said when they said, a mirror after `mirror_for`, a replaced
    deployment after `keep_for` without a request, the wait for first traffic after `grace`.
    """
    if route.share > 0:
        sentence = f"Deployment {route.name} of {route.endpoint} receives {route.share:g} % of the "
        return Judged(finding=_finding(route, Verdict.PASS, "has_traffic", sentence + "traffic."))
    if (said := _said(route)) is not None:
        return said
    if route.mirrored > 0:
        return _mirrored(route, routing)
    if route.watch.arrived is not None:
        return _replaced(route, routing)
    return _waiting(route, shares, routing, now)


def _finding(route: Route, verdict: Verdict, reason: str, sentence: str) -> Finding:
    return Finding(
        rule=Rule.ROUTING,
        thing=f"deployment/{route.name}",
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        statistic="traffic_percent",
        estimate=route.share,
        limit=0.0,
        n=route.observed,
        details={
            "mirror_percent": route.mirrored,
            "completed": route.watch.completed.isoformat(),
        },
    )


def _said(route: Route) -> Judged | None:
    """Standby now, or traffic that is announced for later."""
    for intent in sorted(route.intents, key=lambda one: one.until, reverse=True):
        if intent.deployment is not None and intent.holds(route.at):
            sentence = f"Deployment {route.name} of {route.endpoint} stands by: {intent.told()}."
            return Judged(finding=_finding(route, Verdict.PASS, "standby", sentence))
        if intent.traffic is not None and route.at < intent.since:
            sentence = (
                f"Deployment {route.name} of {route.endpoint} gets "
                f"{intent.traffic[route.name]:g} % from {spell_time(intent.since)} on: "
                f"{intent.reason} ({intent.author})."
            )
            return Judged(finding=_finding(route, Verdict.PASS, "announced", sentence))
    return None


def _mirrored(route: Route, routing: RoutingPolicy) -> Judged:
    since = route.watch.mirrored or route.at
    ends = since + routing.mirror_for
    if route.at < ends:
        sentence = (
            f"Deployment {route.name} of {route.endpoint} mirrors {route.mirrored:g} % of the "
            f"traffic, which is a reason for 0 % until {spell_time(ends)}."
        )
        return Judged(finding=_finding(route, Verdict.PASS, "mirrored", sentence))
    lasted = spell_duration(route.at - since)
    sentence = (
        f"Deployment {route.name} of {route.endpoint} has only mirrored traffic for {lasted} "
        "and answers nobody."
    )
    alert = Alert(
        kind=AlertKind.MIRROR_ONLY,
        subject=f"endpoint/{route.endpoint}",
        severity=Severity.WARNING,
        title=f"deployment {route.name} of {route.endpoint} has only mirrored for {lasted}",
        text=(
            f"{sentence} It mirrors {route.mirrored:g} %; the policy lets a mirror last "
            f"{spell_duration(routing.mirror_for)}. {_costs(route)}"
        ),
        first_step=(
            f"Compare its answers and decide: traffic to it, or delete it: az ml online-deployment "
            f"delete --endpoint-name {route.endpoint} --name {route.name}"
        ),
        since=since,
        labels=route.labels,
    )
    return Judged(finding=_finding(route, Verdict.FAIL, "mirror_only", sentence), alerts=(alert,))


def _replaced(route: Route, routing: RoutingPolicy) -> Judged:
    left = route.watch.left or route.at
    idle = max(filter(None, (left, route.watch.requested)))
    ends = idle + routing.keep_for
    if route.at < ends:
        sentence = (
            f"Deployment {route.name} of {route.endpoint} had traffic before and has none since "
            f"{spell_time(left)}; it was replaced, and may be kept until {spell_time(ends)}."
        )
        return Judged(finding=_finding(route, Verdict.PASS, "replaced", sentence))
    lasted = spell_duration(route.at - idle)
    sentence = (
        f"Deployment {route.name} of {route.endpoint} has had no traffic since {spell_time(left)} "
        "and serves nothing."
    )
    alert = Alert(
        kind=AlertKind.FORGOTTEN_DEPLOYMENT,
        subject=f"endpoint/{route.endpoint}",
        severity=Severity.WARNING,
        title=f"deployment {route.name} of {route.endpoint} has served nothing for {lasted}",
        text=(
            f"{sentence} It was replaced, and the policy keeps a replaced deployment for "
            f"{spell_duration(routing.keep_for)}. {_costs(route)}"
        ),
        first_step=(
            f"Delete it: az ml online-deployment delete --endpoint-name {route.endpoint} --name "
            f"{route.name}; or say why it stays: driftgate intend {route.endpoint} --standby "
            f"{route.name} --until 7d --because ..."
        ),
        since=left,
        labels=route.labels,
    )
    return Judged(finding=_finding(route, Verdict.FAIL, "forgotten", sentence), alerts=(alert,))


def _costs(route: Route) -> str:
    deployment = route.deployment
    if deployment.instances is None:
        return "Its instances are paid for."
    kind = f" of {deployment.instance_type}" if deployment.instance_type else ""
    word = "instance" if deployment.instances == 1 else "instances"
    return f"{deployment.instances} {word}{kind} are paid for."


def _waiting(
    route: Route, shares: dict[str, float], routing: RoutingPolicy, now: datetime
) -> Judged:
    begun = max(filter(None, (route.watch.completed, route.watch.left)))
    waited = route.at - route.watch.completed
    if route.at - begun < routing.grace:
        sentence = (
            f"Deployment {route.name} of {route.endpoint} receives 0 % of the traffic; its grace "
            f"of {spell_duration(routing.grace)} is not over."
        )
        finding = _finding(route, Verdict.INCONCLUSIVE, "within_grace", sentence)
        return Judged(finding=finding, look_again=begun + routing.grace, open=True)
    sentence = (
        f"Deployment {route.name} of {route.endpoint} succeeded {spell_duration(waited)} ago "
        "and receives 0 % of the traffic."
    )
    alert = Alert(
        kind=AlertKind.NO_TRAFFIC,
        subject=f"endpoint/{route.endpoint}",
        severity=Severity(routing.severity),
        title=sentence[0].lower() + sentence[1:].rstrip("."),
        text=(
            f"{sentence}{f' It carries {route.model}.' if route.model else ''} "
            f"Declared traffic: {spell_shares(shares)}. {_seen(route)}"
        ),
        first_step=(
            f"Give it traffic: az ml online-endpoint update --name {route.endpoint} "
            f'--traffic "{route.name}=100"; delete it if it is not wanted; or say why it waits: '
            f"driftgate intend {route.endpoint} --standby {route.name} --until 2d --because ..."
        ),
        since=route.watch.completed,
        labels=route.labels,
    )
    again = _next_look(begun + routing.grace, routing.look_again, max(route.at, now))
    finding = _finding(route, Verdict.FAIL, "no_traffic", sentence)
    return Judged(finding=finding, alerts=(alert,), look_again=again)


def _seen(route: Route) -> str:
    if route.observed is None:
        return "Requests are not logged, so what it really serves is unknown."
    if route.observed:
        return (
            f"{route.observed} requests reached it lately, which only a caller that names it in "
            "the header azureml-model-deployment can send."
        )
    return "No request reached it lately."


def _next_look(begins: datetime, every: timedelta, after: datetime) -> datetime:
    """On a grid of `every` from `begins` on, so that many looks ask for one next look."""
    return begins + every * ((after - begins) // every + 1)
