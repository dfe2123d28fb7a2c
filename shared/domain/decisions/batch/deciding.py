"""Every batch endpoint of a model, every rule: run event or timer, the same look decides."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.domain.action import Action, ScheduleCheck, WantRetraining
from shared.domain.alert import Alert, AlertKind
from shared.domain.decision import Outcome
from shared.domain.decisions.batch.failing import judge_failures
from shared.domain.decisions.batch.history import History, RunState, history_of
from shared.domain.decisions.batch.missing import judge_coming
from shared.domain.decisions.batch.rule import Batch
from shared.domain.decisions.batch.spans import next_span, watch_from
from shared.domain.decisions.batch.stuck import judge_lasting
from shared.domain.decisions.settle import settle
from shared.domain.decisions.wanting import wanted, wants_again
from shared.domain.event import Check, Event, check_due
from shared.domain.evidence import BatchEvidence, BatchLook, BatchOutputs
from shared.domain.finding import Finding, Rule
from shared.domain.policy import BatchPolicy, Policy
from shared.domain.state import AlertStatus, BatchWatch, OutputsWatch, SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time

if TYPE_CHECKING:
    from shared.domain.decisions.batch.outputs import OutputsJudged

_OF_RUNS = (AlertKind.BATCH_FAILED, AlertKind.BATCH_MISSING, AlertKind.BATCH_STUCK)
_OF_ROWS = (AlertKind.BATCH_VOLUME, AlertKind.DRIFT)
_SOON = timedelta(hours=2)
_KEPT = 200
_QUIET_PERIODS = 3
_UNNAMED = "no policy names the model any more"

Key = tuple[AlertKind, str, str]
"""Kind, batch endpoint and deployment: what an alert of this family is about."""


@dataclass
class _Look:
    """What has been concluded so far, of all batch endpoints of the model."""

    findings: list[Finding] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    over: dict[Key, str] = field(default_factory=dict)
    again: list[datetime] = field(default_factory=list)
    firing: set[str] = field(default_factory=set)
    wants: list[WantRetraining] = field(default_factory=list)
    watches: dict[str, BatchWatch] = field(default_factory=dict)


def decide_batch(
    event: Event,
    evidence: BatchEvidence,
    policy: Policy | None,
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Judge each batch endpoint the policy names by its runs, and by the rows they wrote.

    What cannot be read is an error and ends nothing. An alert about a batch endpoint that the
    policy no longer names is over. Looks again when a run becomes overdue or its rows are written.
    """
    nobodys = policy is None
    policy = policy or Policy(model=event.name)
    wanted = {batch.endpoint: batch for batch in policy.batch}
    checks = {name: time for name, time in state.checks.items() if name != Check.BATCH}
    if wanted:
        checks[Check.BATCH.value] = event.time
    firing = (r for r in state.alerts.values() if r.status is AlertStatus.FIRING)
    look = _Look(firing={record.alert.fingerprint for record in firing})
    for read in evidence.looks:
        if read.endpoint in wanted:
            _judge(policy, wanted[read.endpoint], read, state, evidence.taken, look)

    actions, records = settle(
        state.alerts,
        look.alerts,
        covered=lambda alert: _why(alert, look, wanted) is not None,
        over=lambda alert: _UNNAMED if nobodys else _why(alert, look, wanted) or "",
        now=now,
    )
    kept = {name: watch for name, watch in state.batch.items() if name in wanted}
    return Outcome(
        findings=tuple(look.findings) or (_nothing(event),),
        actions=(*actions, *look.wants, *_again(event, look.again, now)),
        state=replace(state, alerts=records, checks=checks, batch={**kept, **look.watches}),
    )


def _judge(
    whole: Policy,
    policy: BatchPolicy,
    read: BatchLook,
    state: SubjectState,
    at: datetime,
    look: _Look,
) -> None:
    known = state.batch.get(policy.endpoint)
    if read.problem is not None:
        look.findings.append(_unreadable(policy, read.problem))
        return
    history, seen = history_of(read.jobs, None if known is None else known.seen, at)
    batch = Batch(
        model=whole.model, policy=policy, history=history, watch=_watch(known, policy, at)
    )
    for judged in (judge_failures(batch), judge_coming(batch), judge_lasting(batch)):
        look.findings.append(judged.finding)
        look.alerts.extend([judged.alert] if judged.alert is not None else [])
        look.over.update({(kind, policy.endpoint, ""): why for kind, why in judged.over.items()})
        look.again.extend([judged.look_again] if judged.look_again is not None else [])
    watch = replace(watch_from(batch.watch, policy), seen=seen)
    if known is not None and known.learn_from != policy.learn_from:
        _relearn(policy, known, look)
    if read.outputs_problem is not None:
        look.findings.append(_unreadable(policy, read.outputs_problem))
    look.watches[policy.endpoint] = _judge_rows(batch, read, whole, watch, look)


