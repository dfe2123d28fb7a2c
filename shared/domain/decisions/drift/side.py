"""One side of a model, its features or its predictions: findings, and the alert if it drifted."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.alert import Alert
from shared.domain.decisions.drift.alarm import DriftSeen, ask_alarm
from shared.domain.decisions.drift.columns import column_findings, limits_of
from shared.domain.decisions.drift.notice import drift_alert
from shared.domain.event import Event
from shared.domain.evidence import DriftEvidence
from shared.domain.finding import Finding
from shared.domain.policy import DriftPolicy
from shared.domain.state import DriftWatch
from shared.statistics import Comparison, Profile, compare


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


def compared(
    evidence: DriftEvidence, window: Profile, drift: DriftPolicy, *, shown: bool = False
) -> Comparison:
    """A window against the baseline of the look, with the limits of the policy.

    Its sentences hold values only where they may be `shown`.
    """
    baseline = evidence.baseline or {}
    return compare(
        Profile.from_json(baseline),
        window,
        limits=limits_of(drift, baseline),
        confidence=drift.confidence,
        shown=shown,
    )


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
    shown: bool = False,
) -> SideJudged:
    """Every column's finding, and the alert that the alarm of the policy raises.

    `predicted` names columns that the model made itself, `sampling` says how much is collected.
    Values are told only where they may be `shown`.
    """
    seen = ask_alarm(evidence, comparison, drift, watch, shown=shown)
    alert = None
    if seen.moved:
        changed = comparison
        if seen.rows is not None:
            changed = compared(evidence, seen.rows, drift, shown=shown)
        alert = drift_alert(
            event, evidence, changed, seen, drift, side.labels(event.name), sampling
        )
    return SideJudged(
        side=side,
        findings=column_findings(
            comparison.columns,
            lambda name: f"{'prediction' if name in predicted else 'feature'}/{name}",
            side.value,
        ),
        alert=alert,
        seen=seen,
    )
