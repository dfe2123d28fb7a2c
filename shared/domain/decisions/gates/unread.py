"""What serves in a stage could not be read: then nothing was compared with it."""

from dataclasses import replace
from datetime import datetime

from shared.domain.decisions.gates.age import AGAIN
from shared.domain.decisions.gates.case import Case
from shared.domain.decisions.gates.running import Gated
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict, worst


def with_what_serves(case: Case, gated: Gated) -> Gated:
    """The gates' word, and an error where the stage's endpoint is there and was not read.

    It may have a champion whose callers the version breaks.
    """
    reading = case.evidence.target
    if case.stage.endpoint is None or reading is None or reading.problem is None or reading.gone:
        return gated
    unread = Finding(
        rule=Rule.READABLE,
        thing=f"endpoint/{case.stage.endpoint}",
        verdict=Verdict.ERROR,
        reason="cannot_look",
        sentence=f"What serves in {case.stage.name} is not known: {reading.problem}",
    )
    soon = case.at + AGAIN
    again: datetime | None = soon
    if gated.verdict is not Verdict.PASS:
        again = None if gated.look_again is None else min(gated.look_again, soon)
    return replace(
        gated,
        findings=(*gated.findings, unread),
        verdict=worst([gated.verdict, unread.verdict]),
        look_again=again,
    )
