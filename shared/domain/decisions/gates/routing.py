"""The version has traffic where it is tried out, and requests are seen to reach it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.alert import AlertKind
from shared.domain.decisions.gates.age import AGAIN
from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.decisions.gates.observed.tried import Place, tried_at
from shared.domain.decisions.gates.observed.waiting import how_long
from shared.domain.decisions.routing.counting import SETTLES
from shared.domain.decisions.routing.declared import judge_declared
from shared.domain.decisions.routing.observed import judge_observed
from shared.domain.decisions.routing.route import Route, spell_shares
from shared.domain.finding import Finding, Rule
from shared.domain.state import DeploymentWatch
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_list, spell_number, spell_time

_ABOUT_IT = frozenset({AlertKind.NOT_OBSERVED, AlertKind.TRAFFIC_TO_DELETING})
_OF_ENDPOINT = frozenset({AlertKind.ENDPOINT_FAILED, AlertKind.ENDPOINT_STUCK})


def judge_routing(case: Case) -> tuple[Judged, ...]:
    """A declared share or a mirror, requests that reach it, and no open alert of its routing.

    0 % of the traffic shows nothing, however well the deployment succeeded: it fails, once a new
    deployment's grace is over. That few requests came is open, that fewer came than half of its
    share says by an exact interval is a failure (`routing.observed`: about one look in a million
    fails an endpoint that does as declared). What alerts are of is judged anew on what was read,
    where that can be; other alerts count while they are open. Nothing is asked of a version that
    is tried out nowhere.
    """
    if case.tried is None:
        return ()
    gate = case.gates.routing
    place = tried_at(case, Rule.ROUTING_GATE, gate, "the traffic of {}")
    if isinstance(place, Judged):
        return (place,)
    look = _Look(case=case, place=place)
    return (
        _shares_impossible(look)
        or _no_share(look)
        or _alerts(look)
        or _uncounted(look)
        or _share_not_observed(look)
        or _requests(look, gate.min_requests),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    case: Case
    place: Place

    @property
    def observed(self) -> int:
        """Requests to it that were seen."""
        return (self.place.reading.requests or {}).get(self.place.name, 0)

    @property
    def since(self) -> datetime:
        """From when on they were counted."""
        return self.place.reading.requests_since or self.place.since

    @property
    def declared(self) -> str:
        """What it has, as in `10 % of the traffic`."""
        if self.place.share > 0:
            return f"{self.place.share:g} % of the traffic"
        if self.place.mirrored > 0:
            return f"{self.place.mirrored:g} % of mirrored traffic"
        return "0 % of the traffic"

    @property
    def told(self) -> str:
        """How a sentence begins."""
        place = self.place
        return (
            f"Deployment {place.name} of {place.endpoint.name} carries {self.case.named} and has "
            f"{self.declared}"
        )


def _shares_impossible(look: _Look) -> Judged | None:
    """What the endpoint declares cannot be in force, so that nobody knows what is.

    A mirror to a deployment that is not there changes nothing for this one.
    """
    place = look.place
    judged = judge_declared(place.endpoint, place.reading.taken)
    wrong = [one.finding for one in judged if one.finding.estimate]
    if not wrong:
        return None
    sentence = " ".join(finding.sentence for finding in wrong)
    return _judged(look, Verdict.FAIL, wrong[0].reason, sentence)


def _no_share(look: _Look) -> Judged | None:
    place = look.place
    if place.share > 0 or place.mirrored > 0:
        return None
    since = _without_share_since(place)
    declared = f"declared: {spell_shares(place.endpoint.traffic)}"
    grace = look.case.policy.routing.grace
    if since is not None and look.case.at < since + grace:
        sentence = (
            f"{look.told}; it was completed {spell_time(since)}, and its grace of "
            f"{spell_duration(grace)} is not over ({declared})."
        )
        return _judged(look, Verdict.INCONCLUSIVE, "within_grace", sentence, since + grace)
    lasted = ""
    if since is not None:
        lasted = f", for {spell_duration(look.case.at - since)} (since {spell_time(since)})"
    sentence = (
        f"{look.told}{lasted}: nobody has tried it out; {declared}.{_by_header(look)} Give it "
        f"some: az ml online-endpoint update --name {place.endpoint.name} --traffic "
        f'"{place.name}=SHARE ..."'
    )
    return _judged(look, Verdict.FAIL, "no_traffic", sentence)


def _without_share_since(place: Place) -> datetime | None:
    """Since it lost its share, or was completed; None where nobody knows."""
    if place.watch is None:
        return place.deployment.changed
    return max(filter(None, (place.watch.completed, place.watch.left)))


def _by_header(look: _Look) -> str:
    if not look.observed:
        return ""
    return (
        f" {look.observed} requests reached it all the same, which only a caller can send that "
        "names it in the header azureml-model-deployment."
    )


def _alerts(look: _Look) -> Judged | None:
    """Alerts that this reading alone cannot judge anew."""
    firing = look.place.reading.firing
    open_ = [kind.value for kind in _ABOUT_IT if kind.value in look.place.firing]
    open_ += [kind.value for kind in _OF_ENDPOINT if kind.value in firing.get("", ())]
    if not open_:
        return None
    names = spell_list(sorted(open_))
    alerts = f"alert {names} about it is" if len(open_) == 1 else f"alerts {names} about it are"
    sentence = f"{look.told}, but the {alerts} open; see `driftgate alerts`."
    return _judged(look, Verdict.FAIL, "alert_open", sentence, look.case.at + AGAIN)


def _uncounted(look: _Look) -> Judged | None:
    reading = look.place.reading
    again = look.case.at + AGAIN
    if reading.requests_problem is not None:
        return _judged(look, Verdict.ERROR, "cannot_count", reading.requests_problem, again)
    if reading.requests is not None:
        return None
    sentence = (
        f"{look.told}, but nobody counts the requests of {reading.name}; send it one, or switch "
        "on its traffic log."
    )
    return _judged(look, Verdict.INCONCLUSIVE, "unlogged", sentence, again)


def _share_not_observed(look: _Look) -> Judged | None:
    """It has a share, and too few of the endpoint's requests reach it for that."""
    place = look.place
    requests = place.reading.requests or {}
    there = {one.name for one in place.endpoint.deployments}
    routed = sum(
        requests.get(name, 0)
        for name, share in place.endpoint.traffic.items()
        if share > 0 and name in there
    )
    route = Route(
        endpoint=place.endpoint.name,
        deployment=place.deployment,
        share=place.share,
        mirrored=place.mirrored,
        observed=look.observed,
        watch=place.watch or DeploymentWatch(completed=look.since),
        intents=(),
        at=place.reading.taken,
    )
    judged = judge_observed(route, routed)
    if judged is None or judged.finding.verdict is not Verdict.FAIL:
        return None
    found = judged.finding
    sentence = (
        f"{found.sentence.removesuffix('.')}, since {spell_time(look.since)}: the requests do not "
        f"reach it; see whether its instances are ready: az ml online-deployment show "
        f"--endpoint-name {place.endpoint.name} --name {place.name}"
    )
    finding = Finding(
        rule=Rule.ROUTING_GATE,
        thing=place.thing,
        verdict=Verdict.FAIL,
        reason="not_observed",
        sentence=sentence,
        statistic=found.statistic,
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        limit=found.limit,
        n=found.n,
    )
    return Judged(finding=finding)


