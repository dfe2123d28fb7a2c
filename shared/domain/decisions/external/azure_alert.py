"""Alert rules of Azure Monitor: fired and resolved, in whatever order the two are told."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.action import Action, ScheduleCheck
from shared.domain.alert import Alert
from shared.domain.decision import Outcome
from shared.domain.decisions.external.azure_notice import azure_alert, lasts_of
from shared.domain.decisions.settle import settle
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence import AlertTarget
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy
from shared.domain.state import AlertInstance, SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time

_FORGOTTEN = timedelta(days=30)
_MOST = 200


def decide_azure_alert(
    event: Event,
    evidence: AlertTarget,
    policy: Policy | None,  # noqa: ARG001  every decision has this signature
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Remember each time the rule fired, and tell what is firing by all that is known.

    A rule fires anew under another id, and once for each series it splits into; an alert lasts
    while any of its instances does. One that is resolved before it is told to have fired never
    begins. Azure does not resolve all that it fires: the rest ends by its age.
    """
    told = azure_alert(event, evidence) if event.type is EventType.AZURE_ALERT_FIRED else None
    instances = _after(event, told, state.azure_alerts)
    firing = [one for one in instances.values() if is_firing(one, now)]
    actions, records = settle(
        state.alerts,
        _alerts(firing, told, state),
        covered=lambda _: True,
        over=lambda alert: _why_over(alert, instances),
        now=now,
    )
    state = replace(state, alerts=records, azure_alerts=_kept(instances, now))
    return Outcome(
        findings=(_finding(event, told, firing),),
        actions=actions + _looks_again(event, firing),
        state=state,
    )


def is_firing(instance: AlertInstance, now: datetime) -> bool:
    """Whether it fired, was not resolved since, and is not older than such alerts last."""
    if instance.fired is None or instance.lasts is None or now >= instance.lasts:
        return False
    return instance.resolved is None or instance.resolved < instance.fired


def _after(
    event: Event, told: Alert | None, instances: Mapping[str, AlertInstance]
) -> dict[str, AlertInstance]:
    """What is known of each instance with what this event says; of two times the later counts."""
    if "instance" not in event.data:
        return dict(instances)
    name = str(event.data["instance"])
    known = instances.get(name, AlertInstance())
    if told is None:
        known = replace(known, resolved=_later(known.resolved, event.time))
    elif known.fired is None or known.fired < event.time:
        known = replace(
            known,
            fired=event.time,
            lasts=event.time + lasts_of(event.data),
            fingerprint=told.fingerprint,
        )
    return {**instances, name: known}


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


def _alerts(firing: list[AlertInstance], told: Alert | None, state: SubjectState) -> list[Alert]:
    """The alerts that last, each once; what is told late only makes one begin earlier."""
    known = {fingerprint: record.alert for fingerprint, record in state.alerts.items()}
    if told is not None:
        times = [one.fired for one in firing if one.fingerprint == told.fingerprint and one.fired]
        newer = known.get(told.fingerprint) if max(times, default=told.since) > told.since else None
        lasting = told if newer is None else replace(newer, since=min(newer.since, told.since))
        known[told.fingerprint] = lasting
    lasts = dict.fromkeys(one.fingerprint for one in firing)
    return [known[fingerprint] for fingerprint in lasts if fingerprint in known]


def _why_over(alert: Alert, instances: Mapping[str, AlertInstance]) -> str:
    own = [one for one in instances.values() if one.fingerprint == alert.fingerprint]
    resolved = [one.resolved for one in own if one.resolved is not None]
    fired = [one.fired for one in own if one.fired is not None]
    if resolved and (not fired or max(resolved) >= max(fired)):
        return f"Azure Monitor resolved it at {spell_time(max(resolved))}"
    if not fired:
        return "Azure Monitor tells nothing of it any more"
    return (
        f"Azure Monitor last told of it at {spell_time(max(fired))} and such alerts may never be "
        "resolved: nobody knows whether it is over"
    )


def _kept(instances: Mapping[str, AlertInstance], now: datetime) -> dict[str, AlertInstance]:
    """Those that fire, and the last ones that did: a late event must still find its other half."""

    def told(entry: tuple[str, AlertInstance]) -> datetime:
        return _later(entry[1].fired, entry[1].resolved) or now

    kept = [
        entry
        for entry in instances.items()
        if is_firing(entry[1], now) or now - told(entry) < _FORGOTTEN
    ]
    return dict(sorted(kept, key=told)[-_MOST:])


def _finding(event: Event, told: Alert | None, firing: list[AlertInstance]) -> Finding:
    rule = event.data.get("rule") or event.name
    known = f"{len(firing)} of its alerts fire now."
    if told is not None:
        late = all(one.fingerprint != told.fingerprint for one in firing)
        sentence = f"{told.title}, told {spell_time(event.time)}. {known}"
        reason = "fired_and_over" if late else "fired"
        verdict = Verdict.PASS if late else Verdict.FAIL
    elif event.type is EventType.AZURE_ALERT_RESOLVED:
        sentence = f"Azure Monitor resolved {rule} at {spell_time(event.time)}. {known}"
        reason, verdict = "resolved", Verdict.FAIL if firing else Verdict.PASS
    else:
        sentence = f"Azure Monitor told nothing new of it. {known}"
        reason, verdict = "looked", Verdict.FAIL if firing else Verdict.PASS
    return Finding(
        rule=Rule.AZURE_ALERT,
        thing=event.subject,
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        n=len(firing),
    )


def _looks_again(event: Event, firing: list[AlertInstance]) -> tuple[Action, ...]:
    """When the first of them is too old, unless it is told again before."""
    ends = [one.lasts for one in firing if one.lasts is not None]
    if not ends:
        return ()
    return (ScheduleCheck(event=check_due(Check.RECONCILE, event.subject, min(ends))),)
