"""The gate `slices`: metrics that were logged a slice of the rows at a time."""

from shared.domain.decisions.gates.slices.judging import judge_slices

__all__ = ["judge_slices"]
