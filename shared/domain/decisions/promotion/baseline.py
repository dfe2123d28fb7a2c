"""The profile of a version's training data, kept when it is registered."""

from shared.domain.action import SaveBaseline
from shared.domain.evidence import PromotionEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.domain.world import ModelVersion


def baseline_kept(candidate: ModelVersion, evidence: PromotionEvidence) -> SaveBaseline | None:
    """The profile to keep, None where there is none."""
    if evidence.baseline is None:
        return None
    return SaveBaseline(
        model=candidate.name, version=candidate.version, profile_hash=evidence.baseline
    )


def baseline_finding(candidate: ModelVersion, evidence: PromotionEvidence) -> Finding:
    """Told, not enforced: without a baseline drift cannot be watched, yet the gates can judge."""
    named = f"{candidate.name}:{candidate.version}"
    kept = evidence.baseline is not None
    besides = f" {evidence.baseline_problem}" if evidence.baseline_problem else ""
    return Finding(
        rule=Rule.BASELINE,
        thing=f"model/{candidate.name}",
        verdict=Verdict.PASS if kept else Verdict.INCONCLUSIVE,
        reason="baseline_saved" if kept else "no_baseline",
        sentence=(
            f"The profile of the training data of {named} is kept as its baseline.{besides}"
            if kept
            else evidence.baseline_problem or f"{named} has no baseline."
        ),
        enforced=False,
    )
