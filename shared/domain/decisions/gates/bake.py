"""For how long a version has been tried out with traffic."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.decisions.gates.age import AGAIN, unusable
from shared.domain.decisions.gates.case import Case, Judged, Moment
from shared.domain.evidence.promotion import EndpointReading
from shared.domain.finding import Finding, Rule
from shared.domain.state import DeploymentWatch
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_time
from shared.domain.world import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """So long a deployment has to have traffic; what it had before `since` does not count."""

    reading: EndpointReading
    endpoint: Endpoint
    deployment: str
    needed: timedelta
    since: datetime | None


def judge_bake(case: Case) -> tuple[Judged, ...]:
    """Time with traffic: of the step in force, or where the version is tried out before a stage.

    Traffic that was taken away begins anew when it comes back. Mirrored requests are traffic: the
    model answers them. Declared traffic without any request is none.
    """
    gate, name = case.gates.bake, _where(case)
    needed, since = _needed(case)
    if name is None or needed <= timedelta():
        return ()
    reading = case.evidence.tried
    thing = f"endpoint/{name}"
    ended = unusable(case, Rule.BAKE_GATE, thing, reading, gate, f"the traffic of {name}")
    if ended is not None:
        return (ended,)
    if reading is None or reading.endpoint is None:
        sentence = f"The deployments of {name} were not read."
        return (_told(thing, Verdict.ERROR, "not_read", sentence, case.at + AGAIN),)
    deployment = _deployment(case, reading.endpoint)
    if deployment is None:
        sentence = f"{case.named} is not deployed on {name}, so it has had no traffic there."
        again = case.at + AGAIN
        return (_told(thing, Verdict.INCONCLUSIVE, "not_deployed", sentence, again),)
    asked = _Asked(
        reading=reading,
        endpoint=reading.endpoint,
        deployment=deployment,
        needed=needed,
        since=since,
    )
    return (_judge(case, asked),)


def _where(case: Case) -> str | None:
    """The endpoint where it is tried out; at a step that of the rollout, if nobody says."""
    rollout = case.promotion.rollout if case.promotion is not None else None
    if case.tried is None and case.moment is Moment.STEP and rollout is not None:
        return rollout.endpoint
    return case.tried


def _needed(case: Case) -> tuple[timedelta, datetime | None]:
    """How long it takes, and since when it counts at the earliest."""
    if case.moment is Moment.ENTRANCE:
        return case.gates.bake.time, None
    rollout = case.promotion.rollout if case.promotion is not None else None
    if rollout is None or not 0 <= rollout.at < len(rollout.steps):
        return timedelta(), None
    return timedelta(seconds=rollout.steps[rollout.at].bake), rollout.since


def _deployment(case: Case, endpoint: Endpoint) -> str | None:
    """The one that rolls out; else the version's own, of several that with most traffic."""
    rollout = case.promotion.rollout if case.promotion is not None else None
    if case.moment is Moment.STEP and rollout is not None:
        there = any(one.name == rollout.deployment for one in endpoint.deployments)
        return rollout.deployment if there else None
    found = [
        one.name
        for one in endpoint.deployments
        if (one.model, one.version) == (case.candidate.name, case.candidate.version)
    ]
    shares = (endpoint.traffic, endpoint.mirror_traffic)
    return max(found, key=lambda name: (*(s.get(name, 0.0) for s in shares), name), default=None)


def _judge(case: Case, asked: _Asked) -> Judged:
    name, thing = asked.deployment, f"deployment/{asked.deployment}"
    again = case.at + AGAIN
    live = asked.endpoint.traffic.get(name, 0.0) > 0.0
    mirrored = asked.endpoint.mirror_traffic.get(name, 0.0) > 0.0
    if not live and not mirrored:
        sentence = (
            f"{name} has no traffic on {asked.endpoint.name} now; it counts from when it has."
        )
        return _told(thing, Verdict.INCONCLUSIVE, "no_traffic", sentence, again)
    since = _since(asked, live)
    if since is None:
        sentence = (
            f"It is not known yet since when {name} has traffic on {asked.endpoint.name}; the next "
            "look at its routing tells."
        )
        return _told(thing, Verdict.INCONCLUSIVE, "not_seen_yet", sentence, again)
    if not _was_called(case, asked, since):
        share = "requests are mirrored to it" if not live else "it has a share of the traffic"
        sentence = (
            f"{name} has had no traffic since {spell_time(since)}: {share}, and not one request "
            "was counted."
        )
        return _told(thing, Verdict.INCONCLUSIVE, "never_called", sentence, again)
    passed, over = case.at - since, since + asked.needed
    how = "mirrored requests" if not live else "traffic"
    if case.at >= over:
        sentence = (
            f"{name} has had {how} since {spell_time(since)}, for {spell_duration(passed)} of the "
            f"{spell_duration(asked.needed)} that are asked for."
        )
        return _told(thing, Verdict.PASS, "baked", sentence, None, (passed, asked.needed))
    sentence = (
        f"{name} has had {how} since {spell_time(since)}; the {spell_duration(asked.needed)} that "
        f"are asked for are over at {spell_time(over)}."
    )
    return _told(thing, Verdict.INCONCLUSIVE, "baking", sentence, over, (passed, asked.needed))


def _since(asked: _Asked, live: bool) -> datetime | None:
    """Since when it has its traffic without a break, as far as is remembered.

    A step begins when the traffic was moved, which its rollout knows before routing has seen it;
    what it had before does not count. A deployment that is written anew arrives anew.
    """
    watch = asked.reading.watches.get(asked.deployment)
    times = [asked.since]
    if watch is not None:
        times.append(watch.completed if asked.since is not None and live else _first(watch, live))
    if live:
        times.append(_came_back(asked))
    return max((time for time in times if time is not None), default=None)


def _first(watch: DeploymentWatch, live: bool) -> datetime | None:
    return watch.arrived if live else watch.mirrored


def _came_back(asked: _Asked) -> datetime | None:
    """When its share was last seen to be above nothing after it had been nothing."""
    came: datetime | None = None
    for shift in asked.reading.shifts:
        has = shift.shares.get(asked.deployment, 0.0) > 0.0
        came = (came or shift.time) if has else None
    return came


def _was_called(case: Case, asked: _Asked, since: datetime) -> bool:
    """Whether one request to it was counted, by whatever source tells; none telling is no.

    At a step its comparison knows, since that counts from the step on.
    """
    reading, name = asked.reading, asked.deployment
    compared = case.evidence.canary
    if (
        case.moment is Moment.STEP
        and compared is not None
        and compared.experiment_deployment == name
        and compared.experiment.get("errors:of")
    ):
        return any(compared.experiment["errors:of"])
    health = (reading.health or {}).get(name)
    served = health.served if health is not None else None
    if (reading.requests or {}).get(name) or (served is not None and served.requests > 0):
        return True
    watch = reading.watches.get(name)
    return watch is not None and watch.requested is not None and watch.requested >= since


def _told(
    thing: str,
    verdict: Verdict,
    reason: str,
    sentence: str,
    again: datetime | None,
    baked: tuple[timedelta, timedelta] | None = None,
) -> Judged:
    """With the seconds that were baked, and those that are asked for, where there are any."""
    finding = Finding(
        rule=Rule.BAKE_GATE,
        thing=thing,
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        statistic=None if baked is None else "seconds_with_traffic",
        estimate=None if baked is None else max(0.0, baked[0].total_seconds()),
        limit=None if baked is None else baked[1].total_seconds(),
    )
    return Judged(finding=finding, look_again=again)
