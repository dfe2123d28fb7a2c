"""What a deployment of a batch endpoint usually writes: the rows of its first runs together."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shared.domain.decisions.drift.columns import limits_of
from shared.domain.policy import DriftPolicy
from shared.statistics import CategoricalColumn, Comparison, Profile, compare
from shared.statistics.profile import Column
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


def weighed(rows: Profile, learnt: Sequence[Profile]) -> Profile:
    """The rows of a run, counted as no more than the learnt runs had on average.

    Runs differ by nature, and that difference does not shrink with their rows: it was learnt at
    the size of the learnt runs, so a larger run must not count as more evidence than they would.
    """
    usual = sum(one.rows for one in learnt) / len(learnt)
    if rows.rows <= usual:
        return rows
    share = usual / rows.rows
    columns = {name: _scaled(column, share) for name, column in rows.columns.items()}
    return replace(rows, columns=columns, rows=round(usual))


def _scaled(column: Column, share: float) -> Column:
    counts = np.rint(column.counts * share).astype(np.int64)
    nulls = round(column.nulls * share)
    if isinstance(column, CategoricalColumn):
        return replace(
            column,
            counts=counts,
            nulls=nulls,
            other_known=round(column.other_known * share),
            unseen=round(column.unseen * share),
        )
    return replace(
        column,
        counts=counts,
        nulls=nulls,
        nans=round(column.nans * share),
        above=round(column.above * share),
        below=round(column.below * share),
        shifted_sum=column.shifted_sum * share,
        shifted_squares=column.shifted_squares * share,
    )


def calibration_of(reference: Profile, learnt: Sequence[Profile]) -> Calibration | None:
    """How much unchanged runs differ, None while too few are learnt."""
    return calibrate(reference, learnt) if len(learnt) >= LEARNT_RUNS else None


def compared(
    reference: Profile, rows: Profile, drift: DriftPolicy, *, shown: bool = False
) -> Comparison:
    """The rows of one run against those that were learnt, column by column."""
    limits = limits_of(drift, reference.to_json())
    return compare(reference, rows, limits=limits, confidence=drift.confidence, shown=shown)
