"""One endpoint, every deployment, every rule; and which alerts that begins and ends."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.domain.alert import Alert, AlertKind
from shared.domain.decision import Outcome
from shared.domain.decisions.health.answers import judge_answers
from shared.domain.decisions.health.errors import ERRORS
from shared.domain.decisions.health.instances import judge_instances
from shared.domain.decisions.health.latency import LATENCY
from shared.domain.decisions.health.look import Concluded, Look, found, looks_of
from shared.domain.decisions.health.refusals import OF as REFUSALS
from shared.domain.decisions.health.refusals import judge_refusals, neighbours
from shared.domain.decisions.health.saturation import judge_load
from shared.domain.decisions.health.throttling import THROTTLING
from shared.domain.decisions.settle import settle
from shared.domain.event import Check, Event
from shared.domain.evidence import HealthEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy
from shared.domain.state import AlertStatus, SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_time

KINDS = frozenset({AlertKind.ERRORS, AlertKind.SLOW, AlertKind.SATURATED, AlertKind.COLD_INSTANCES})
RULES = (ERRORS, LATENCY, THROTTLING)
Key = tuple[AlertKind, str, str | None]


def decide_health(
    event: Event,
    evidence: HealthEvidence,
    policy: Policy | None,
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Judge what each deployment answered and how hard it worked, side by side.

    An alert ends when its rule passes, when its deployment is gone or answers nobody for a whole
    window, or when its rule asks nothing any more; what is open ends none. A look that comes after
    a later one changes nothing.
    """
    last = state.checks.get(Check.HEALTH.value)
    if last is not None and event.time < last:
        return Outcome(findings=(_late(event, last),), actions=(), state=state)
    if evidence.endpoint is None:
        return _gone(event, evidence, state, now)
    looks = {look.name: look for look in looks_of(evidence, policy, state)}
    concluded = [one for look in looks.values() for one in judge(look)]
    verdicts = {(c.kind, _deployment(c), c.of): c.finding for c in concluded}
    reasons = {
        fingerprint: reason
        for fingerprint, record in state.alerts.items()
        if record.alert.kind in KINDS
        and (reason := _over(record.alert, looks, verdicts)) is not None
    }
    firing = [c.alert for c in concluded if c.alert is not None]
    actions, records = settle(
        state.alerts,
        firing,
        covered=lambda alert: alert.fingerprint in reasons,
        over=lambda alert: reasons[alert.fingerprint],
        now=now,
    )
    unhealthy = {**state.unhealthy, **{alert.fingerprint: evidence.end for alert in firing}}
    lasting = {f for f, record in records.items() if record.status is AlertStatus.FIRING}
    findings = tuple(c.finding for c in concluded)
    return Outcome(
        findings=findings or (_nothing(evidence),),
        actions=actions,
        state=replace(
            state,
            alerts=records,
            checks={**state.checks, Check.HEALTH.value: event.time},
            unhealthy={f: at for f, at in unhealthy.items() if f in lasting},
        ),
    )


def judge(look: Look) -> tuple[Concluded, ...]:
    """Every rule on one deployment."""
    asked = [
        *(judge_answers(rule, look) for rule in RULES),
        judge_refusals(look),
        *judge_load(look),
        judge_instances(look),
    ]
    concluded = tuple(one for one in asked if one is not None)
    if look.served is not None and look.served.requests:
        return concluded
    return (_unanswered(look), *concluded)


def _unanswered(look: Look) -> Concluded:
    """No answers to judge: nobody counts them, or nobody called, which is routing's matter."""
    if look.served is None:
        sentence = f"what {look.what} answers is not counted: it has no traffic log and no metric."
        finding = found(look, Verdict.INCONCLUSIVE, "uncounted", sentence)
    else:
        sentence = f"{look.what} got no requests {look.span}."
        finding = found(look, Verdict.INCONCLUSIVE, "no_requests", sentence, n=0)
    return Concluded(kind=AlertKind.ERRORS, finding=finding)


def _deployment(concluded: Concluded) -> str:
    return concluded.finding.thing.removeprefix("deployment/")


def key_of(alert: Alert) -> Key:
    """Which rule on which deployment an alert is of."""
    return alert.kind, alert.labels.get("deployment", ""), alert.labels.get("of")


def _over(alert: Alert, looks: Mapping[str, Look], verdicts: Mapping[Key, Finding]) -> str | None:
    """Why an alert is over, None when it goes on or nobody can tell."""
    _, name, of = key_of(alert)
    look = looks.get(name)
    if look is None:
        return f"deployment {name} was deleted"
    finding = verdicts.get(key_of(alert))
    if finding is not None and finding.verdict is Verdict.PASS:
        return finding.sentence[0].lower() + finding.sentence[1:].rstrip(".")
    if look.retired and alert.kind is not AlertKind.COLD_INSTANCES:
        window = spell_duration(look.end - look.start)
        return f"deployment {name} has no share of the traffic and answered nobody for {window}"
    if alert.kind is AlertKind.SLOW and look.limit_ms is None:
        return "the policy has no gates.max_latency_ms any more"
    if of == REFUSALS and not neighbours(look):
        return "no other deployment has a share of the traffic to compare it with"
    return None


def _nothing(evidence: HealthEvidence) -> Finding:
    name = "" if evidence.endpoint is None else evidence.endpoint.name
    return Finding(
        rule=Rule.HEALTH,
        thing=f"endpoint/{name}",
        verdict=Verdict.INCONCLUSIVE,
        reason="no_deployments",
        sentence=f"{name} has no deployment that could answer.",
        enforced=False,
    )


def _late(event: Event, last: datetime) -> Finding:
    return Finding(
        rule=Rule.HEALTH,
        thing=event.subject,
        verdict=Verdict.INCONCLUSIVE,
        reason="late",
        sentence=(
            f"This look at {event.name} was due {spell_time(event.time)}; a later one, of "
            f"{spell_time(last)}, was made already."
        ),
        enforced=False,
    )


def _gone(event: Event, evidence: HealthEvidence, state: SubjectState, now: datetime) -> Outcome:
    """An endpoint that was known is deleted, and no check of it is waited for any more.

    One that was never seen is an error: its name may be wrong, or the right to see it missing.
    """
    known = bool(state.checks or state.deployments)
    sentence = f"Endpoint {event.name} was deleted." if known else evidence.problem
    finding = Finding(
        rule=Rule.HEALTH,
        thing=event.subject,
        verdict=Verdict.PASS if known else Verdict.ERROR,
        reason="endpoint_deleted" if known else "cannot_look",
        sentence=sentence or f"Endpoint {event.name} could not be read.",
    )
    actions, records = settle(
        state.alerts,
        (),
        covered=lambda alert: alert.kind in KINDS,
        over=lambda _: f"endpoint {event.name} was deleted",
        now=now,
    )
    cleared = replace(state, alerts=records, unhealthy={}, checks={} if known else state.checks)
    return Outcome(findings=(finding,), actions=actions, state=cleared)
