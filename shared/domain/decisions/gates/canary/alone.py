"""Where a canary has nothing to be compared with, or nothing to compare."""

from datetime import datetime, timedelta

from shared.domain.decisions.gates.age import AGAIN
from shared.domain.decisions.gates.canary.judged import Sides, total
from shared.domain.decisions.gates.canary.looks import compares, others
from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.finding import Finding, Rule
from shared.domain.promotion import Rollout
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_number, spell_time

_SLACK = timedelta(minutes=1)


def judge_alone(case: Case, rollout: Rollout | None) -> Judged | None:
    """What a step at which no other deployment has traffic is taken for; None when one has.

    A first version ever has nobody to be worse than, so it passes and says so. One that was
    compared at a step before passes too: that step had to pass. One that is given everything at
    once was never compared, and only people can say whether that is meant.
    """
    if rollout is None or not 0 <= rollout.at < len(rollout.steps):
        return None
    name, step = rollout.deployment, rollout.steps[rollout.at]
    if others(step, name):
        return None
    served = others(rollout.before, name)
    if not served and not _champion(case):
        sentence = (
            f"Nothing served {rollout.endpoint} before {case.named}, so there is nothing to "
            "compare it with."
        )
        return _told(name, Verdict.PASS, "first_version", sentence)
    if any(compares(one, name) for one in rollout.steps[: rollout.at]):
        sentence = (
            f"{name} has all the traffic of {rollout.endpoint}, so nothing answers beside it to "
            "be compared with; it was compared at the steps before."
        )
        return _told(name, Verdict.PASS, "compared_before", sentence)
    if not served:
        sentence = (
            f"No deployment of the champion had traffic on {rollout.endpoint} when the rollout "
            f"began, so that {name} has nothing to be compared with; give the champion some "
            "traffic and begin anew, or switch the gate off (canary: off)."
        )
        return _told(name, Verdict.INCONCLUSIVE, "no_control", sentence)
    sentence = (
        f"The plan gives {name} all the traffic at once, so that it was never compared with "
        f"{served[0]}; give rollout.steps a step below 100 or mirror first, or switch the gate "
        "off (canary: off)."
    )
    return _told(name, Verdict.INCONCLUSIVE, "never_compared", sentence)


def judge_silent(sides: Sides, rollout: Rollout | None) -> Judged | None:
    """Why there is nothing to compare in a reading that can be used; None when there is."""
    reading, at = sides.reading, sides.case.at
    name, other = reading.experiment_deployment, reading.control_deployment
    again = at + max(sides.gate.every, AGAIN)
    begun = rollout.since if rollout is not None else None
    if rollout is not None and name != rollout.deployment:
        sentence = (
            f"{name or 'Nothing'} was compared where {rollout.deployment} is rolled out; it is "
            "read anew."
        )
        return _told(rollout.deployment, Verdict.INCONCLUSIVE, "other_deployment", sentence, again)
    if begun is not None and reading.start < begun - _SLACK:
        sentence = (
            f"The comparison begins {spell_time(reading.start)}, before the traffic was moved "
            f"{spell_time(begun)}; it is read anew."
        )
        return _told(name, Verdict.INCONCLUSIVE, "before_the_step", sentence, again)
    if not other:
        sentence = f"No deployment serves beside {name} to be compared with."
        return _told(name, Verdict.INCONCLUSIVE, "no_control", sentence, again)
    requests = {
        deployment: total(side.get("errors:of", ()))
        for deployment, side in ((name, reading.experiment), (other, reading.control))
    }
    if reading.end <= reading.start:
        sentence = (
            f"No bucket of {spell_duration(sides.gate.every)} is over and told in full since the "
            f"traffic settled, {spell_time(reading.start)}."
        )
        return _told(name, Verdict.INCONCLUSIVE, "no_buckets", sentence, again)
    if not requests[name]:
        sentence = (
            f"{name} had no request from {spell_time(reading.start)} on, where {other} had "
            f"{spell_number(requests[other])}; nothing can be said of its answers. Whether "
            "requests should come to it is for the gate `routing`."
        )
        return _told(name, Verdict.INCONCLUSIVE, "no_requests", sentence, again)
    if not requests[other]:
        sentence = (
            f"{other} had no request from {spell_time(reading.start)} on, so that the "
            f"{spell_number(requests[name])} of {name} have nothing to be compared with."
        )
        return _told(name, Verdict.INCONCLUSIVE, "no_requests_of_control", sentence, again)
    return None


def _champion(case: Case) -> bool:
    begun = case.promotion.champion if case.promotion is not None else None
    return begun is not None or case.evidence.champion is not None


def _told(
    name: str, verdict: Verdict, reason: str, sentence: str, again: datetime | None = None
) -> Judged:
    finding = Finding(
        rule=Rule.CANARY_GATE,
        thing=f"deployment/{name}",
        verdict=verdict,
        reason=reason,
        sentence=sentence,
    )
    return Judged(finding=finding, look_again=again)
