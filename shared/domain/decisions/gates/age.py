"""Whether a reading can be used: it was made, lately, and not in the future."""

from datetime import datetime, timedelta
from typing import Protocol

from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Gate
from shared.domain.verdict import Verdict
from shared.domain.wording import begin, spell_duration, spell_time

SKEW = timedelta(minutes=2)
"""So far two clocks may lie apart."""
AGAIN = timedelta(minutes=5)
"""A new reading may come as soon as that."""


class Reading(Protocol):
    """Anything that was true at a time, or could not be had for a reason."""

    @property
    def taken(self) -> datetime:
        """When it was true."""

    @property
    def problem(self) -> str | None:
        """Why it could not be had."""


def unusable(
    case: Case, rule: Rule, thing: str, reading: Reading | None, gate: Gate, what: str
) -> Judged | None:
    """The finding that ends a gate whose evidence cannot be used; None when it can.

    `what` names the evidence in the sentence, such as `the answers of loan-staging`.
    """
    again = case.at + AGAIN
    if reading is None:
        return _judged(
            rule, thing, Verdict.ERROR, "not_read", f"{begin(what)} was not read.", again
        )
    if reading.problem is not None:
        return _judged(rule, thing, Verdict.ERROR, "cannot_look", reading.problem, again)
    age = case.at - reading.taken
    if age < -SKEW:
        sentence = (
            f"{begin(what)} says it is of {spell_time(reading.taken)}, which is "
            f"{spell_duration(-age)} ahead of the clock here ({spell_time(case.at)}); "
            "one of the two clocks is wrong."
        )
        return _judged(rule, thing, Verdict.INCONCLUSIVE, "clock_skew", sentence, again)
    if age > gate.max_age:
        sentence = (
            f"{begin(what)} is {spell_duration(age)} old; at most {spell_duration(gate.max_age)} "
            "is allowed."
        )
        return _judged(rule, thing, Verdict.INCONCLUSIVE, "stale", sentence, again)
    return None


def _judged(
    rule: Rule, thing: str, verdict: Verdict, reason: str, sentence: str, again: datetime
) -> Judged:
    finding = Finding(rule=rule, thing=thing, verdict=verdict, reason=reason, sentence=sentence)
    return Judged(finding=finding, look_again=again)
