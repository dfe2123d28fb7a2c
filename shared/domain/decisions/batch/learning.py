"""What a deployment of a batch endpoint usually writes: the rows of its first runs together."""

from collections.abc import Sequence
from dataclasses import replace

from shared.domain.decisions.drift_columns import limits_of
from shared.domain.policy import DriftPolicy
from shared.statistics import CategoricalColumn, Comparison, Profile, compare
from shared.statistics.sequential import NEEDED_CHUNKS, Calibration, calibrate

LEARNT_RUNS = NEEDED_CHUNKS
"""So many runs tell how much runs differ by nature; with fewer only limits can tell."""


def reference_of(base: Profile, learnt: Sequence[Profile]) -> Profile:
    """The rows of the learnt runs in the bins that the first of them chose.

    `base` profiles the first of `learnt`. Values of a category that came up after it are known to
    come up: their share is that of values still to be seen.
    """
    whole = base
    for one in learnt[1:]:
        whole = whole + one
    columns = {
        name: replace(column, singletons=column.singletons + column.unseen)
        if isinstance(column, CategoricalColumn)
        else column
        for name, column in whole.columns.items()
    }
    return replace(whole, columns=columns)


def calibration_of(reference: Profile, learnt: Sequence[Profile]) -> Calibration | None:
    """How much unchanged runs differ, None while too few are learnt."""
    return calibrate(reference, learnt) if len(learnt) >= LEARNT_RUNS else None


def compared(reference: Profile, rows: Profile, drift: DriftPolicy) -> Comparison:
    """The rows of one run against those that were learnt, column by column."""
    limits = limits_of(drift, reference.to_json())
    return compare(reference, rows, limits=limits, confidence=drift.confidence)
