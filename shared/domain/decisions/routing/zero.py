"""Why a complete deployment has no share: every zero needs a reason and an end, or it alerts."""

from datetime import datetime

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.routing.route import Judged, Route, spell_shares
from shared.domain.decisions.routing.schedule import on_grid
from shared.domain.finding import Finding, Rule
from shared.domain.policy import RoutingPolicy
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_time

_NOT_KNOWN = "It had no traffic when it was first looked at; whether it ever had any is not known."


def judge_share(
    route: Route, shares: dict[str, float], routing: RoutingPolicy, now: datetime
) -> Judged:
    """A share, or the reason for having none: said so, mirrored, replaced, within its grace.

    Each reason ends: what somebody said when they said, a mirror after `mirror_for`, a replaced
    deployment after `keep_for` without a request, the wait for first traffic after `grace`.
    `shares` are those of the deployments that are there: where none has any, none was replaced.
    """
    if route.share > 0:
        sentence = f"Deployment {route.name} of {route.endpoint} receives {route.share:g} % of the "
        return Judged(finding=_finding(route, Verdict.PASS, "has_traffic", sentence + "traffic."))
    if (said := _said(route)) is not None:
        return said
    if route.mirrored > 0:
        return _mirrored(route, routing)
    served = any(share > 0 for share in shares.values())
    if route.watch.arrived is not None and served:
        return _replaced(route, route.watch.left or route.at, routing)
    if _found_idle(route, routing):
        return _forgotten(route, route.watch.completed, "was last written at", _NOT_KNOWN)
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
    """No traffic on purpose now, or traffic that is announced for later."""
    for intent in sorted(route.intents, key=lambda one: one.end, reverse=True):
        share = intent.share_of(route.name) or 0.0
        if share == 0 and intent.holds(route.at):
            sentence = f"Deployment {route.name} of {route.endpoint} stands by: {intent.told()}."
            finding = _finding(route, Verdict.PASS, "standby", sentence)
            return Judged(finding=finding, look_again=intent.end)
        if share > 0 and route.at < intent.since < intent.end:
            sentence = (
                f"Deployment {route.name} of {route.endpoint} gets {share:g} % from "
                f"{spell_time(intent.since)} on: {intent.reason} ({intent.author})."
            )
            finding = _finding(route, Verdict.PASS, "announced", sentence)
            return Judged(finding=finding, look_again=intent.since)
    return None


def _mirrored(route: Route, routing: RoutingPolicy) -> Judged:
    since = route.watch.mirrored or route.at
    ends = since + routing.mirror_for
    if route.at < ends:
        sentence = (
            f"Deployment {route.name} of {route.endpoint} mirrors {route.mirrored:g} % of the "
            f"traffic, which is a reason for 0 % until {spell_time(ends)}."
        )
        finding = _finding(route, Verdict.PASS, "mirrored", sentence)
        return Judged(finding=finding, look_again=ends)
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


def _replaced(route: Route, left: datetime, routing: RoutingPolicy) -> Judged:
    requested = route.watch.requested
    idle = left if requested is None else max(left, requested)
    ends = idle + routing.keep_for
    if route.at < ends:
        sentence = (
            f"Deployment {route.name} of {route.endpoint} had traffic before and has none since "
            f"{spell_time(left)}; it was replaced, and may be kept until {spell_time(ends)}."
        )
        finding = _finding(route, Verdict.PASS, "replaced", sentence)
        return Judged(finding=finding, look_again=ends if idle == left else None)
    return _forgotten(
        route,
        left,
        "has had no traffic since",
        f"It was replaced, and the policy keeps a replaced deployment for "
        f"{spell_duration(routing.keep_for)}.",
    )


def _found_idle(route: Route, routing: RoutingPolicy) -> bool:
    """Whether it was there without traffic for long when it was first looked at.

    Not when somebody ever said why: what ended then is a reason, and its end is no surprise.
    """
    watch = route.watch
    if watch.first_seen is None or watch.arrived is not None or watch.left is not None:
        return False
    if route.intents:
        return False
    return watch.first_seen - watch.completed > routing.keep_for


def _forgotten(route: Route, since: datetime, did: str, why: str) -> Judged:
    idle = since if route.watch.requested is None else max(since, route.watch.requested)
    sentence = (
        f"Deployment {route.name} of {route.endpoint} {did} {spell_time(since)} and serves nothing."
    )
    alert = Alert(
        kind=AlertKind.FORGOTTEN_DEPLOYMENT,
        subject=f"endpoint/{route.endpoint}",
        severity=Severity.WARNING,
        title=f"deployment {route.name} of {route.endpoint} has served nothing for "
        f"{spell_duration(route.at - idle)}",
        text=f"{sentence} {why} {_costs(route)}",
        first_step=(
            f"Delete it: az ml online-deployment delete --endpoint-name {route.endpoint} --name "
            f"{route.name}; or say why it stays: driftgate intent {route.endpoint} --standby "
            f"{route.name} --until 7d --because ..."
        ),
        since=since,
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
    left = route.watch.left
    begun = route.watch.completed if left is None else max(route.watch.completed, left)
    if route.at - begun < routing.grace:
        sentence = (
            f"Deployment {route.name} of {route.endpoint} receives 0 % of the traffic; its grace "
            f"of {spell_duration(routing.grace)} is not over."
        )
        finding = _finding(route, Verdict.INCONCLUSIVE, "within_grace", sentence)
        return Judged(
            finding=finding,
            look_again=begun + routing.grace,
            undecided=frozenset({AlertKind.NO_TRAFFIC}),
        )
    sentence = (
        f"Deployment {route.name} of {route.endpoint} has had no traffic since {spell_time(left)}, "
        "and no other deployment has any."
        if left is not None and route.watch.arrived is not None
        else f"Deployment {route.name} of {route.endpoint} succeeded "
        f"{spell_duration(route.at - route.watch.completed)} ago and receives 0 % of the traffic."
    )
    alert = Alert(
        kind=AlertKind.NO_TRAFFIC,
        subject=f"endpoint/{route.endpoint}",
        severity=Severity(routing.severity),
        title=sentence[0].lower() + sentence[1:].rstrip("."),
        text=(
            f"{sentence}{f' It carries {route.model}.' if route.model else ''} "
            f"Declared traffic: {spell_shares(shares)}. {_meant(route)}{_seen(route)}"
        ),
        first_step=(
            f"Give it traffic: az ml online-endpoint update --name {route.endpoint} "
            f'--traffic "{route.name}=100"; delete it if it is not wanted; or say why it waits: '
            f"driftgate intent {route.endpoint} --standby {route.name} --until 2d --because ..."
        ),
        since=begun if route.watch.arrived is not None else route.watch.completed,
        labels=route.labels,
    )
    again = on_grid(begun + routing.grace, routing.look_again, max(route.at, now))
    finding = _finding(route, Verdict.FAIL, "no_traffic", sentence)
    return Judged(finding=finding, alerts=(alert,), look_again=again)


def _meant(route: Route) -> str:
    """What was planned for it and not done."""
    plans = (one for one in route.intents if one.share_of(route.name) and one.holds(route.at))
    return "".join(f"{plan.share_of(route.name):g} % were meant: {plan.told()}. " for plan in plans)


def _seen(route: Route) -> str:
    if route.observed is None:
        return "Requests are not logged, so what it really serves is unknown."
    if route.observed:
        return (
            f"{route.observed} requests reached it lately, which only a caller that names it in "
            "the header azureml-model-deployment can send."
        )
    return "No request reached it lately."
