"""The alert a person reads when a model's inputs, or what it makes of them, drifted."""

from collections.abc import Mapping
from datetime import datetime

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.drift.alarm import DriftSeen
from shared.domain.decisions.drift.columns import lines_of
from shared.domain.event import Event
from shared.domain.evidence import DriftEvidence
from shared.domain.policy import DriftPolicy
from shared.domain.wording import spell_list, spell_number, spell_time
from shared.statistics import Comparison, Profile


def drift_alert(
    event: Event,
    evidence: DriftEvidence,
    changed: Comparison,
    seen: DriftSeen,
    drift: DriftPolicy,
    labels: Mapping[str, str],
    sampling: str,
) -> Alert:
    """What moved, since when, how sure, what it means and what to do first.

    `changed` compares the rows of after the change began; `sampling` says how much is collected.
    """
    names = [moved.column for moved in seen.moved]
    first, last = _span(evidence, seen)
    return Alert(
        kind=AlertKind.DRIFT,
        subject=event.subject,
        severity=Severity.WARNING,
        title=(
            f"{event.name}: {len(names)} of {len(changed.columns)} "
            f"{labels.get('of', 'features')} drifted ({spell_list(names)})"
        ),
        text=(
            f"Since {spell_time(seen.since)} {_unlike(evidence, labels)} "
            f"({spell_number(changed.rows_baseline)} rows). {seen.sentence}\n"
            f"{lines_of(seen, changed)}\n"
            f"Measured on the {spell_number(changed.rows_window)} rows from {spell_time(first)} "
            f"to {spell_time(last)}. {f'{sampling} ' if sampling else ''}{_meaning(labels)}"
            + (" A retraining was asked for." if drift.retrain else "")
        ),
        first_step=_first_step(names[0], labels),
        since=seen.since,
        labels=labels,
    )


def _unlike(evidence: DriftEvidence, labels: Mapping[str, str]) -> str:
    version = evidence.version or "unknown"
    if "of" not in labels:
        return f"the data is not like the training data of version {version}"
    made = Profile.from_json(evidence.baseline or {})
    first = "" if made.start is None else f", those from {spell_time(made.start)} on"
    return f"the predictions are not like the first ones of version {version}{first}"


def _meaning(labels: Mapping[str, str]) -> str:
    if "of" in labels:
        return (
            "The model answers otherwise than when it began to serve: what it is asked changed, or "
            "something on the way to it; the endpoint may be healthy all the same."
        )
    return (
        "The model now scores cases unlike those it learned from; its quality may have changed "
        "although the endpoint is healthy."
    )


def _first_step(name: str, labels: Mapping[str, str]) -> str:
    if "of" in labels:
        return (
            f"Look whether a feature drifted as well; if none did, whether what makes {name} "
            "(the scoring script, a threshold, the version behind the deployment) was changed."
        )
    return (
        f"Look whether the source of {name} changed (a unit, a category, a default) before you "
        "believe the world did."
    )


def _span(evidence: DriftEvidence, seen: DriftSeen) -> tuple[datetime, datetime]:
    rows = seen.rows
    if rows is None or rows.start is None or rows.end is None:
        return evidence.start, evidence.end
    return rows.start, rows.end
