"""Events that are kept and told, and ask for nothing more."""

from dataclasses import replace
from datetime import datetime

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decision import Outcome
from shared.domain.decisions.settle import settle
from shared.domain.event import Event, EventType
from shared.domain.evidence import NoEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list


def decide_record(
    event: Event,
    evidence: NoEvidence,  # noqa: ARG001  every decision has this signature
    policy: Policy | None,  # noqa: ARG001  every decision has this signature
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Note that the event happened; a breach found by Azure's own monitor is also an alert."""
    if event.type is EventType.MONITOR_BREACHED:
        return _breach(event, state, now)
    finding = Finding(
        rule=Rule.RECORDED,
        thing=event.subject,
        verdict=Verdict.PASS,
        reason="recorded",
        sentence=f"{event.type.value} of {event.subject} was recorded; no rule asks for more.",
    )
    return Outcome(findings=(finding,), actions=(), state=state)


def _breach(event: Event, state: SubjectState, now: datetime) -> Outcome:
    signal = str(event.data.get("signal") or "unknown")
    breaches = event.data.get("breaches") or []
    listed = [
        f"{breach.get('metric')} of {breach.get('group') or 'the whole signal'} is "
        f"{breach.get('value')}, threshold {breach.get('threshold')}"
        for breach in breaches
    ]
    sentence = (
        f"Azure Machine Learning's monitor signal {signal} breached: "
        f"{spell_list(listed) or event.data.get('text') or 'no details given'}."
    )
    finding = Finding(
        rule=Rule.MONITOR_BREACH,
        thing=f"signal/{signal}",
        verdict=Verdict.FAIL,
        reason="breached",
        sentence=sentence,
        n=len(listed),
    )
    alert = Alert(
        kind=AlertKind.MONITOR_BREACH,
        subject=event.subject,
        severity=Severity.WARNING,
        title=f"{event.name}: monitor signal {signal} breached",
        text=sentence,
        first_step="Open the monitor's run in the studio and look at the named features.",
        since=event.time,
        labels={"signal": signal},
    )
    actions, records = settle(
        state.alerts, (alert,), covered=lambda _: False, over=lambda _: "", now=now
    )
    return Outcome(findings=(finding,), actions=actions, state=replace(state, alerts=records))
