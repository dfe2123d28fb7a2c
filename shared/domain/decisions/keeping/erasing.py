"""A subject whose contents were erased: what it forgets, and which alerts end by it."""

from datetime import datetime

from shared.domain.action import ResolveAlert
from shared.domain.decision import Outcome
from shared.domain.event import Event
from shared.domain.evidence import NoEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy
from shared.domain.state import AlertStatus, SubjectState
from shared.domain.verdict import Verdict

ERASED = "erased"
"""The reason by which the alerts of an erased subject are over."""


def decide_erasure(
    event: Event,
    evidence: NoEvidence,  # noqa: ARG001  every decision has this signature
    policy: Policy | None,  # noqa: ARG001
    state: SubjectState,
    now: datetime,  # noqa: ARG001
) -> Outcome:
    """Forget the subject, or only what its old decisions say; who asked for it, and why, stays.

    Forgotten, it begins anew: what still is wrong is found, and told, by its next look.
    """
    data = event.data
    up_to, forgets = int(data["up_to"]), data["forgets"] is True
    firing = [one.alert for one in state.alerts.values() if one.status is AlertStatus.FIRING]
    finding = Finding(
        rule=Rule.ERASURE,
        thing=event.subject,
        verdict=Verdict.PASS,
        reason="erased" if forgets else "time_is_over",
        sentence=_sentence(event, up_to, forgets=forgets),
        n=float(data["decisions"]),
    )
    if not forgets:
        return Outcome(findings=(finding,), actions=(), state=state)
    over = tuple(ResolveAlert(alert=alert, reason=ERASED) for alert in firing)
    return Outcome(findings=(finding,), actions=over, state=SubjectState())


def _sentence(event: Event, up_to: int, *, forgets: bool) -> str:
    number = event.data["decisions"]
    what = (
        f"The contents of {number} decisions of {event.subject}, up to decision {up_to}, "
        f"{'were' if number != 1 else 'was'} erased"
    )
    if not forgets:
        return f"{what}: their time is over."
    return f"{what} for {event.data['by']}, with what is known of it: {event.data['because']}"
