"""Is a deployment there at all: failed, cancelled, stuck, or on its way out with traffic."""

from datetime import datetime
from typing import TYPE_CHECKING

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.routing.route import (
    FAILED,
    OF_DEPLOYMENTS,
    Judged,
    Route,
    is_unfinished,
)
from shared.domain.decisions.routing.schedule import on_grid
from shared.domain.finding import Finding, Rule
from shared.domain.policy import RoutingPolicy
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_time

_UNDECIDED = OF_DEPLOYMENTS - {AlertKind.TRAFFIC_TO_DELETING}
"""What cannot be told while it is written; whether it has a share can."""

if TYPE_CHECKING:
    from shared.domain.diagnosis import Told


def judge_state(route: Route, routing: RoutingPolicy, now: datetime) -> Judged | None:
    """What is wrong with its provisioning; None when it is complete.

    Azure Machine Learning sends no event for a failure, so every look asks this.
    """
    if route.state in FAILED:
        return _failed(route)
    if route.state == "deleting" and route.share > 0:
        return _leaving(route)
    if is_unfinished(route.state):
        return _unfinished(route, routing, now)
    return None


def _finding(
    route: Route, verdict: Verdict, reason: str, sentence: str, of_log: "Told | None" = None
) -> Finding:
    return Finding(
        rule=Rule.PROVISIONING,
        thing=f"deployment/{route.name}",
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        statistic="traffic_percent",
        estimate=route.share,
        n=route.observed,
        details=None if of_log is None else of_log.details(),
    )


def _of_log(route: Route, look: str) -> "Told":
    """What its log says. The rules are loaded for failures only: they cost a cold start."""
    from shared.domain.diagnosis import told

    return told(route.log, route.log_problem, look=look)


def _failed(route: Route) -> Judged:
    state = route.deployment.provisioning_state
    sentence = f"Deployment {route.name} of {route.endpoint} is {state}."
    served = f"It is declared to receive {route.share:g} % of the traffic"
    if route.observed:
        served += f" and {route.observed} requests to it were seen lately"
    of_log = _of_log(
        route,
        f"Read its log: az ml online-deployment get-logs --endpoint-name {route.endpoint} "
        f"--name {route.name}",
    )
    alert = Alert(
        kind=AlertKind.DEPLOYMENT_FAILED,
        subject=f"endpoint/{route.endpoint}",
        severity=Severity.CRITICAL if route.share > 0 else Severity.WARNING,
        title=f"deployment {route.name} of {route.endpoint} is {state.lower()}"
        + (f" and has {route.share:g} % of the traffic" if route.share > 0 else ""),
        text=(
            f"{sentence} {served}. Azure Machine Learning sends no event for this; it was seen by "
            f"looking. {of_log.text}"
        ).rstrip(),
        first_step=of_log.first_step,
        since=route.deployment.changed or route.watch.completed,
        labels=route.labels,
    )
    return Judged(
        finding=_finding(route, Verdict.FAIL, "provisioning_failed", sentence, of_log),
        alerts=(alert,),
    )


def _leaving(route: Route) -> Judged:
    sentence = (
        f"Deployment {route.name} of {route.endpoint} is being deleted and is declared to receive "
        f"{route.share:g} % of the traffic."
    )
    alert = Alert(
        kind=AlertKind.TRAFFIC_TO_DELETING,
        subject=f"endpoint/{route.endpoint}",
        severity=Severity.CRITICAL,
        title=f"deployment {route.name} of {route.endpoint} is being deleted with "
        f"{route.share:g} % of the traffic",
        text=f"{sentence} Calls to it will fail when it is gone.",
        first_step=(
            "Give its share to another deployment: az ml online-endpoint update --name "
            f'{route.endpoint} --traffic "NAME=100"'
        ),
        since=route.watch.unfinished or route.at,
        labels=route.labels,
    )
    return Judged(
        finding=_finding(route, Verdict.FAIL, "deleting_with_traffic", sentence), alerts=(alert,)
    )


def _unfinished(route: Route, routing: RoutingPolicy, now: datetime) -> Judged:
    state = route.deployment.provisioning_state
    since = route.watch.unfinished or route.at
    lasted = route.at - since
    if lasted < routing.stuck_after:
        grid = on_grid(since, routing.look_again, max(route.at, now))
        again = min(grid, since + routing.stuck_after)
        sentence = (
            f"Deployment {route.name} of {route.endpoint} is {state}; "
            f"looking again at {spell_time(again)}."
        )
        finding = _finding(route, Verdict.INCONCLUSIVE, "unfinished", sentence)
        return Judged(finding=finding, look_again=again, undecided=_UNDECIDED)
    sentence = (
        f"Deployment {route.name} of {route.endpoint} has been {state} for "
        f"{spell_duration(lasted)}."
    )
    of_log = _of_log(
        route,
        f"Look at what it waits for: az ml online-deployment get-logs --endpoint-name "
        f"{route.endpoint} --name {route.name} --container storage-initializer",
    )
    alert = Alert(
        kind=AlertKind.DEPLOYMENT_STUCK,
        subject=f"endpoint/{route.endpoint}",
        severity=Severity.CRITICAL if route.share > 0 else Severity.WARNING,
        title=sentence[0].lower() + sentence[1:].rstrip("."),
        text=(
            f"{sentence} It should have taken less than {spell_duration(routing.stuck_after)}; "
            f"{route.share:g} % of the traffic is declared for it. Azure sends no event for this. "
            f"{of_log.text}"
        ).rstrip(),
        first_step=of_log.first_step,
        since=since,
        labels=route.labels,
    )
    return Judged(finding=_finding(route, Verdict.FAIL, "stuck", sentence, of_log), alerts=(alert,))
