"""Everything is decided, only late: more comes in than is worked off."""

from datetime import timedelta

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.event import Event
from shared.domain.evidence import ServiceEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration

PATIENCE = timedelta(minutes=10)


def judge_backlog(
    event: Event, evidence: ServiceEvidence
) -> tuple[tuple[Finding, ...], tuple[Alert, ...]]:
    """How long this look itself waited for its turn: as long as any subject's next event does.

    Nothing is said while it was short, so that a quiet day has nothing to read.
    """
    waited = evidence.taken - event.time
    if waited <= PATIENCE:
        return (), ()
    finding = Finding(
        rule=Rule.WATCHDOG,
        thing="queue",
        verdict=Verdict.FAIL,
        reason="behind",
        sentence=f"The queue of checks is {spell_duration(waited)} behind.",
        statistic="waited_seconds",
        estimate=waited.total_seconds(),
        limit=PATIENCE.total_seconds(),
    )
    alert = Alert(
        kind=AlertKind.QUEUE_BEHIND,
        subject=event.subject,
        severity=Severity.WARNING,
        title=f"Events wait {spell_duration(waited)} until they are decided",
        text=f"{finding.sentence} Nothing is lost, but what is told comes that much late.",
        first_step=(
            "Look whether a burst came in or Azure answers slowly; if it lasts, give more "
            "instances or workers, as docs/capacity.md says."
        ),
        since=event.time,
    )
    return (finding,), (alert,)