def _requests(look: _Look, wanted: int) -> Judged:
    counted = (
        f"{look.told}; {spell_number(look.observed)} requests reached it since "
        f"{spell_time(look.since)}"
    )
    if look.observed >= wanted:
        return _judged(look, Verdict.PASS, "has_traffic", f"{counted}.", needed=wanted)
    span = look.place.reading.taken - look.since
    again = look.case.at + AGAIN
    if span <= timedelta():
        sentence = (
            f"{look.told}, by a change of less than {spell_duration(SETTLES)} ago; requests are "
            "counted when it has settled."
        )
        return _judged(look, Verdict.INCONCLUSIVE, "settling", sentence, again, needed=wanted)
    wait = how_long(look.observed, wanted, span)
    sentence = f"{counted}, at least {spell_number(wanted)} wanted{wait}."
    return _judged(look, Verdict.INCONCLUSIVE, "few_requests", sentence, again, needed=wanted)


def _judged(
    look: _Look,
    verdict: Verdict,
    reason: str,
    sentence: str,
    again: datetime | None = None,
    *,
    needed: int | None = None,
) -> Judged:
    finding = Finding(
        rule=Rule.ROUTING_GATE,
        thing=look.place.thing,
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        statistic="traffic_percent",
        estimate=look.place.share,
        n=look.observed,
        n_needed=needed,
        details={"mirror_percent": look.place.mirrored},
    )
    return Judged(finding=finding, look_again=again)
