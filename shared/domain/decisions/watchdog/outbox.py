"""Decisions are made, but nobody is told of them: messages that do not leave."""

from datetime import timedelta

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.event import Event
from shared.domain.evidence import ServiceEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration

PATIENCE = timedelta(minutes=15)


def judge_outbox(event: Event, evidence: ServiceEvidence) -> tuple[Finding, tuple[Alert, ...]]:
    """How long the oldest message has waited, against a quarter of an hour."""
    waited = timedelta() if evidence.unsent_since is None else event.time - evidence.unsent_since
    stuck = waited > PATIENCE
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
        limit=PATIENCE.total_seconds(),
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
