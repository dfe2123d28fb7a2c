"""Azure Machine Learning's own monitors: a breach is an alert that a later healthy run ends."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.action import ScheduleCheck, WantRetraining
from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.canonical import format_time, parse_time
from shared.domain.decision import Outcome
from shared.domain.decisions.external.breaches import breach_line
from shared.domain.decisions.settle import settle
from shared.domain.decisions.wanting import wanted, wants_again
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence import MonitorEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy
from shared.domain.state import AlertStatus, MonitorWatch, SignalTold, SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_list, spell_time

SETTLES = timedelta(minutes=30)
"""How long after a whole run its steps may still be heard of."""
LASTS = timedelta(days=35)
"""A monitor that runs once a month has run again by then."""
_RUNS = 20
_LINES = 10
_DONE = {"completed", "finished"}


def look_after_run(event: Event, monitor: str) -> list[ScheduleCheck]:
    """The look that a completed whole run of a monitor asks for, once its steps have been heard.

    A step that compared without a breach says nothing, so only the whole run can.
    """
    run, root = event.data.get("run"), event.data.get("root")
    if root is None or run != root or str(event.data.get("status")).casefold() not in _DONE:
        return []
    details = {"root": root, "completed": format_time(event.time)}
    due = event.time + SETTLES
    return [ScheduleCheck(event=check_due(Check.RECONCILE, monitor, due, details))]


def decide_monitor(
    event: Event,
    evidence: MonitorEvidence,
    policy: Policy | None,  # noqa: ARG001  every decision has this signature
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Tell a breach, and end it when a later run of the monitor completed and told none.

    Events may come in any order: a breach told after a later healthy run is known is only noted.
    Without any later run an alert ends after 35 days, and says that nobody knows. A breach asks for
    a retraining of each model whose owner wants that.
    """
    watch = state.monitor
    findings: list[Finding] = []
    alerts: list[Alert] = []
    asked: list[ScheduleCheck] = []
    wants: list[WantRetraining] = []
    if event.type is EventType.MONITOR_BREACHED:
        for told in event.data.get("signals") or [event.data]:
            before = watch.told
            watch, finding, alert = _breached(event, told, watch, state)
            findings.append(finding)
            if alert is not None:
                alerts.append(alert)
                wants += _wants(event, evidence, alert, told, before, state)
        asked = look_after_run(event, event.subject)
    elif event.data.get("root"):
        watch = _completed(watch, str(event.data["root"]), parse_time(event.data["completed"]))
    over = {
        signal: why
        for signal in _firing(state)
        if (why := _why_over(signal, state, watch, now)) is not None
    }
    actions, records = settle(
        state.alerts,
        alerts,
        covered=lambda alert: alert.labels.get("signal") in over,
        over=lambda alert: over[alert.labels["signal"]],
        now=now,
    )
    told = {signal: one for signal, one in watch.told.items() if signal not in over}
    state = replace(state, alerts=records, monitor=replace(watch, told=told))
    findings = findings or [_open(event, signal, state) for signal in _firing(state)]
    return Outcome(
        findings=tuple(findings) or (_quiet(event),),
        actions=(*actions, *wants, *asked),
        state=state,
    )


def _breached(
    event: Event, told: Any, watch: MonitorWatch, state: SubjectState
) -> tuple[MonitorWatch, Finding, Alert | None]:
    signal = str(told.get("signal") or "unknown")
    breaches = list(told.get("breaches") or [])
    lines = [breach_line(breach) for breach in breaches]
    sentence = (
        f"Azure Machine Learning's monitor signal {signal} breached: "
        f"{spell_list(lines) or told.get('text') or 'no details given'}."
    )
    named = event.data.get("root")
    root = None if named is None else str(named)
    finding = Finding(
        rule=Rule.MONITOR_BREACH,
        thing=f"signal/{signal}",
        verdict=Verdict.FAIL,
        reason="breached",
        sentence=sentence,
        n=len(breaches),
    )
    now_told = SignalTold(time=event.time, root=root)
    healthy = _healthy_after(now_told, watch)
    before = watch.told.get(signal)
    if healthy is not None and (before is None or before.root != healthy):
        old = replace(
            finding,
            verdict=Verdict.PASS,
            reason="superseded",
            sentence=f"{sentence} It is told late: the later run {healthy} told of none.",
        )
        return watch, old, None
    alert = _alert(event, signal, breaches, lines, sentence)
    if before is not None and before.time > event.time:
        newer = state.alerts[alert.fingerprint].alert
        return watch, finding, replace(newer, since=min(newer.since, event.time))
    return replace(watch, told={**watch.told, signal: now_told}), finding, alert


