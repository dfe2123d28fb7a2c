"""Events that are kept and told, and ask for nothing more."""

from datetime import datetime

from shared.domain.decision import Outcome
from shared.domain.event import Event, EventType
from shared.domain.evidence import NoEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict

_BY_PEOPLE = {
    EventType.DEAD_LETTERS_RESUBMITTED: "sent again",
    EventType.DEAD_LETTERS_PURGED: "thrown away",
}


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
        sentence=_sentence(event),
    )
    return Outcome(findings=(finding,), actions=(), state=state)


def _sentence(event: Event) -> str:
    """What happened; of what a person did, who and why."""
    done = _BY_PEOPLE.get(event.type)
    if done is None:
        return f"{event.type.value} of {event.subject} was recorded; no rule asks for more."
    data = event.data
    count = len(data["letters"])
    letters = f"{count} dead letter{'' if count == 1 else 's'} of {data['queue']}"
    return f"{data['author']} has {letters} {done}: {data['reason']}"
