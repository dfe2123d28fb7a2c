"""Whether the rows of a window still look like the training data."""

from dataclasses import replace
from datetime import datetime

from shared.domain.action import Action
from shared.domain.alert import Alert, AlertKind
from shared.domain.canonical import content_hash
from shared.domain.decision import Outcome
from shared.domain.decisions.collection.sampling import spell_sampling
from shared.domain.decisions.collection.window import window_findings
from shared.domain.decisions.drift.ordered import (
    counted_elsewhere,
    engine_findings,
    profile_failed,
    wait_for_profile,
    waiting_no_more,
)
from shared.domain.decisions.drift.predictions import judge_predictions
from shared.domain.decisions.drift.side import Side, SideJudged, compared, judge_side
from shared.domain.decisions.drift.windows import Counted, last_border, moves_by, windows_after
from shared.domain.decisions.settle import settle
from shared.domain.decisions.wanting import wanted, wants_again
from shared.domain.event import Check, Event, EventType
from shared.domain.evidence import DriftEvidence, WindowNews
from shared.domain.finding import Finding, Rule
from shared.domain.policy import DriftPolicy, Policy
from shared.domain.state import AlertStatus, SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time
from shared.statistics import Comparison, Profile


def decide_drift(
    event: Event,
    evidence: DriftEvidence,
    policy: Policy | None,
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Compare one window with the baseline, column by column, with the three-way verdict.

    The alarm the policy chose raises one alert with the columns behind it, and asks for a
    retraining when the drift begins and on each day that it lasts; the verdicts of the window
    explain it. Predictions that the training data does not know are a side of their own. A look
    between two windows tells what the last one said; a window whose data came late is judged again
    once. Rows that are counted elsewhere are waited for, and judged as of when the check was due.
    """
    if event.type is not EventType.CHECK_DUE and evidence.due is None:
        return Outcome(findings=(_waited_for_by_nobody(event),), actions=(), state=state)
    if policy is not None and evidence.ordered is not None:
        return wait_for_profile(event, evidence, state, now)
    if policy is not None and evidence.failed is not None:
        return profile_failed(event, evidence, state)
    reported = max(event.time, state.checks.get(Check.DRIFT.value, event.time))
    state = replace(state, checks={**state.checks, Check.DRIFT.value: reported})
    if policy is None:
        return _not_looked_at(event, evidence, state, now)
    if evidence.due is not None:
        event, state = replace(event, time=evidence.due), waiting_no_more(state)
    if evidence.problem is not None:
        return Outcome(findings=(_cannot_look(event, evidence),), actions=(), state=state)
    drift = policy.drift
    if evidence.baseline is None or evidence.window is None:
        return _nothing_new(event, evidence, drift, state)
    shown = policy.privacy.shown
    comparison = compared(evidence, Profile.from_json(evidence.window), drift, shown=shown)
    watch, late = windows_after(
        evidence.looked,
        _counted(evidence, comparison, drift),
        state.drift,
        evidence.version,
        event.time,
    )
    span = evidence.collected
    sampling = "" if span is None else spell_sampling(span.sampling, span.inputs.rows)
    features = judge_side(
        event,
        evidence,
        comparison,
        drift,
        watch,
        Side.FEATURES,
        predicted=() if span is None else span.predicted,
        sampling=sampling,
        shown=shown,
    )
    news = evidence.looked[-1].news if evidence.looked else WindowNews.NEW
    predictions, of_predictions, predicted = judge_predictions(
        event, evidence.predictions, drift, state.predictions, news, sampling, shown=shown
    )
    sides = [side for side in (features, predictions) if side is not None]
    over = {side.side.labels(event.name).get("of") for side in sides if side.seen.over}
    if evidence.predictions is None and counted_elsewhere(evidence):
        over.add(Side.PREDICTIONS.value)
    told, records = settle(
        state.alerts,
        [side.alert for side in sides if side.alert is not None],
        covered=lambda alert: _is_told_here(alert) and alert.labels.get("of") in over,
        over=lambda alert: _why_over(alert, evidence),
        now=now,
    )
    return Outcome(
        findings=(
            *features.findings,
            *of_predictions,
            *late,
            *window_findings(span, f"window/{spell_time(evidence.end)}"),
            *engine_findings(evidence),
        ),
        actions=told + _retraining(event, evidence, drift, state, sides),
        state=replace(state, alerts=records, drift=features.seen.watch, predictions=predicted),
    )


def _waited_for_by_nobody(event: Event) -> Finding:
    return Finding(
        rule=Rule.RECORDED,
        thing=event.subject,
        verdict=Verdict.PASS,
        reason="recorded",
        sentence="No look waits for this profile any more.",
    )


def _not_looked_at(
    event: Event, evidence: DriftEvidence, state: SubjectState, now: datetime
) -> Outcome:
    """Nobody looks for drift where no policy asks for it, so what was told of it is over.

    Nothing is waited for either: what a look asked for would be kept as long as it waits.
    """
    actions, records = settle(
        state.alerts,
        (),
        covered=_is_told_here,
        over=lambda _: "no policy names the model any more",
        now=now,
    )
    return Outcome(
        findings=(_cannot_look(event, evidence),),
        actions=actions,
        state=replace(waiting_no_more(state), alerts=records),
    )


def _counted(
    evidence: DriftEvidence, comparison: Comparison, drift: DriftPolicy
) -> dict[datetime, Counted]:
    """What each window that was read holds, by its end."""
    found = {}
    for look in evidence.looked:
        if look.profile is not None:
            window = Profile.from_json(look.profile)
            found[look.end] = _count(window, compared(evidence, window, drift))
    found[evidence.end] = _count(Profile.from_json(evidence.window or {}), comparison)
    return found


def _count(window: Profile, comparison: Comparison) -> Counted:
    plain = window.to_json()
    told = {name: plain[name] for name in ("rows", "columns", "problems", "unread")}
    return Counted(rows=window.rows, counts=content_hash(told)[:16], verdict=comparison.verdict)


def _retraining(
    event: Event,
    evidence: DriftEvidence,
    drift: DriftPolicy,
    state: SubjectState,
    sides: list[SideJudged],
) -> tuple[Action, ...]:
    """One wish when a drift begins, whichever side it begins on, and one a day while it lasts."""
    moved = [side for side in sides if side.seen.moved]
    windows = state.drift.windows
    last = windows[-1].end if windows else None
    if (
        not moved
        or not drift.retrain
        or not wants_again(_already_drifting(state), last, evidence.end)
    ):
        return ()
    alone = all(side.side is Side.PREDICTIONS for side in moved)
    return (
        wanted(
            event.name,
            "prediction_drift" if alone else "drift",
            since=min(side.seen.since for side in moved),
            end=evidence.end,
            features=(one.column for side in moved for one in side.seen.moved),
        ),
    )


def _already_drifting(state: SubjectState) -> bool:
    return any(
        record.status is AlertStatus.FIRING and _is_told_here(record.alert)
        for record in state.alerts.values()
    )


def _why_over(alert: Alert, evidence: DriftEvidence) -> str:
    if "of" in alert.labels and evidence.predictions is None:
        return "predictions are not watched by themselves where another engine counts the rows"
    like = "the version's first predictions" if "of" in alert.labels else "the training data"
    return f"the window ending {spell_time(evidence.end)} is like {like} again"


def _cannot_look(event: Event, evidence: DriftEvidence) -> Finding:
    return Finding(
        rule=Rule.DRIFT,
        thing=event.subject,
        verdict=Verdict.ERROR,
        reason="cannot_look",
        sentence=evidence.problem or f"The data of {event.name} could not be read.",
    )


def _nothing_new(
    event: Event, evidence: DriftEvidence, drift: DriftPolicy, state: SubjectState
) -> Outcome:
    """Between two windows the last verdict stands, and nothing is read or ended."""
    watch, late = windows_after(evidence.looked, {}, state.drift, evidence.version, event.time)
    last = watch.windows[-1] if watch.windows else None
    if last is None:
        unread = replace(evidence, problem=f"The data of {event.name} was not read.")
        return Outcome(findings=(_cannot_look(event, unread),), actions=(), state=state)
    finding = Finding(
        rule=Rule.DRIFT,
        thing=event.subject,
        verdict=Verdict(last.verdict),
        reason="judged_before",
        sentence=(
            f"The window ending {spell_time(last.end)} was judged at {spell_time(last.judged)}: "
            f"{last.verdict}, on {last.rows} rows. The next window ends at "
            f"{spell_time(last_border(event.time, moves_by(drift)) + moves_by(drift))}."
        ),
        n=last.rows,
    )
    return Outcome(findings=(finding, *late), actions=(), state=replace(state, drift=watch))


def _is_told_here(alert: Alert) -> bool:
    """Whether it is told here: what a batch endpoint writes is another decision's."""
    return alert.kind is AlertKind.DRIFT and "batch" not in alert.labels
