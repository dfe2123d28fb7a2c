"""Whether a registered version may be put forward for promotion."""

from dataclasses import replace
from datetime import datetime

from shared.domain.action import Action, RequestPromotion, SaveBaseline
from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.canonical import content_hash
from shared.domain.decision import Outcome
from shared.domain.decisions.gates import Case, Moment, run_gates
from shared.domain.decisions.settle import settle
from shared.domain.event import Event, EventType
from shared.domain.evidence import PromotionEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict, worst
from shared.domain.world import ModelVersion

_GATE_ALERTS = {AlertKind.PROMOTION_BLOCKED, AlertKind.POLICY_MISSING}


def decide_promotion(
    event: Event,
    evidence: PromotionEvidence,
    policy: Policy | None,
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Run every gate on a registered version; all enforced gates must pass, else it is blocked.

    A model without policy is never put forward: there is nothing to measure it by. A timer names
    no version: it asks for the newest, in case its event was lost.
    """
    if event.type is EventType.CHECK_DUE and (policy is None or evidence.judged is not None):
        return _nothing_new(event, evidence, state)
    version = str(event.data.get("version") or evidence.version or "")
    if policy is None:
        return _without_policy(event, version, state, now)

    findings, saved = _findings(evidence, policy, version)
    verdict = worst(finding.verdict for finding in findings if finding.enforced)
    actions: list[Action] = list(saved)
    alerts: list[Alert] = []
    if verdict is Verdict.PASS:
        actions.append(
            RequestPromotion(
                model=policy.model,
                version=version,
                stage=policy.promote_to,
                evidence_hash=content_hash(evidence),
            )
        )
    else:
        alerts.append(_blocked(event, version, findings, policy))
    told, records = settle(
        state.alerts,
        alerts,
        covered=lambda alert: alert.kind in _GATE_ALERTS,
        over=lambda alert: _why_over(alert, version, verdict),
        now=now,
    )
    baselines = dict(state.baselines)
    baselines.update({action.version: action.profile_hash for action in saved})
    return Outcome(
        findings=findings,
        actions=(*actions, *told),
        state=replace(
            state,
            alerts=records,
            baselines=baselines,
            versions={**state.versions, version: verdict.value},
        ),
    )


def _nothing_new(event: Event, evidence: PromotionEvidence, state: SubjectState) -> Outcome:
    newest = f"{event.name}:{evidence.judged}"
    finding = Finding(
        rule=Rule.RECORDED,
        thing=event.subject,
        verdict=Verdict.PASS,
        reason="nothing_new",
        sentence=(
            f"{newest} is the newest version and was judged before."
            if evidence.judged
            else f"No version of {event.name} is registered."
        ),
    )
    return Outcome(findings=(finding,), actions=(), state=state)


def _findings(
    evidence: PromotionEvidence, policy: Policy, version: str
) -> tuple[tuple[Finding, ...], tuple[SaveBaseline, ...]]:
    candidate = evidence.candidate
    if candidate is None:
        unreadable = Finding(
            rule=Rule.METRIC_GATE,
            thing=f"model/{policy.model}",
            verdict=Verdict.ERROR,
            reason="cannot_look",
            sentence=evidence.problem or f"{policy.model}:{version} could not be read.",
        )
        return (unreadable,), ()
    case = Case(
        policy=policy,
        stage=policy.way()[0],
        candidate=candidate,
        evidence=evidence,
        moment=Moment.ENTRANCE,
        at=evidence.taken,
    )
    findings = (*run_gates(case).findings, _baseline_finding(candidate, evidence))
    if evidence.baseline is None:
        return findings, ()
    saved = SaveBaseline(
        model=candidate.name, version=candidate.version, profile_hash=evidence.baseline
    )
    return findings, (saved,)


def _baseline_finding(candidate: ModelVersion, evidence: PromotionEvidence) -> Finding:
    """Told, not enforced: without a baseline drift cannot be watched, yet the gates can judge."""
    named = f"{candidate.name}:{candidate.version}"
    if evidence.baseline is not None:
        return Finding(
            rule=Rule.BASELINE,
            thing=f"model/{candidate.name}",
            verdict=Verdict.PASS,
            reason="baseline_saved",
            sentence=f"The profile of the training data of {named} is kept as its baseline.",
            enforced=False,
        )
    return Finding(
        rule=Rule.BASELINE,
        thing=f"model/{candidate.name}",
        verdict=Verdict.INCONCLUSIVE,
        reason="no_baseline",
        sentence=evidence.baseline_problem or f"{named} has no baseline.",
        enforced=False,
    )


def _blocked(event: Event, version: str, findings: tuple[Finding, ...], policy: Policy) -> Alert:
    open_gates = [f for f in findings if f.enforced and f.verdict is not Verdict.PASS]
    listed = "\n".join(f"- {finding.verdict.value}: {finding.sentence}" for finding in open_gates)
    gates = "gate" if len(open_gates) == 1 else "gates"
    owner = f" Owner: {policy.owner}." if policy.owner else ""
    return Alert(
        kind=AlertKind.PROMOTION_BLOCKED,
        subject=event.subject,
        severity=Severity.WARNING,
        title=f"{policy.model}:{version} is not put forward: {len(open_gates)} {gates} not passed",
        text=f"{policy.model}:{version} was registered and checked.{owner}\n{listed}",
        first_step=(
            "Mend what the list names and register a new version, or change the limits in the "
            f"policy of {policy.model} if they are wrong."
        ),
        since=event.time,
        labels={"model": policy.model, "version": version},
    )


def _why_over(alert: Alert, version: str, verdict: Verdict) -> str:
    if alert.kind is AlertKind.POLICY_MISSING:
        return "a policy was added"
    if alert.labels.get("version") == version and verdict is Verdict.PASS:
        return f"version {version} now passes every gate"
    return f"version {version} was registered after it"


def _without_policy(event: Event, version: str, state: SubjectState, now: datetime) -> Outcome:
    sentence = (
        f"No policy names the model {event.name}; add a file to the policies folder that starts "
        f"with `model: {event.name}`."
    )
    finding = Finding(
        rule=Rule.POLICY_FOUND,
        thing=event.subject,
        verdict=Verdict.INCONCLUSIVE,
        reason="no_policy",
        sentence=sentence,
    )
    alert = Alert(
        kind=AlertKind.POLICY_MISSING,
        subject=event.subject,
        severity=Severity.INFO,
        title=f"{event.name}:{version} was registered and no policy speaks of it",
        text=sentence,
        first_step=f"Write a policy for {event.name}; three lines are enough.",
        since=event.time,
        labels={"model": event.name},
    )
    actions, records = settle(
        state.alerts, (alert,), covered=lambda _: False, over=lambda _: "", now=now
    )
    return Outcome(findings=(finding,), actions=actions, state=replace(state, alerts=records))
