"""Runs that never came."""

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.batch.history import Run, RunState
from shared.domain.decisions.batch.rule import Batch, Judged, told
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_time

_CAME = {RunState.FAILED, RunState.UNFINISHED}


def judge_coming(batch: Batch) -> Judged:
    """Whether a run began in time; one that failed or is under way did come.

    A run that was cancelled did not: its rows are waited for like those of none.
    """
    came = [run for run in batch.history.since_success if run.state in _CAME]
    if came:
        sentence = f"Batch endpoint {batch.endpoint}: {_began(came[-1])}."
        return Judged(
            finding=batch.finding(Verdict.PASS, "came", sentence),
            over={AlertKind.BATCH_MISSING: _began(came[-1])},
        )
    if batch.at >= batch.due:
        return _missing(batch)
    next_one = f"the next has to begin by {spell_time(batch.due)}"
    last = batch.history.success
    known = "no run is known yet" if last is None else _began(last)
    return Judged(
        finding=batch.finding(
            Verdict.PASS, "not_due", f"Batch endpoint {batch.endpoint}: {known}; {next_one}."
        ),
        over={AlertKind.BATCH_MISSING: f"{known}; {next_one}"},
        look_again=batch.due,
    )


def _began(run: Run) -> str:
    when = "at a time nobody kept" if run.began is None else spell_time(run.began)
    return f"run {run.name} began {when}"


def _missing(batch: Batch) -> Judged:
    last, late = batch.history.success, batch.at - batch.due
    if last is not None and last.began is not None:
        title = f"batch endpoint {batch.endpoint} has not run since {spell_time(last.began)}"
        known = f"The last run that completed: {told(last)}."
    else:
        title = f"no run of batch endpoint {batch.endpoint} came"
        known = (
            f"None that completed is known; it is waited for since {spell_time(batch.watch.since)}."
        )
    cancelled = [run for run in batch.history.since_success if run.state is RunState.CANCELLED]
    instead = f" Instead: {told(cancelled[-1])}." if cancelled else ""
    sentence = f"A run of batch endpoint {batch.endpoint} was due by {spell_time(batch.due)}."
    alert = Alert(
        kind=AlertKind.BATCH_MISSING,
        subject=batch.subject,
        severity=Severity(batch.policy.severity),
        title=title,
        text=(
            f"{sentence} One is expected every {spell_duration(batch.policy.every)}, with "
            f"{spell_duration(batch.policy.grace)} of grace. {known}{instead} Whoever reads its "
            "rows reads old ones, and nothing failed that would tell them."
        ),
        first_step=(
            "See whether what starts it still does: az ml schedule list, or the pipeline that "
            f"calls it; what ran: az ml batch-endpoint list-jobs --name {batch.endpoint}"
        ),
        since=batch.due,
        labels=batch.labels,
    )
    finding = batch.finding(
        Verdict.FAIL,
        "missing",
        sentence,
        statistic="late_seconds",
        estimate=late.total_seconds(),
        limit=0.0,
    )
    return Judged(finding=finding, alert=alert)
