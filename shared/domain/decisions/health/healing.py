"""What else has to be read before a look can be decided: longer spans, and logs."""

from datetime import datetime, timedelta

from shared.domain.alert import AlertKind
from shared.domain.decisions.health.deciding import RULES, judge, key_of
from shared.domain.decisions.health.look import looks_of
from shared.domain.decisions.health.refusals import OF as REFUSALS
from shared.domain.evidence import HealthEvidence
from shared.domain.policy import Policy
from shared.domain.state import AlertStatus, SubjectState
from shared.domain.verdict import Verdict

LONGEST = timedelta(days=7)
_OF_ANSWERS = {*((rule.kind, rule.of) for rule in RULES), (AlertKind.ERRORS, REFUSALS)}


def healing_since(
    evidence: HealthEvidence, policy: Policy | None, state: SubjectState
) -> datetime | None:
    """Since when answers have to be counted to end an alert that this window leaves open.

    That is when the last of those alerts had its reason; None when the window reaches back so far.
    """
    decided = {
        (one.kind, look.name, one.of)
        for look in looks_of(evidence, policy, state)
        for one in judge(look)
        if one.finding.verdict in {Verdict.PASS, Verdict.FAIL}
    }
    since = [
        state.unhealthy[fingerprint]
        for fingerprint, record in state.alerts.items()
        if record.status is AlertStatus.FIRING
        and fingerprint in state.unhealthy
        and (record.alert.kind, record.alert.labels.get("of")) in _OF_ANSWERS
        and key_of(record.alert) not in decided
    ]
    if not since:
        return None
    begins = max(*since, evidence.end - LONGEST)
    return begins if begins < evidence.start else None


def erring(evidence: HealthEvidence, policy: Policy | None, state: SubjectState) -> tuple[str, ...]:
    """The deployments with too many errors or refusals, whose logs are worth reading."""
    return tuple(
        look.name
        for look in looks_of(evidence, policy, state)
        if any(one.kind is AlertKind.ERRORS and one.alert is not None for one in judge(look))
    )
