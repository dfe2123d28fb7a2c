"""The gate `canary`: a version's answers against those of what serves, in the same minutes."""

from shared.domain.decisions.gates.canary.judging import judge_canary

__all__ = ["judge_canary"]
