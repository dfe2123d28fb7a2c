"""Events that are kept and told, and ask for nothing more."""

from datetime import datetime

from shared.domain.decision import Outcome
from shared.domain.event import Event
from shared.domain.evidence import NoEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict


def decide_record(
    event: Event,
    evidence: NoEvidence,  # noqa: ARG001  every decision has this signature
    policy: Policy | None,  # noqa: ARG001
    state: SubjectState,
    now: datetime,  # noqa: ARG001
) -> Outcome:
    """Note that the event happened."""
    finding = Finding(
        rule=Rule.RECORDED,
        thing=event.subject,
        verdict=Verdict.PASS,
        reason="recorded",
        sentence=f"{event.type.value} of {event.subject} was recorded; no rule asks for more.",
    )
    return Outcome(findings=(finding,), actions=(), state=state)
