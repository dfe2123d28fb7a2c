"""One way to judge a share of a version's answers where it is tried out, whatever is counted.

What a look says is exact and one-sided: it passes when the upper end of Clopper and Pearson's
interval is below the limit, fails when the lower end is above. Gates are asked again and again, so
the confidence is a promise for a day of looks (`health.proportion.weigh`): each has a 288th of
what may go wrong, by Bonferroni's inequality, which needs no independence of windows that overlap.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.decisions.gates.age import AGAIN
from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.decisions.gates.observed.tried import Place, tried_at
from shared.domain.decisions.gates.observed.waiting import time_to
from shared.domain.decisions.health import percent
from shared.domain.decisions.health.proportion import Proportion
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Enforcement, Gate, Gates
from shared.domain.verdict import Verdict
from shared.domain.wording import begin, spell_duration, spell_number
from shared.domain.world import Served

LOOKS_A_DAY = timedelta(days=1) // AGAIN
"""A promotion on its way is looked at every five minutes, as the timer's schedule says."""
_TOO_NEAR = 10_000_000
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareGate:
    """What is counted, what a sentence calls it, and what it may be.

    `did` has a place for the share. `weigh` gives the sentence that says why where the source does
    not count it. `more` says what else is known of the answers. `setting` is the window's name.
    """

    rule: Rule
    gate: Gate
    window: timedelta
    setting: str
    statistic: str
    did: str
    bad: str
    good: str
    weigh: Callable[[Served, Place], Proportion | str]
    more: Callable[[Served], str]


def latency_limit(gates: Gates) -> float | None:
    """Within how many milliseconds its answers have to come; None when nobody said.

    Whoever reads the endpoint has the slow answers counted by it.
    """
    bound = gates.bounds().get("latency_ms")
    if gates.latency.max_ms is not None:
        return gates.latency.max_ms
    return None if bound is None else bound.max


def answers_window(gates: Gates) -> timedelta:
    """Over how long answers are counted: the longer window of the gates that ask for any.

    They are counted once for both, so that what is said of errors and of latency is of the same.
    """
    asked = []
    if gates.errors.mode is not Enforcement.OFF:
        asked.append(gates.errors.window)
    if gates.latency.mode is not Enforcement.OFF and latency_limit(gates) is not None:
        asked.append(gates.latency.window)
    return max(asked, default=gates.errors.window)


def judge_share(case: Case, asked: ShareGate) -> tuple[Judged, ...]:
    """The share of the answers since they are counted, against its limit."""
    place = tried_at(case, asked.rule, asked.gate, "what {} answered")
    if isinstance(place, Judged):
        return (place,)
    return (_judge(case, asked, place),)


def _judge(case: Case, asked: ShareGate, place: Place) -> Judged:
    again = case.at + AGAIN
    if place.reading.health_problem is not None:
        return _open(
            asked, place, Verdict.ERROR, "cannot_count", place.reading.health_problem, again
        )
    served = place.served
    if served is None:
        sentence = (
            f"Nobody counts what {place.what} answers; send it requests, or switch on the traffic "
            f"log of {place.endpoint.name}."
        )
        return _open(asked, place, Verdict.INCONCLUSIVE, "unlogged", sentence, again)
    if not served.requests:
        sentence = (
            f"{begin(place.what)} answered nothing {place.span}, so nothing can be said of "
            f"{case.named}."
        )
        return _open(asked, place, Verdict.INCONCLUSIVE, "no_answers", sentence, again)
    share = asked.weigh(served, place)
    if isinstance(share, str):
        return _open(asked, place, Verdict.INCONCLUSIVE, "not_counted", share, again)
    return _weighed(case, asked, place, served, share)


def _weighed(
    case: Case, asked: ShareGate, place: Place, served: Served, share: Proportion
) -> Judged:
    told = (
        f"{begin(place.what)} ({case.named}) {asked.did.format(share.share)} ({share.basis}, "
        f"{place.span})"
    )
    limit = percent(share.limit)
    if share.verdict is Verdict.PASS:
        sentence = f"{told}, within the limit of {limit}."
        return _found(asked, place, share, asked.good, sentence)
    if share.verdict is Verdict.FAIL:
        more = f" {asked.more(served)}".rstrip()
        return _found(asked, place, share, asked.bad, f"{told}; the limit is {limit}.{more}")
    sentence = f"{told}; the limit is {limit}, and {_needed(asked, place, share)}."
    return _found(asked, place, share, "few_answers", sentence, case.at + AGAIN)


def _needed(asked: ShareGate, place: Place, share: Proportion) -> str:
    """How many answers would decide, and how long they take at the rate at which they come."""
    if share.needed is None:
        return "only a traffic log would decide, which counts every answer by itself"
    if share.needed >= _TOO_NEAR:
        return "so near to it no number of answers would decide soon"
    span = place.reading.taken - place.since
    needed = f"about {spell_number(share.needed)} answers would decide"
    more = time_to(share.n, share.needed, span)
    if more is None:
        return f"{needed}, which do not come at this rate"
    if span + more <= asked.window:
        return f"{needed}, at this rate in {spell_duration(more)}"
    hours = -(-(span + more) // _HOUR)
    return (
        f"{needed}, more than come in {spell_duration(asked.window)} at this rate; send it more, "
        f"or set `{asked.setting}` to {hours}h"
    )


def _found(
    asked: ShareGate,
    place: Place,
    share: Proportion,
    reason: str,
    sentence: str,
    again: datetime | None = None,
) -> Judged:
    finding = Finding(
        rule=asked.rule,
        thing=place.thing,
        verdict=share.verdict,
        reason=reason,
        sentence=sentence,
        statistic=asked.statistic,
        estimate=share.estimate,
        low=share.low,
        high=share.high,
        limit=share.limit,
        n=share.n,
        n_needed=share.needed,
    )
    return Judged(finding=finding, look_again=again)


def _open(
    asked: ShareGate,
    place: Place,
    verdict: Verdict,
    reason: str,
    sentence: str,
    again: datetime | None,
) -> Judged:
    finding = Finding(
        rule=asked.rule,
        thing=place.thing,
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        statistic=asked.statistic,
        n=None if place.served is None else place.served.requests,
    )
    return Judged(finding=finding, look_again=again)
