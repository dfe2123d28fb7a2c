"""Runs that last much longer than the others ever took, waiting or running."""

from datetime import timedelta

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.batch.history import LOST, MEASURED, Run
from shared.domain.decisions.batch.rule import Batch, Judged, told
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_list

_TIMES = 2
_NEEDED = 3


def bound_of(batch: Batch) -> tuple[timedelta, str]:
    """How long a run may last, and how that was computed.

    Twice the second longest of the last completed runs, at least the grace; a whole period while
    fewer than three are known. The second longest, so that one run that hung does not set the
    bound: of n runs that are alike, a next one is longer than the second longest in 2 of n + 1
    cases, and far more seldom twice as long.
    """
    lengths = batch.history.lengths
    if len(lengths) < _NEEDED:
        bound = max(batch.policy.every, batch.policy.grace)
        return bound, f"a whole period, as fewer than {_NEEDED} completed runs tell how long"
    bound = max(_TIMES * lengths[-2], batch.policy.grace)
    return bound, (
        f"twice the second longest of the last {len(lengths)} completed runs (at most {MEASURED} "
        f"are asked), at least the grace of {spell_duration(batch.policy.grace)}"
    )


def judge_lasting(batch: Batch) -> Judged:
    """Whether a run is under way for too long, or was lost by Azure."""
    bound, how = bound_of(batch)
    waiting = batch.history.unfinished
    stuck = [run for run in waiting if run.word.casefold() == LOST or _age(batch, run) > bound]
    if stuck:
        return _stuck(batch, stuck, bound, how)
    newest = batch.history.runs[-1] if batch.history.runs else None
    over = "no run is under way" if newest is None else f"the newest: {told(newest)}"
    if not waiting:
        sentence = f"No run of batch endpoint {batch.endpoint} is under way."
        finding = batch.finding(Verdict.PASS, "idle", sentence)
        return Judged(finding=finding, over={AlertKind.BATCH_STUCK: over})
    oldest = waiting[0]
    together = "" if len(waiting) == 1 else f" {len(waiting)} runs are under way at once."
    finding = batch.finding(
        Verdict.PASS,
        "under_way",
        f"Of batch endpoint {batch.endpoint}, {told(oldest)}, for "
        f"{spell_duration(_age(batch, oldest))}; it may last {spell_duration(bound)}.{together}",
        statistic="seconds",
        estimate=_age(batch, oldest).total_seconds(),
        limit=bound.total_seconds(),
        n=len(batch.history.lengths),
    )
    return Judged(
        finding=finding,
        over={AlertKind.BATCH_STUCK: over},
        look_again=batch.at - _age(batch, oldest) + bound + timedelta(minutes=1),
    )


def _age(batch: Batch, run: Run) -> timedelta:
    return batch.at - (run.began or batch.at)


def _stuck(batch: Batch, stuck: list[Run], bound: timedelta, how: str) -> Judged:
    worst = stuck[0]
    age = _age(batch, worst)
    lost = worst.word.casefold() == LOST
    sentence = (
        f"Of batch endpoint {batch.endpoint}, run {worst.name} is {worst.word} "
        f"for {spell_duration(age)}."
    )
    others = spell_list([run.name for run in stuck[1:]])
    alert = Alert(
        kind=AlertKind.BATCH_STUCK,
        subject=batch.subject,
        severity=Severity(batch.policy.severity),
        title=f"batch endpoint {batch.endpoint}: run {worst.name} is {worst.word.lower()} "
        f"for {spell_duration(age)}",
        text=(
            f"{sentence} {batch.usual()} "
            + (
                "Azure Machine Learning lost touch with it."
                if lost
                else f"More than {spell_duration(bound)} is too long: {how}."
            )
            + (f" So are {others}." if others else "")
            + " Its rows are late, and the next run may have to wait for its nodes."
        ),
        first_step=(
            f"See what it waits for: az ml job show --name {worst.name}; a run that waits for "
            f"nodes lacks quota. If it hangs: az ml job cancel --name {worst.name}"
        ),
        since=worst.began or batch.at,
        labels=batch.labels,
    )
    finding = batch.finding(
        Verdict.FAIL,
        "lost" if lost else "stuck",
        sentence,
        statistic="seconds",
        estimate=age.total_seconds(),
        limit=bound.total_seconds(),
        n=len(batch.history.lengths),
    )
    return Judged(finding=finding, alert=alert)
