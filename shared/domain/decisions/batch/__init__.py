"""Batch endpoints: runs that failed, never came or never end, and what they write."""

from shared.domain.decisions.batch.deciding import decide_batch

__all__ = ["decide_batch"]
