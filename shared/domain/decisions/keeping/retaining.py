"""A run of retention: until when things go, and how many went."""

from datetime import datetime

from shared.domain.decision import Outcome
from shared.domain.event import Event, EventType
from shared.domain.evidence import NoEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict

WORDS = {"archive": "payloads", "evidence": "pieces of evidence", "decisions": "decisions"}
"""What is kept, by its key in the fleet's file."""


def decide_retention(
    event: Event,
    evidence: NoEvidence,  # noqa: ARG001  every decision has this signature
    policy: Policy | None,  # noqa: ARG001
    state: SubjectState,
    now: datetime,  # noqa: ARG001
) -> Outcome:
    """Record it: what the chain says of it is how anybody knows since when things are kept."""
    begun = event.type is EventType.RETENTION_BEGUN
    before = {name: event.data[name] for name in WORDS if event.data.get(name) is not None}
    findings = tuple(
        Finding(
            rule=Rule.RETENTION,
            thing=f"kept/{name}",
            verdict=Verdict.PASS,
            reason="begun" if begun else "ended",
            sentence=(
                f"{WORDS[name].capitalize()} from before {told} go."
                if begun
                else f"{told} {WORDS[name]} went."
            ),
            n=None if begun else float(told),
        )
        for name, told in before.items()
    )
    return Outcome(findings=findings, actions=(), state=state)
