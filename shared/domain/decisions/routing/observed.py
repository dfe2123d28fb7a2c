"""Do requests follow the declared shares: declared but not observed, observed but not declared."""

from datetime import timedelta

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.routing.route import SUCCEEDED, Judged, Route
from shared.domain.finding import Finding, Rule
from shared.domain.shares import share_interval, trials_needed
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_number, spell_time

CONFIDENCE = 0.998
TOLERATED = 0.5
"""A deployment that receives less than half of its share does not receive what is declared."""
_QUIET = timedelta(days=1)
_SENT = "header azureml-model-deployment"
_NOT_OBSERVED = frozenset({AlertKind.NOT_OBSERVED})


def judge_observed(route: Route, routed: int) -> Judged | None:
    """Whether a deployment receives its share of the `routed` requests; None without a share.

    The exact interval of its observed share at 99.8 % is compared with half of the declared one,
    since connections, not single requests, are spread. So the verdict is wrong only where both
    fail together: an endpoint that does as declared fails a look at most about once in a million
    (a test computes it), whatever the number of requests.
    Requests that name their deployment in a header cannot be told apart and are counted too.
    """
    if route.share <= 0 or route.state != SUCCEEDED:
        return None
    if route.observed is None:
        return _unknown(route, "unlogged", "requests are not logged")
    if not routed:
        return _unknown(route, "no_requests", "no request was seen")
    declared = route.share / 100.0
    limit = declared * TOLERATED
    seen = route.observed / routed
    low, high = share_interval(route.observed, routed, CONFIDENCE)
    told = (
        f"Deployment {route.name} of {route.endpoint} is declared to receive {route.share:g} % "
        f"and received {_percent(seen)} ({route.observed} of {routed} requests, interval "
        f"{_percent(low)} to {_percent(high)})"
    )

    def finding(verdict: Verdict, reason: str, sentence: str, needed: int | None) -> Finding:
        return Finding(
            rule=Rule.OBSERVED_SHARE,
            thing=f"deployment/{route.name}",
            verdict=verdict,
            reason=reason,
            sentence=sentence,
            statistic="observed_share",
            estimate=seen,
            low=low,
            high=high,
            limit=limit,
            n=routed,
            n_needed=needed,
            enforced=verdict is not Verdict.INCONCLUSIVE,
        )

    if high < limit:
        failed = finding(Verdict.FAIL, "not_observed", f"{told}.", None)
        return Judged(finding=failed, alerts=(_not_observed(route, told, high, routed),))
    if low > limit:
        return Judged(finding=finding(Verdict.PASS, "observed", f"{told}.", None))
    needed = max(trials_needed(seen, limit, CONFIDENCE), routed + 1)
    sentence = f"{told}; about {spell_number(needed)} requests would decide."
    return Judged(
        finding=finding(Verdict.INCONCLUSIVE, "few_requests", sentence, needed),
        undecided=_NOT_OBSERVED,
    )


def _unknown(route: Route, reason: str, why: str) -> Judged:
    finding = Finding(
        rule=Rule.OBSERVED_SHARE,
        thing=f"deployment/{route.name}",
        verdict=Verdict.INCONCLUSIVE,
        reason=reason,
        sentence=(
            f"Whether deployment {route.name} of {route.endpoint} receives its {route.share:g} % "
            f"cannot be said: {why}."
        ),
        enforced=False,
    )
    return Judged(finding=finding, undecided=_NOT_OBSERVED)


def _not_observed(route: Route, told: str, high: float, routed: int) -> Alert:
    return Alert(
        kind=AlertKind.NOT_OBSERVED,
        subject=f"endpoint/{route.endpoint}",
        severity=Severity.CRITICAL,
        title=(
            f"deployment {route.name} of {route.endpoint} is declared {route.share:g} % and "
            f"receives {_percent(high)} at most"
        ),
        text=(
            f"{told}. That is no chance: with so many requests ({routed}) a deployment that gets "
            "its share cannot look like this. Its instances may be unhealthy, or the shares that "
            "are shown are not those in force."
        ),
        first_step=(
            f"See whether its instances are ready: az ml online-deployment show --endpoint-name "
            f"{route.endpoint} --name {route.name}; then read its log with get-logs."
        ),
        since=route.at,
        labels=route.labels,
    )


def judge_callers(route: Route) -> Judged | None:
    """Requests to a deployment without a share: somebody names it in a header.

    While a deployment waits for its first traffic that is how it is tried out. Once it was
    replaced such callers stay behind, and fail when it is deleted: that is told, until none was
    seen for a day. None when no request ever was.
    """
    requested = route.watch.requested
    if route.share > 0 or route.mirrored > 0 or requested is None:
        return None
    if route.observed is None:
        return _uncounted(route)
    left = route.watch.left
    pinned = left is not None and requested > left and route.at - requested < _QUIET
    sentence = (
        f"Deployment {route.name} of {route.endpoint} has no share and was called by {_SENT} "
        f"({route.observed} requests lately, the last seen about {spell_time(requested)})."
    )
    finding = Finding(
        rule=Rule.OBSERVED_SHARE,
        thing=f"deployment/{route.name}",
        verdict=Verdict.FAIL if pinned else Verdict.PASS,
        reason="callers_stayed" if pinned else "called_by_header",
        sentence=sentence,
        statistic="requests",
        estimate=float(route.observed),
        limit=0.0,
        n=route.observed,
    )
    if not pinned or left is None:
        return Judged(finding=finding)
    alert = Alert(
        kind=AlertKind.CALLED_BY_HEADER,
        subject=f"endpoint/{route.endpoint}",
        severity=Severity.WARNING,
        title=f"callers still name deployment {route.name} of {route.endpoint}, which was replaced",
        text=(
            f"{sentence} Its share went to 0 % at {spell_time(left)}; those callers get its "
            f"old answers{f' of {route.model}' if route.model else ''}, and errors once it is gone."
        ),
        first_step=f"Find the callers by their user agent in the traffic log; drop the {_SENT}.",
        since=left,
        labels=route.labels,
    )
    return Judged(finding=finding, alerts=(alert,))


def _uncounted(route: Route) -> Judged:
    finding = Finding(
        rule=Rule.OBSERVED_SHARE,
        thing=f"deployment/{route.name}",
        verdict=Verdict.INCONCLUSIVE,
        reason="unlogged",
        sentence=(
            f"Whether callers still name deployment {route.name} of {route.endpoint} cannot be "
            "said: requests are not logged."
        ),
        enforced=False,
    )
    return Judged(finding=finding, undecided=frozenset({AlertKind.CALLED_BY_HEADER}))


def _percent(share: float) -> str:
    return f"{100.0 * share:.3g} %"
