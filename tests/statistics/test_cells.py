"""Columns are compared in about ten cells, and no change can hide inside one of them."""

import numpy as np
import pytest

from shared.domain.verdict import Verdict
from shared.profiles import baseline, window
from shared.statistics import compare
from shared.statistics.comparison.cells import cells_of


def judged(before, after):
    base = baseline({"x": before})
    return compare(base, window({"x": after}, base)).columns[0]


def groups(values):
    column = baseline({"x": values}).columns["x"]
    return cells_of(column, column)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([5.0] * 500, [7.0] * 500),
        ([5.0] * 500, [3.0] * 500),
        ([0.0] * 5 + [1.0] * 495, [0.0] * 500),
        ([0.0] * 495 + [1.0] * 5, [1.0] * 500),
        ([0.0, 1.0] * 250, [0.0, 2.0] * 250),
        ([-1.0, 0.0] * 5 + [1.0] * 490, [0.0] * 500),
    ],
    ids=["constant rises", "constant falls", "rare zero", "rare one", "new value", "third value"],
)
def test_a_column_of_few_values_cannot_change_unseen(before, after):
    column = judged(before, after)

    assert column.verdict is Verdict.FAIL


def test_a_frequent_value_shares_its_cell_with_no_other():
    generator = np.random.default_rng(1)
    before = np.concatenate([generator.uniform(-1.0, -0.1, 200), np.zeros(9_800)])
    after = generator.uniform(-1.0, -0.1, 1_000)

    assert judged(before, after).verdict is Verdict.FAIL


@pytest.mark.parametrize("seed", range(3))
def test_a_continuous_column_has_ten_cells_of_about_a_tenth(seed):
    cells = groups(np.random.default_rng(seed).normal(size=6_400))

    shares = cells.baseline[:-2] / cells.baseline.sum()
    assert len(shares) == 10
    assert shares.min() > 0.08
    assert shares.max() < 0.12


def test_a_new_extreme_of_a_continuous_column_is_in_its_outermost_cell():
    generator = np.random.default_rng(3)

    column = judged(generator.normal(size=2_000), generator.normal(size=20_000))

    assert column.verdict is Verdict.PASS
    assert len(column.bars) == 10


def test_a_column_of_few_values_is_labelled_by_them():
    assert groups([0.0, 1.0, 2.0] * 50).labels == (
        "below 0",
        "0",
        "0 to 1",
        "1 to 2",
        "above 2",
        "infinite",
        "missing",
    )
    assert groups([5.0] * 50).labels == ("below 5", "5", "above 5", "infinite", "missing")


@pytest.mark.parametrize("make", ["poisson", "zero inflated", "rare category"])
def test_unchanged_uneven_columns_do_not_fail(make):
    generator = np.random.default_rng(4)

    def draw(n):
        if make == "poisson":
            return generator.poisson(2, n)
        if make == "zero inflated":
            return generator.lognormal(size=n) * (generator.random(n) < 0.2)
        return generator.choice(["a", "b", "c"], n, p=[0.95, 0.045, 0.005])

    base = baseline({"x": draw(20_000)})
    verdicts = [
        compare(base, window({"x": draw(300)}, base)).columns[0].verdict for _ in range(100)
    ]

    assert Verdict.FAIL not in verdicts
