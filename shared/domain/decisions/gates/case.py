"""What a gate is asked: a version, a stage, the evidence, and at which moment of its way."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.evidence import PromotionEvidence
from shared.domain.finding import Finding
from shared.domain.policy import Gates, Policy, StagePolicy
from shared.domain.promotion import Promotion
from shared.domain.world import ModelVersion


class Moment(StrEnum):
    """When gates are asked: before a stage, and after each step of the traffic within it."""

    ENTRANCE = "entrance"
    STEP = "step"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One version before one stage. `at` is the time it is judged at.

    `tried` is the endpoint where the version is tried out, None where it is not: at the entrance
    that of the stage before, at a step that of the stage itself.
    """

    policy: Policy
    stage: StagePolicy
    candidate: ModelVersion
    evidence: PromotionEvidence
    moment: Moment
    at: datetime
    tried: str | None = None
    promotion: Promotion | None = None

    @property
    def gates(self) -> Gates:
        """The stage's gates."""
        return self.policy.gates_of(self.stage)

    @property
    def named(self) -> str:
        """The version as people write it."""
        return f"{self.candidate.name}:{self.candidate.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a gate says. `look_again` is when time alone may have changed it; None: people must."""

    finding: Finding
    look_again: datetime | None = None
