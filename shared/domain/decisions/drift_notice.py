"""The alert a person reads when a model's inputs drifted."""

from datetime import datetime

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.drift_alarm import DriftSeen
from shared.domain.decisions.drift_columns import lines_of
from shared.domain.event import Event
from shared.domain.evidence import DriftEvidence
from shared.domain.policy import DriftPolicy
from shared.domain.wording import spell_list, spell_number, spell_time
from shared.statistics import Comparison


def drift_alert(
    event: Event,
    evidence: DriftEvidence,
    changed: Comparison,
    seen: DriftSeen,
    drift: DriftPolicy,
) -> Alert:
    """What moved, since when, how sure, what it means and what to do first.

    `changed` compares the rows of after the change began.
    """
    names = [moved.column for moved in seen.moved]
    first, last = _span(evidence, seen)
    return Alert(
        kind=AlertKind.DRIFT,
        subject=event.subject,
        severity=Severity.WARNING,
        title=(
            f"{event.name}: {len(names)} of {len(changed.columns)} features drifted "
            f"({spell_list(names)})"
        ),
        text=(
            f"Since {spell_time(seen.since)} the data is not like the training data of version "
            f"{evidence.version or 'unknown'} ({spell_number(changed.rows_baseline)} rows). "
            f"{seen.sentence}\n{lines_of(seen, changed)}\n"
            f"Measured on the {spell_number(changed.rows_window)} rows from {spell_time(first)} "
            f"to {spell_time(last)}. "
            "The model now scores cases unlike those it learned from; its quality may have changed "
            "although the endpoint is healthy."
            + (" A retraining was requested." if drift.retrain else "")
        ),
        first_step=(
            f"Look whether the source of {names[0]} changed (a unit, a category, a default) "
            "before you believe the world did."
        ),
        since=seen.since,
        labels={"model": event.name},
    )


def _span(evidence: DriftEvidence, seen: DriftSeen) -> tuple[datetime, datetime]:
    rows = seen.rows
    if rows is None or rows.start is None or rows.end is None:
        return evidence.start, evidence.end
    return rows.start, rows.end
