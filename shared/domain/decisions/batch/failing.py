"""Runs that failed: told once, told again when it grew worse, over when one completes."""

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.batch.history import Run, RunState
from shared.domain.decisions.batch.rule import Batch, Judged, milder, told
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list, spell_time


def judge_failures(batch: Batch) -> Judged:
    """The runs that failed since the last one that completed.

    One failure can still be mended by a retry: it is told one step milder than the policy says.
    Several in a row, or a failure that is still there when a run is overdue and none is under way,
    have the policy's severity. A run that began later and completed ends it.
    """
    failed = [run for run in batch.history.since_success if run.state is RunState.FAILED]
    if failed:
        return _failing(batch, failed)
    last = batch.history.success
    newest = batch.history.runs[-1] if batch.history.runs else None
    if newest is not None and newest.state is RunState.CANCELLED:
        sentence = f"Of batch endpoint {batch.endpoint}, {told(newest)}: nobody is told yet."
        finding = batch.finding(Verdict.INCONCLUSIVE, "cancelled", sentence)
    elif last is not None:
        sentence = f"The last run of batch endpoint {batch.endpoint} to end: {told(last)}."
        finding = batch.finding(Verdict.PASS, "completed", sentence, n=len(batch.history.runs))
    else:
        sentence = f"No run of batch endpoint {batch.endpoint} has ended yet."
        finding = batch.finding(Verdict.INCONCLUSIVE, "no_run", sentence)
    over = "no failed run is listed any more" if last is None else told(last)
    return Judged(finding=finding, over={AlertKind.BATCH_FAILED: over})


def _failing(batch: Batch, failed: list[Run]) -> Judged:
    first, newest, count = failed[0], failed[-1], len(failed)
    retry = [run for run in batch.history.unfinished if run.order > newest.order]
    overdue = batch.at >= batch.due
    mendable = count == 1 and (bool(retry) or not overdue)
    sentence = (
        f"Of batch endpoint {batch.endpoint}, {told(newest)}."
        if count == 1
        else f"The last {count} runs of batch endpoint {batch.endpoint} failed, one after the "
        f"other: {spell_list([run.name for run in reversed(failed)])}. The newest: {told(newest)}."
    )
    last = batch.history.success
    before = (
        f"The last run that completed began {spell_time(last.began)}."
        if last is not None and last.began is not None
        else "No run that completed is listed."
    )
    if retry:
        outlook = f"Run {retry[-1].name} is under way since, and may mend it."
    elif overdue:
        outlook = (
            f"One that completes was due by {spell_time(batch.due)}; whoever reads its rows reads "
            "old ones."
        )
    else:
        outlook = f"A retry that begins by {spell_time(batch.due)} comes in time."
    alert = Alert(
        kind=AlertKind.BATCH_FAILED,
        subject=batch.subject,
        severity=milder(batch.policy.severity) if mendable else Severity(batch.policy.severity),
        title=(
            f"batch endpoint {batch.endpoint}: run {newest.name} failed"
            if count == 1
            else f"batch endpoint {batch.endpoint}: the last {count} runs failed"
        ),
        text=f"{sentence} {before} {batch.usual()} {outlook}",
        first_step=(
            f"Read what it logged and the error it ended with: az ml job stream --name "
            f"{newest.name}; its settings: az ml job show --name {newest.name}"
        ),
        since=first.ended or first.began or batch.at,
        labels=batch.labels,
    )
    finding = batch.finding(
        Verdict.FAIL,
        "failed",
        sentence,
        statistic="failed_runs",
        estimate=count,
        limit=0.0,
        n=count,
    )
    return Judged(finding=finding, alert=alert, look_again=None if overdue else batch.due)
