"""Somebody who may approve refuses: that is the end of the promotion, and what to do is said."""

from shared.domain.alert import Severity
from shared.domain.decisions.promotion.step import Scene, Step
from shared.domain.decisions.promotion.telling import failed, in_phase, standing
from shared.domain.finding import Finding
from shared.domain.policy import ApprovalPlace
from shared.domain.promotion import Phase, Promotion


def refuse(
    promotion: Promotion, scene: Scene, rejected: str, findings: tuple[Finding, ...]
) -> Step:
    """End it as refused. A run that was started is not called back, so people are told of it."""
    run = promotion.run
    here = scene.stage.approvals.given is not ApprovalPlace.PIPELINE
    promotion = in_phase(promotion, Phase.REFUSED, rejected, scene.now)
    first = "Talk to who rejected it; a version that is registered again can be approved anew."
    if here and scene.stage.pipeline is not None and promotion.requested is not None:
        which = f"run {run.number}" if run is not None else "its run"
        first = f"See that {which} does not go on where no check of Driftgate's stops it. {first}"
    return Step(
        promotion=promotion,
        findings=(*findings, standing(promotion, scene.policy.model)),
        alerts=(failed(promotion, scene, first, severity=Severity.INFO),),
    )
