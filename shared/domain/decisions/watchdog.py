"""The watcher is watched: a silent check, an outbox that stands still, a policy out of use."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decision import Outcome
from shared.domain.decisions.settle import settle
from shared.domain.event import Check, Event
from shared.domain.evidence import ServiceEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_time

SILENT_PERIODS = 3
OUTBOX_PATIENCE = timedelta(minutes=15)
_WATCHED = {AlertKind.CHECK_SILENT, AlertKind.OUTBOX_STUCK, AlertKind.POLICY_INVALID}
_OVER = {
    AlertKind.CHECK_SILENT: "the check reports again",
    AlertKind.OUTBOX_STUCK: "the outbox drains again",
    AlertKind.POLICY_INVALID: "the policy file can be used again",
}


def decide_watchdog(
    event: Event,
    evidence: ServiceEvidence,
    policy: Policy | None,  # noqa: ARG001  every decision has this signature
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """A check silent for three of its periods is an alert, and so is an outbox that stands still.

    Only a check that has reported at least once is waited for.
    """
    findings: list[Finding] = []
    alerts: list[Alert] = []
    for key in sorted(evidence.reported):
        subject, _, check = key.rpartition(" ")
        period = evidence.periods.get(check)
        if period is None:
            continue
        silent = event.time - evidence.reported[key]
        allowed = timedelta(seconds=period * SILENT_PERIODS)
        last = spell_time(evidence.reported[key])
        finding = Finding(
            rule=Rule.WATCHDOG,
            thing=f"{check}/{subject}",
            verdict=Verdict.FAIL if silent > allowed else Verdict.PASS,
            reason="silent" if silent > allowed else "reported",
            sentence=f"The {check} check of {subject} last reported at {last}.",
            statistic="silent_seconds",
            estimate=silent.total_seconds(),
            limit=allowed.total_seconds(),
        )
        findings.append(finding)
        if finding.verdict is Verdict.FAIL:
            alerts.append(_silent_alert(event, subject, check, evidence.reported[key], silent))
    outbox, stuck = _outbox(event, evidence)
    findings.append(outbox)
    alerts.extend(stuck)
    for sentence in evidence.policy_problems:
        unusable, invalid = _policy(event, sentence)
        findings.append(unusable)
        alerts.append(invalid)
    actions, records = settle(
        state.alerts,
        alerts,
        covered=lambda alert: alert.kind in _WATCHED,
        over=lambda alert: _OVER[alert.kind],
        now=now,
    )
    checks = {**state.checks, Check.HEARTBEAT.value: event.time}
    return Outcome(
        findings=tuple(findings),
        actions=actions,
        state=replace(state, alerts=records, checks=checks),
    )


def _silent_alert(
    event: Event, subject: str, check: str, reported: datetime, silent: timedelta
) -> Alert:
    return Alert(
        kind=AlertKind.CHECK_SILENT,
        subject=event.subject,
        severity=Severity.WARNING,
        title=f"the {check} check of {subject} has been silent for {spell_duration(silent)}",
        text=(
            f"The {check} check of {subject} last reported at {spell_time(reported)}. Until it "
            "reports again nobody knows whether all is well there."
        ),
        first_step=(
            f"Look for its timer and for dead letters of the queue `checks` about {subject}."
        ),
        since=reported,
        labels={"check": check, "of": subject},
    )


def _policy(event: Event, sentence: str) -> tuple[Finding, Alert]:
    file = sentence.partition(":")[0].split(" ")[0]
    finding = Finding(
        rule=Rule.POLICY_FOUND,
        thing=f"policy/{file}",
        verdict=Verdict.FAIL,
        reason="invalid_policy",
        sentence=sentence,
    )
    alert = Alert(
        kind=AlertKind.POLICY_INVALID,
        subject=event.subject,
        severity=Severity.WARNING,
        title=f"the policy file {file} cannot be used",
        text=f"{sentence} Its model is not gated, and its endpoint is watched with defaults.",
        first_step="Mend the file; check it with: driftgate policy FILE",
        since=event.time,
        labels={"file": file},
    )
    return finding, alert


def _outbox(event: Event, evidence: ServiceEvidence) -> tuple[Finding, tuple[Alert, ...]]:
    waited = timedelta() if evidence.unsent_since is None else event.time - evidence.unsent_since
    stuck = waited > OUTBOX_PATIENCE
    finding = Finding(
        rule=Rule.WATCHDOG,
        thing="outbox",
        verdict=Verdict.FAIL if stuck else Verdict.PASS,
        reason="stuck" if stuck else "drains",
        sentence=(
            f"{evidence.unsent} messages wait in the outbox, the oldest for "
            f"{spell_duration(waited)}."
            if evidence.unsent
            else "The outbox is empty."
        ),
        statistic="oldest_seconds",
        estimate=waited.total_seconds(),
        limit=OUTBOX_PATIENCE.total_seconds(),
        n=evidence.unsent,
    )
    if not stuck or evidence.unsent_since is None:
        return finding, ()
    alert = Alert(
        kind=AlertKind.OUTBOX_STUCK,
        subject=event.subject,
        severity=Severity.CRITICAL,
        title=f"{evidence.unsent} messages have not left the outbox",
        text=f"{finding.sentence} Decisions are made but nobody is told of them.",
        first_step="Look whether Service Bus is reachable and the identity may send to it.",
        since=evidence.unsent_since,
    )
    return finding, (alert,)
