"""One look at Driftgate itself, every rule."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.domain.alert import Alert, AlertKind
from shared.domain.decision import Outcome
from shared.domain.decisions.settle import settle
from shared.domain.decisions.watchdog.backlog import judge_backlog
from shared.domain.decisions.watchdog.outbox import judge_outbox
from shared.domain.decisions.watchdog.policies import judge_policies
from shared.domain.decisions.watchdog.silence import MANY, judge_checks
from shared.domain.decisions.watchdog.sources import judge_sources
from shared.domain.event import Check, Event
from shared.domain.evidence import ServiceEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy
from shared.domain.state import ServiceWatch, SourceWatch, SubjectState
from shared.domain.verdict import Verdict

_WATCHED = frozenset(
    {
        AlertKind.CHECK_SILENT,
        AlertKind.SOURCE_SILENT,
        AlertKind.OUTBOX_STUCK,
        AlertKind.QUEUE_BEHIND,
        AlertKind.POLICY_INVALID,
    }
)
_OVER = {
    AlertKind.OUTBOX_STUCK: "the outbox drains again",
    AlertKind.QUEUE_BEHIND: "the queue is worked off",
    AlertKind.POLICY_INVALID: "the policy file can be used again",
}


def decide_watchdog(
    event: Event,
    evidence: ServiceEvidence,
    policy: Policy | None,  # noqa: ARG001  every decision has this signature
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Silent checks and sources, an outbox or a queue that waits, policies that cannot be used.

    A check is waited for while its subject is there and a policy or the workspace asks for it,
    from when it was first seen to be missing. Where the subjects cannot be listed, no silence is
    over by that.
    """
    checks = judge_checks(event, evidence, state.service.waiting)
    sources = judge_sources(event, evidence.arrivals, state.service.sources)
    outbox, stuck = judge_outbox(event, evidence)
    backlog, behind = judge_backlog(event, evidence)
    policies, invalid = judge_policies(event, evidence.policy_problems)
    actions, records = settle(
        state.alerts,
        (*checks.alerts, *sources.alerts, *stuck, *behind, *invalid),
        covered=lambda alert: (
            alert.kind in _WATCHED
            and (alert.kind is not AlertKind.CHECK_SILENT or evidence.unlisted is None)
        ),
        over=lambda alert: _why_over(alert, evidence, checks.alerts, sources.sources),
        now=now,
    )
    reported = max(event.time, state.checks.get(Check.HEARTBEAT.value, event.time))
    waiting = checks.waiting if evidence.unlisted is None else state.service.waiting
    return Outcome(
        findings=(
            *_unlisted(evidence),
            *checks.findings,
            *sources.findings,
            outbox,
            *backlog,
            *policies,
        ),
        actions=actions,
        state=replace(
            state,
            alerts=records,
            checks={**state.checks, Check.HEARTBEAT.value: reported},
            service=ServiceWatch(
                waiting=waiting,
                sources=sources.sources,
                heard=evidence.heard or state.service.heard,
            ),
        ),
    )


def _unlisted(evidence: ServiceEvidence) -> tuple[Finding, ...]:
    if evidence.unlisted is None:
        return ()
    return (
        Finding(
            rule=Rule.WATCHDOG,
            thing="subjects",
            verdict=Verdict.ERROR,
            reason="cannot_look",
            sentence=evidence.unlisted,
        ),
    )


def _why_over(
    alert: Alert,
    evidence: ServiceEvidence,
    silent: tuple[Alert, ...],
    sources: Mapping[str, SourceWatch],
) -> str:
    if alert.kind is AlertKind.SOURCE_SILENT:
        known = alert.labels["source"] in sources
        return "an event came again" if known else "nobody heard of it for three months"
    if alert.kind is not AlertKind.CHECK_SILENT:
        return _OVER[alert.kind]
    check, of = alert.labels["check"], alert.labels["of"]
    if f"{of} {check}" in evidence.gone:
        return f"{of} is not there any more, or nobody asks for its {check} check"
    others = {one.labels["of"] for one in silent if one.labels["check"] == check}
    if MANY in others:
        return "it is told together with many others now"
    if of == MANY and others:
        return "most report again; each that does not is told by itself now"
    return "the check reports again"
