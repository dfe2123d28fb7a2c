"""A pipeline's hook is not signed, so it is a hint: the promotion's own look reads the run back."""

from datetime import datetime

from shared.domain.action import ScheduleCheck
from shared.domain.decision import Outcome
from shared.domain.event import Check, Event, check_due
from shared.domain.evidence import RunEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list


def decide_hint(
    event: Event,
    evidence: RunEvidence,
    policy: Policy | None,  # noqa: ARG001  every decision has this signature
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Ask for a look at the promotions that the run may be of; told twice in a minute asks once."""
    due = now.replace(second=0, microsecond=0)
    word = event.data.get("result") or event.data.get("status")
    told = {"told": f"{event.type.value} {event.data.get('run') or event.subject} {word}"[:200]}
    actions = tuple(
        ScheduleCheck(event=check_due(Check.PROMOTION, f"model/{model}", due, told))
        for model in evidence.models
    )
    asked = [action.event.subject for action in actions]
    finding = Finding(
        rule=Rule.RECORDED,
        thing=event.subject,
        verdict=Verdict.PASS,
        reason="looked_after" if asked else "recorded",
        sentence=(
            f"{event.type.value} of {event.subject} was told; "
            + (f"{spell_list(asked)} is asked to look." if asked else "no promotion waits for it.")
        ),
    )
    return Outcome(findings=(finding,), actions=actions, state=state)
