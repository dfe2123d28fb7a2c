"""Whether columns still hang together as they did, which no single column shows."""

from shared.statistics.multivariate.reconstruction import (
    JointDrift,
    Reconstruction,
    judge_reconstruction,
    learn_reconstruction,
)

__all__ = ["JointDrift", "Reconstruction", "judge_reconstruction", "learn_reconstruction"]
