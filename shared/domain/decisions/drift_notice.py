"""The alert a person reads when a model's inputs drifted."""

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.drift_alarm import DriftSeen
from shared.domain.event import Event
from shared.domain.evidence import DriftEvidence
from shared.domain.policy import DriftPolicy
from shared.domain.wording import spell_list, spell_number, spell_time
from shared.statistics import ColumnComparison, Comparison

_TOLD_IN_FULL = 5


def drift_alert(
    event: Event,
    evidence: DriftEvidence,
    comparison: Comparison,
    seen: DriftSeen,
    drift: DriftPolicy,
) -> Alert:
    """What moved, since when, how sure, what it means and what to do first."""
    by_name = {column.name: column for column in comparison.columns}
    names = list(seen.moved)
    listed = "\n".join(
        _line(name, seen.moved[name], by_name.get(name)) for name in names[:_TOLD_IN_FULL]
    )
    return Alert(
        kind=AlertKind.DRIFT,
        subject=event.subject,
        severity=Severity.WARNING,
        title=(
            f"{event.name}: {len(names)} of {len(comparison.columns)} features drifted "
            f"({spell_list(names)})"
        ),
        text=(
            f"Since {spell_time(seen.since)} the data is not like the training data of version "
            f"{evidence.version or 'unknown'} ({spell_number(comparison.rows_baseline)} rows). "
            f"{seen.sentence}\n{listed}\n"
            f"The window is {spell_time(evidence.start)} to {spell_time(evidence.end)}, "
            f"{spell_number(comparison.rows_window)} rows. "
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


def _line(name: str, moved: str, column: ColumnComparison | None) -> str:
    if column is None:
        return f"- {name}: {moved}."
    return f"- {name}: {moved}; in the window {column.sentence.removeprefix(f'{name}: ')}"
