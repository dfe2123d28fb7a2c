"""One side of a model, its features or its predictions: findings, and the alert if it drifted."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.alert import Alert
from shared.domain.decisions.drift_alarm import DriftSeen, look_for_drift
from shared.domain.decisions.drift_notice import drift_alert
from shared.domain.event import Event
from shared.domain.evidence import DriftEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import DriftPolicy
from shared.domain.state import DriftWatch
from shared.statistics import ColumnComparison, Comparison, Profile, compare


class Side(StrEnum):
    """What is compared: what the model was asked, or what it answered."""

    FEATURES = "features"
    PREDICTIONS = "predictions"

    def labels(self, model: str) -> dict[str, str]:
        """What an alert of this side is known by."""
        return {"model": model, **({"of": self.value} if self is Side.PREDICTIONS else {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class SideJudged:
    """What was found on one side; `alert` is None unless it drifted."""

    side: Side
    findings: tuple[Finding, ...]
    alert: Alert | None
    seen: DriftSeen


def compared(evidence: DriftEvidence, window: Profile, drift: DriftPolicy) -> Comparison:
    """A window against the baseline of the look, with the limits of the policy."""
    baseline = evidence.baseline or {}
    names = baseline.get("columns")
    limits = {name: drift.limits.get(name, drift.limit) for name in names or ()}
    base = Profile.from_json(baseline)
    return compare(base, window, limits={"psi": limits}, confidence=drift.confidence)


def judge_side(
    event: Event,
    evidence: DriftEvidence,
    comparison: Comparison,
    drift: DriftPolicy,
    watch: DriftWatch,
    side: Side,
    *,
    predicted: Collection[str] = (),
    sampling: str = "",
) -> SideJudged:
    """Every column's finding, and the alert that the alarm of the policy raises.

    `predicted` names columns that the model made itself, `sampling` says how much is collected.
    """
    seen = look_for_drift(evidence, comparison, drift, watch)
    alert = None
    if seen.moved:
        changed = comparison if seen.rows is None else compared(evidence, seen.rows, drift)
        alert = drift_alert(
            event, evidence, changed, seen, drift, side.labels(event.name), sampling
        )
    return SideJudged(
        side=side,
        findings=tuple(
            _finding(column, "prediction" if column.name in predicted else "feature")
            for column in comparison.columns
        ),
        alert=alert,
        seen=seen,
    )


def _finding(column: ColumnComparison, kind: str) -> Finding:
    psi = column.distances.get("psi")
    return Finding(
        rule=Rule.DRIFT,
        thing=f"{kind}/{column.name}",
        verdict=column.verdict,
        reason=str(column.reason),
        sentence=column.sentence,
        statistic="psi" if psi is not None else None,
        estimate=psi.estimate if psi is not None else None,
        low=psi.low if psi is not None else None,
        high=psi.high if psi is not None else None,
        limit=psi.limit if psi is not None else None,
        n=column.n,
        n_needed=psi.n_needed if psi is not None else None,
        details={"missing": column.missing},
    )
