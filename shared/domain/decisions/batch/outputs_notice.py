"""The alert a person reads when a batch endpoint writes other rows than it used to."""

from datetime import datetime

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.batch.rule import Batch
from shared.domain.decisions.drift.alarm import DriftSeen
from shared.domain.decisions.drift.columns import lines_of
from shared.domain.evidence import RunRows
from shared.domain.wording import spell_list, spell_number, spell_time
from shared.statistics import Comparison, Reason


def outputs_alert(
    batch: Batch,
    run: RunRows,
    changed: Comparison,
    seen: DriftSeen,
    *,
    since: datetime,
    learnt: int,
    labels: dict[str, str],
) -> Alert:
    """What moved, since which run, how sure, what it means and what to do first."""
    names = [moved.column for moved in seen.moved]
    whole = len(changed.columns)
    missing = all(column.reason is Reason.COLUMN_MISSING for column in changed.columns)
    meaning = (
        "Not one of the columns is there any more. A CSV file without a first line of names looks "
        "like that, such as the predictions.csv that Azure Machine Learning writes by itself."
        if missing
        else "The runs complete, but the model scores other cases than it did, or scores them "
        "otherwise."
    )
    return Alert(
        kind=AlertKind.DRIFT,
        subject=batch.subject,
        severity=Severity.WARNING,
        title=(
            f"batch endpoint {batch.endpoint}: {len(names)} of {whole} columns of its rows "
            f"drifted ({spell_list(names)})"
        ),
        text=(
            f"Since the run that began {spell_time(since)} its rows are not like those of its "
            f"first {learnt} runs ({spell_number(changed.rows_baseline)} rows). {seen.sentence}\n"
            f"{lines_of(seen, changed)}\n"
            f"Measured on the {spell_number(changed.rows_window)} rows of run {run.run}. {meaning} "
            "If the change is meant, move `learn_from` of the batch endpoint in the policy on to "
            "that run: its rows are then learnt anew."
        ),
        first_step=(
            f"See whether its inputs drifted too and whether its model or scoring script changed "
            f"about then: driftgate status {batch.model}; az ml batch-deployment list "
            f"--endpoint-name {batch.endpoint}"
        ),
        since=since,
        labels=labels,
    )