def _wants(
    event: Event,
    evidence: MonitorEvidence,
    alert: Alert,
    told: Any,
    before: Mapping[str, SignalTold],
    state: SubjectState,
) -> Iterator[WantRetraining]:
    """What a breach asks for; its run and each of its steps tell the same one."""
    signal = alert.labels["signal"]
    record = state.alerts.get(alert.fingerprint)
    lasting = record is not None and record.status is AlertStatus.FIRING
    last = before[signal].time if signal in before else None
    if not wants_again(lasting, last, event.time):
        return
    groups = [str(breach["group"]) for breach in told.get("breaches") or [] if breach.get("group")]
    for model in evidence.models:
        yield wanted(
            model,
            f"monitor/{event.name}/{signal}",
            since=min(alert.since, event.time),
            end=event.time,
            features=groups,
        )


def _alert(
    event: Event, signal: str, breaches: list[Any], lines: list[str], sentence: str
) -> Alert:
    groups = list(dict.fromkeys(str(b.get("group")) for b in breaches if b.get("group")))
    named = f" ({spell_list(groups)})" if groups else ""
    listed = "\n".join(f"- {line}" for line in lines[:_LINES])
    more = f"\nand {len(lines) - _LINES} more" if len(lines) > _LINES else ""
    return Alert(
        kind=AlertKind.MONITOR_BREACH,
        subject=event.subject,
        severity=Severity.WARNING,
        title=f"{event.name}: monitor signal {signal} breached{named}",
        text=(
            (
                f"Azure Machine Learning's monitor signal {signal}:\n{listed}{more}\n"
                if lines
                else ""
            )
            + ("" if lines else f"{sentence} ")
            + f"Told by run {event.data.get('run') or 'of no name'}. The monitor compares single "
            "numbers with fixed thresholds and gives no interval, so that few rows may breach by "
            "chance. It ends when a later run of the monitor tells of no breach, at the latest "
            f"{LASTS.days} days after it was last told."
        ),
        first_step=(
            "Look how many rows the run compared and at the named features: "
            f"az ml job show --name {event.data.get('root') or event.data.get('run')} --web"
        ),
        since=event.time,
        labels={"signal": signal},
    )


def _completed(watch: MonitorWatch, root: str, time: datetime) -> MonitorWatch:
    known = {**watch.completed, root: max(time, watch.completed.get(root, time))}
    newest = sorted(known.items(), key=lambda entry: entry[1])[-_RUNS:]
    return replace(watch, completed=dict(newest))


def _healthy_after(told: SignalTold, watch: MonitorWatch) -> str | None:
    """A run that completed after the breach and is not its own, None without one.

    A breach that does not name its run belongs to the first that completed after it.
    """
    later = [root for root, time in watch.completed.items() if time >= told.time]
    if told.root is None:
        return later[-1] if len(later) > 1 else None
    others = [root for root in later if root != told.root]
    return others[-1] if others else None


def _why_over(signal: str, state: SubjectState, watch: MonitorWatch, now: datetime) -> str | None:
    told = watch.told.get(signal) or SignalTold(time=_since(state, signal))
    healthy = _healthy_after(told, watch)
    if healthy is not None:
        at = spell_time(watch.completed[healthy])
        return f"run {healthy} of the monitor completed at {at} and told of no breach"
    if now >= told.time + LASTS:
        return (
            f"it was last told at {spell_time(told.time)} and no later run of the monitor was "
            f"heard of for {spell_duration(LASTS)}: nobody knows whether it is over"
        )
    return None


def _firing(state: SubjectState) -> list[str]:
    return [
        record.alert.labels["signal"]
        for record in state.alerts.values()
        if record.status is AlertStatus.FIRING and record.alert.kind is AlertKind.MONITOR_BREACH
    ]


def _since(state: SubjectState, signal: str) -> datetime:
    return max(
        record.alert.since
        for record in state.alerts.values()
        if record.alert.labels.get("signal") == signal
    )


def _open(event: Event, signal: str, state: SubjectState) -> Finding:
    told = state.monitor.told.get(signal)
    last = spell_time(told.time if told is not None else _since(state, signal))
    return Finding(
        rule=Rule.MONITOR_BREACH,
        thing=f"signal/{signal}",
        verdict=Verdict.INCONCLUSIVE,
        reason="no_newer_run",
        sentence=(
            f"Signal {signal} of {event.name} was last told breached at {last}; no later run of "
            "the monitor was heard of."
        ),
        enforced=False,
    )


def _quiet(event: Event) -> Finding:
    return Finding(
        rule=Rule.MONITOR_BREACH,
        thing=event.subject,
        verdict=Verdict.PASS,
        reason="no_breach",
        sentence=f"No breach of {event.name} is open.",
    )
