"""Whether what a deployment of a batch endpoint writes is as it was in its first runs."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.alert import Alert, AlertKind
from shared.domain.decisions.batch.learning import (
    LEARNT_RUNS,
    calibration_of,
    compared,
    reference_of,
    weighed,
)
from shared.domain.decisions.batch.outputs_notice import outputs_alert
from shared.domain.decisions.batch.rule import Batch
from shared.domain.decisions.batch.volume import KEPT, judge_volume
from shared.domain.decisions.drift.alarm import DriftSeen, look_for_drift
from shared.domain.decisions.drift.columns import column_findings
from shared.domain.evidence import BatchOutputs, DriftEvidence, RunRows
from shared.domain.finding import Finding
from shared.domain.policy import DriftPolicy
from shared.domain.state import DriftWatch, OutputsWatch
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_number
from shared.statistics import Comparison, Profile

_STARTS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputsJudged:
    """What the rows of new runs say: `over` has the kinds of alert that end, and why.

    `moved` names the columns that drifted in the newest run.
    """

    findings: tuple[Finding, ...]
    alerts: tuple[Alert, ...]
    over: dict[AlertKind, str]
    watch: OutputsWatch
    moved: tuple[str, ...] = ()


@dataclass
class _Rows:
    """What is known while one run after the other is taken in."""

    base: Profile | None
    names: tuple[str, ...]
    learnt: list[Profile]
    watch: OutputsWatch
    findings: list[Finding] = field(default_factory=list)
    alerts: dict[AlertKind, Alert] = field(default_factory=dict)
    over: dict[AlertKind, str] = field(default_factory=dict)
    moved: tuple[str, ...] = ()
    shown: bool = False


def labels_of(batch: Batch, deployment: str) -> dict[str, str]:
    """What alerts about the rows of a deployment are known by."""
    return {**batch.labels, **({"deployment": deployment} if deployment else {})}


def judge_outputs(
    batch: Batch,
    drift: DriftPolicy,
    outputs: BatchOutputs,
    watch: OutputsWatch,
    *,
    shown: bool = False,
) -> OutputsJudged:
    """Take in the rows of each new run, one window a run, in the order the runs ended.

    The first runs are learnt, each that is not beyond a limit of those before it. From then on the
    alarm the policy chose decides, as for a model's inputs. A run that wrote beside another, or
    was written over, tells nothing.
    """
    if outputs.names != watch.learnt:
        watch = replace(watch, learnt=(), drift=DriftWatch())
    rows = _Rows(
        base=None if outputs.base is None else Profile.from_json(outputs.base),
        names=outputs.names,
        learnt=[Profile.from_json(one) for one in outputs.learnt],
        watch=watch,
        shown=shown,
    )
    one_a_run = replace(drift, every=batch.policy.every)
    for run in outputs.runs:
        rows.watch = replace(rows.watch, last=max(rows.watch.last or run.end, run.end))
        if run.rows is None:
            rows.findings.append(_untold(batch, run))
        else:
            rows.findings.extend([_untold(batch, run)] if run.problem else [])
            _count(batch, outputs.deployment, run, run.rows, rows)
            _compare(batch, outputs.deployment, run, one_a_run, rows)
    return OutputsJudged(
        findings=tuple(rows.findings),
        alerts=tuple(rows.alerts.values()),
        over=rows.over,
        watch=rows.watch,
        moved=rows.moved,
    )


def _untold(batch: Batch, run: RunRows) -> Finding:
    verdict = Verdict.ERROR if run.reason == "unreadable" else Verdict.INCONCLUSIVE
    return batch.finding(verdict, run.reason, run.problem)


def _count(batch: Batch, deployment: str, run: RunRows, count: int, rows: _Rows) -> None:
    judged = judge_volume(batch, run, count, rows.watch.rows, labels_of(batch, deployment))
    rows.findings.append(judged.finding)
    rows.alerts.pop(AlertKind.BATCH_VOLUME, None)
    rows.over.pop(AlertKind.BATCH_VOLUME, None)
    if judged.alert is not None:
        rows.alerts[AlertKind.BATCH_VOLUME] = judged.alert
    else:
        rows.over.update(judged.over)
        rows.watch = replace(rows.watch, rows=(*rows.watch.rows, count)[-KEPT:])


def _compare(batch: Batch, deployment: str, run: RunRows, drift: DriftPolicy, rows: _Rows) -> None:
    if run.profile is None or rows.base is None:
        return
    profile = Profile.from_json(run.profile)
    if not rows.learnt:
        _learn(batch, run, profile, rows)
        return
    reference = reference_of(rows.base, rows.learnt)
    comparison = compared(reference, profile, drift, shown=rows.shown)
    calibration = calibration_of(reference, rows.learnt)
    evidence = DriftEvidence(
        taken=batch.at,
        start=run.start,
        end=run.end,
        version=f"{deployment}/{rows.names[0]}",
        baseline=reference.to_json(),
        window=run.profile,
        calibration=None if calibration is None else calibration.to_json(),
        steps=(weighed(profile, rows.learnt).to_json(),),
        watched_until=run.end,
    )
    seen = look_for_drift(evidence, comparison, drift, rows.watch.drift, shown=rows.shown)
    starts = (*rows.watch.starts, run.start)[-_STARTS:]
    rows.watch = replace(rows.watch, drift=seen.watch, starts=starts)
    _tell(batch, deployment, run, comparison, seen, drift, reference, rows)
    if calibration is None and comparison.verdict is not Verdict.FAIL:
        _learn(batch, run, profile, rows)


def _learn(batch: Batch, run: RunRows, profile: Profile, rows: _Rows) -> None:
    rows.names = (*rows.names, run.run)
    rows.learnt.append(profile)
    rows.watch = replace(rows.watch, learnt=rows.names)
    done = len(rows.names)
    sentence = (
        f"The rows of run {run.run} of batch endpoint {batch.endpoint} were learnt: {done} of "
        f"{LEARNT_RUNS} runs, {spell_number(sum(one.rows for one in rows.learnt))} rows."
    )
    whole = done >= LEARNT_RUNS
    rows.findings.append(
        batch.finding(Verdict.PASS if whole else Verdict.INCONCLUSIVE, "learnt", sentence, n=done)
    )


def _tell(
    batch: Batch,
    deployment: str,
    run: RunRows,
    comparison: Comparison,
    seen: DriftSeen,
    drift: DriftPolicy,
    reference: Profile,
    rows: _Rows,
) -> None:
    """The newest run speaks: its columns are the findings, its alarm the alert."""
    rows.findings.extend(
        column_findings(
            comparison.columns,
            lambda name: f"batch/{batch.endpoint}/{name}",
            f"batch/{batch.endpoint}",
        )
    )
    rows.alerts.pop(AlertKind.DRIFT, None)
    rows.over.pop(AlertKind.DRIFT, None)
    rows.moved = tuple(moved.column for moved in seen.moved)
    if seen.moved:
        changed = comparison
        if seen.rows is not None:
            changed = compared(reference, seen.rows, drift, shown=rows.shown)
        rows.alerts[AlertKind.DRIFT] = outputs_alert(
            batch,
            run,
            changed,
            seen,
            since=_began(run, seen, drift, rows.watch.starts),
            learnt=len(rows.names),
            labels=labels_of(batch, deployment),
        )
    elif seen.over or comparison.verdict is Verdict.PASS:
        rows.over[AlertKind.DRIFT] = f"the rows of run {run.run} are like those of the first runs"


def _began(
    run: RunRows, seen: DriftSeen, drift: DriftPolicy, starts: tuple[datetime, ...]
) -> datetime:
    """When the run began with which the change did; the alarm counts runs, not hours."""
    if seen.since >= run.start:
        return run.start
    runs = max(1, round((run.end - seen.since) / drift.every))
    return starts[-min(runs, len(starts))]
