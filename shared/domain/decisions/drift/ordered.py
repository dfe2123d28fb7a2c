"""A look for drift whose rows are counted elsewhere: it waits, and is resumed where it stopped."""

from dataclasses import replace
from datetime import datetime

from shared.domain.action import Tell
from shared.domain.canonical import content_hash, format_time
from shared.domain.decision import Outcome
from shared.domain.event import Event, EventType
from shared.domain.evidence import DriftEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Engine
from shared.domain.profiling import OrderedProfile
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time


def counted_elsewhere(evidence: DriftEvidence) -> bool:
    """Whether another engine counted the rows, or the function in parts."""
    choice = evidence.engine
    table = choice is not None and choice.engine is Engine.LOG_ANALYTICS
    return evidence.due is not None or table


def engine_findings(evidence: DriftEvidence) -> tuple[Finding, ...]:
    """Which engine counted the rows, and why that one; it decides nothing."""
    if evidence.engine is None:
        return ()
    return (
        Finding(
            rule=Rule.ENGINE,
            thing=f"engine/{evidence.engine.engine.value}",
            verdict=Verdict.PASS,
            reason="in_parts" if evidence.engine.in_parts else evidence.engine.engine.value,
            sentence=evidence.engine.sentence,
            enforced=False,
            details=dict(evidence.engine.details),
        ),
    )


def wait_for_profile(
    event: Event, evidence: DriftEvidence, state: SubjectState, now: datetime
) -> Outcome:
    """Ask for the profile the first time, and say what is waited for.

    The alerts stay as they are: nothing is known yet that could begin or end one.
    """
    waiting = state.drift.ordered
    order = evidence.ordered or ""
    if waiting is not None and waiting.order == order:
        return Outcome(findings=(_waits(event, waiting),), actions=(), state=state)
    choice = evidence.engine
    waiting = OrderedProfile(
        order=order,
        due=evidence.due or event.time,
        asked=now,
        told="" if choice is None else choice.sentence,
        looked=evidence.looked,
    )
    wanted = Event(
        id=content_hash([order, format_time(now)])[:32],
        source=f"driftgate/{event.subject}",
        type=EventType.PROFILE_WANTED,
        subject=f"profiling/{event.name}",
        time=now,
        data={
            "order": order,
            "engine": None if choice is None else choice.engine.value,
            "parts": evidence.parts,
            "size": {} if choice is None else dict(choice.details),
        },
        correlation_id=event.correlation_id or event.id,
    )
    return Outcome(
        findings=(*engine_findings(evidence), _waits(event, waiting)),
        actions=(Tell(event=wanted),),
        state=replace(state, drift=replace(state.drift, ordered=waiting)),
    )


def profile_failed(event: Event, evidence: DriftEvidence, state: SubjectState) -> Outcome:
    """The profile that was waited for cannot be had; the next look asks anew.

    The check has not reported by that: where it lasts, the watchdog tells somebody.
    """
    finding = Finding(
        rule=Rule.DRIFT,
        thing=event.subject,
        verdict=Verdict.ERROR,
        reason="not_counted",
        sentence=evidence.failed or f"The rows of {event.name} could not be counted.",
    )
    return Outcome(findings=(finding,), actions=(), state=waiting_no_more(state))


def waiting_no_more(state: SubjectState) -> SubjectState:
    """The state of a look that waits for nothing."""
    return replace(state, drift=replace(state.drift, ordered=None))


def _waits(event: Event, waiting: OrderedProfile) -> Finding:
    return Finding(
        rule=Rule.DRIFT,
        thing=event.subject,
        verdict=Verdict.INCONCLUSIVE,
        reason="being_counted",
        sentence=(
            f"The rows of the check due {spell_time(waiting.due)} are being counted since "
            f"{spell_time(waiting.asked)}; it is judged when their profile is there."
        ),
        details={"order": waiting.order},
    )