def _watch(known: BatchWatch | None, policy: BatchPolicy, at: datetime) -> BatchWatch:
    """What is remembered; a new endpoint, or a new schedule, is waited for from now on."""
    every = policy.every.total_seconds()
    if known is None:
        return BatchWatch(since=at, every=every, learn_from=policy.learn_from)
    return known if known.every == every else replace(known, since=at, every=every)


def _judge_rows(
    batch: Batch, read: BatchLook, whole: Policy, watch: BatchWatch, look: _Look
) -> BatchWatch:
    watches = dict(watch.outputs)
    looked_at: list[str] = []
    for outputs in read.outputs:
        deployment = outputs.deployment
        watches[deployment] = _judge_outputs(
            batch, outputs, whole, watches.get(deployment, OutputsWatch()), look
        )
        looked_at.extend(run.run for run in outputs.runs if run.reason != "unreadable")
    for deployment in _replaced(batch.history, watches, batch.policy):
        del watches[deployment]
        for kind in _OF_ROWS:
            look.over[kind, batch.endpoint, deployment] = (
                f"deployment {deployment or 'of no name'} has not scored for "
                f"{_QUIET_PERIODS} periods, others have"
            )
    judged = (*watch.judged, *(name for name in looked_at if name not in watch.judged))
    watch = replace(watch, outputs=watches, judged=judged[-_KEPT:])
    if batch.policy.outputs is not None and (end := next_span(batch.history, watch)) is not None:
        look.again.append(end)
    return watch


def _judge_outputs(
    batch: Batch,
    outputs: BatchOutputs,
    whole: Policy,
    watch: OutputsWatch,
    look: _Look,
) -> OutputsWatch:
    from shared.domain.decisions.batch.outputs import judge_outputs

    judged = judge_outputs(batch, whole.drift, outputs, watch, shown=whole.privacy.shown)
    if batch.policy.retrain:
        look.wants.extend(_wants(batch, judged, watch, look.firing))
    look.findings.extend(judged.findings)
    look.alerts.extend(judged.alerts)
    look.over.update(
        {(kind, batch.endpoint, outputs.deployment): why for kind, why in judged.over.items()}
    )
    return judged.watch


def _wants(
    batch: Batch, judged: "OutputsJudged", before: OutputsWatch, firing: set[str]
) -> Iterator[WantRetraining]:
    """The retraining that rows which drifted ask for."""
    end = judged.watch.last
    for alert in judged.alerts:
        if alert.kind is not AlertKind.DRIFT or end is None:
            continue
        if wants_again(alert.fingerprint in firing, before.last, end):
            cause = f"batch_drift/{batch.endpoint}"
            yield wanted(batch.model, cause, since=alert.since, end=end, features=judged.moved)


def _replaced(history: History, watches: dict[str, OutputsWatch], policy: BatchPolicy) -> list[str]:
    """Deployments that no longer score while another does: nothing will end their alerts."""
    done = [run for run in history.runs if run.state is RunState.COMPLETED]
    newest = done[-1].deployment or "" if done else None
    quiet = _QUIET_PERIODS * policy.every
    return [
        name
        for name, watch in watches.items()
        if newest is not None
        and name != newest
        and watch.last is not None
        and history.at - watch.last > quiet
    ]


def _relearn(policy: BatchPolicy, known: BatchWatch, look: _Look) -> None:
    since = "the first run" if policy.learn_from is None else spell_time(policy.learn_from)
    for deployment in known.outputs:
        for kind in _OF_ROWS:
            look.over[kind, policy.endpoint, deployment] = (
                f"what it writes is learnt anew from {since} on, as the policy says"
            )


def _why(alert: Alert, look: _Look, wanted: dict[str, BatchPolicy]) -> str | None:
    """Why an alert of this family is over, None while it may last or is another family's."""
    endpoint = alert.labels.get("batch")
    if endpoint is None or alert.kind not in {*_OF_RUNS, *_OF_ROWS}:
        return None
    if endpoint not in wanted:
        return f"the policy no longer names batch endpoint {endpoint}"
    if alert.kind in _OF_ROWS and wanted[endpoint].outputs is None:
        return f"the policy no longer names what batch endpoint {endpoint} writes"
    return look.over.get((alert.kind, endpoint, alert.labels.get("deployment", "")))


def _again(event: Event, asked: list[datetime], now: datetime) -> tuple[Action, ...]:
    """One look when the next of them is due; what is far off is the timer's."""
    soon = [time for time in asked if now < time <= now + _SOON]
    if not soon:
        return ()
    return (ScheduleCheck(event=check_due(Check.BATCH, event.subject, min(soon))),)


def _unreadable(policy: BatchPolicy, sentence: str) -> Finding:
    return Finding(
        rule=Rule.READABLE,
        thing=f"batch/{policy.endpoint}",
        verdict=Verdict.ERROR,
        reason="cannot_look",
        sentence=sentence,
    )


def _nothing(event: Event) -> Finding:
    return Finding(
        rule=Rule.BATCH,
        thing=event.subject,
        verdict=Verdict.PASS,
        reason="no_batch",
        sentence=f"No policy names a batch endpoint of {event.name}.",
    )
