"""What the gates rest on was true in the same interval, and not in the future."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.domain.decisions.gates.age import AGAIN, SKEW
from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.evidence import PromotionEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.domain.wording import begin, spell_duration, spell_time

_READ_BY = {
    "tried": frozenset({"deployment", "routing", "latency", "errors", "bake"}),
    "target": frozenset({"rollback"}),
    "canary": frozenset({"canary"}),
    "drift": frozenset({"drift"}),
    "budget": frozenset({"budget"}),
}
"""Which gates rest on which reading; the others rest on the version and its champion."""


def judge_interval(case: Case, used: Iterable[str]) -> tuple[Judged, ...]:
    """Everything the enforced gates `used` was read within `gates.interval`.

    A version that passed one gate yesterday and another one today never passed both. Nothing is
    found where there is but one reading; one that is missing is its gate's to tell.
    """
    taken = _taken(case.evidence, frozenset(used))
    first, last = (pick(taken, key=lambda name: taken[name]) for pick in (min, max))
    ahead, apart = taken[last] - case.at, taken[last] - taken[first]
    limit = case.gates.interval
    if ahead > SKEW:
        sentence = (
            f"What is known of {last} is of {spell_time(taken[last])}, {spell_duration(ahead)} "
            f"ahead of the clock here ({spell_time(case.at)}); one of the two clocks is wrong."
        )
        return (_judged(case, Verdict.INCONCLUSIVE, "clock_skew", sentence, ahead, len(taken)),)
    if len(taken) == 1:
        return ()
    if apart > limit:
        sentence = (
            f"{begin(first)} was read at {spell_time(taken[first])} and {last} "
            f"{spell_duration(apart)} later; the gates need evidence of the same "
            f"{spell_duration(limit)}."
        )
        return (_judged(case, Verdict.INCONCLUSIVE, "apart", sentence, apart, len(taken)),)
    sentence = (
        f"What the gates rest on was read within {spell_duration(apart)}, of at most "
        f"{spell_duration(limit)}."
    )
    return (_judged(case, Verdict.PASS, "together", sentence, apart, len(taken)),)


def _taken(evidence: PromotionEvidence, used: frozenset[str]) -> dict[str, datetime]:
    """When each reading was true, by what people call it."""
    readings = {
        "tried": ("the endpoint it is tried out on", evidence.tried),
        "target": ("the endpoint of its stage", evidence.target),
        "canary": ("the comparison with what serves", evidence.canary),
        "drift": ("what is scored today", evidence.drift),
        "budget": ("the list of open promotions", evidence.budget),
    }
    taken = {"the version": evidence.taken}
    for field, (name, reading) in readings.items():
        if reading is not None and reading.problem is None and used & _READ_BY[field]:
            taken[name] = reading.taken
    return taken


def _judged(
    case: Case, verdict: Verdict, reason: str, sentence: str, span: timedelta, readings: int
) -> Judged:
    finding = Finding(
        rule=Rule.INTERVAL,
        thing=f"model/{case.candidate.name}",
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        statistic="minutes",
        estimate=span / timedelta(minutes=1),
        limit=case.gates.interval / timedelta(minutes=1),
        n=readings,
    )
    return Judged(finding=finding, look_again=None if verdict is Verdict.PASS else case.at + AGAIN)
