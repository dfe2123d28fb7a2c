"""The rank test and the shift's interval, against scipy and against all differences."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shared.statistics.canary.ranks import hodges_lehmann, mann_whitney, smallest_decidable

numbers = st.lists(st.integers(-50, 50), min_size=2, max_size=40)


@pytest.mark.parametrize(("m", "n"), [(5, 5), (8, 20), (25, 25), (3, 11)])
def test_the_exact_p_value_is_that_of_scipy(m, n):
    generator = np.random.default_rng(m * n)
    x, y = generator.normal(size=m), generator.normal(0.7, 1.0, n)

    expected = stats.mannwhitneyu(y, x, method="exact").pvalue

    assert mann_whitney(x, y) == pytest.approx(expected, rel=1e-12)


@given(numbers, numbers)
def test_the_p_value_with_ties_is_that_of_scipy(x, y):
    x, y = np.asarray([*x, 0, 0], dtype=float), np.asarray([*y, 0, 1], dtype=float)

    expected = stats.mannwhitneyu(y, x, method="asymptotic").pvalue

    assert mann_whitney(x, y) == pytest.approx(expected, rel=1e-9)


@given(numbers, numbers)
def test_the_shift_is_the_median_of_all_differences(x, y):
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)

    shift = hodges_lehmann(x, y, alpha=0.05)

    assert shift.estimate == np.median(np.subtract.outer(y, x))
    assert shift.low <= shift.estimate <= shift.high


def test_many_differences_are_selected_without_making_them_all():
    generator = np.random.default_rng(5)
    x = generator.integers(0, 400, 1200).astype(float)
    y = generator.integers(3, 400, 1100).astype(float)

    shift = hodges_lehmann(x, y, alpha=0.02)

    differences = np.sort(np.subtract.outer(y, x).ravel())
    assert shift.estimate == np.median(differences)
    assert {shift.low, shift.high} <= set(differences)
    assert np.searchsorted(differences, shift.low) < differences.size / 2


@given(numbers, numbers, st.integers(-9, 9))
def test_a_shifted_experiment_has_a_shifted_interval(x, y, by):
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)

    before, after = hodges_lehmann(x, y, alpha=0.1), hodges_lehmann(x, y + by, alpha=0.1)

    assert after.low == before.low + by
    assert after.high == before.high + by


def test_five_a_side_are_the_fewest_that_decide_at_98_percent():
    x = np.arange(5.0)

    assert smallest_decidable(0.02) == 5
    assert hodges_lehmann(x[:4], x[:4] + 99.0, alpha=0.02).low == -math.inf
    assert hodges_lehmann(x, x + 99.0, alpha=0.02).low == 95.0


@pytest.mark.parametrize(("m", "n", "wider"), [(40, 40, 1.0), (8, 8, 1.0), (200, 20, 5.0)])
def test_the_interval_misses_no_more_often_than_told_even_where_spreads_differ(m, n, wider):
    generator = np.random.default_rng(31)
    missed, runs = 0, 800
    for _ in range(runs):
        shift = hodges_lehmann(generator.normal(size=m), wider * generator.normal(size=n), 0.02)
        missed += not shift.low <= 0.0 <= shift.high

    assert missed <= stats.binom.ppf(0.999, runs, 0.025)


def test_forty_thousand_values_a_side_are_judged_from_their_order_statistics():
    generator = np.random.default_rng(8)
    x, y = generator.exponential(size=40_000), generator.exponential(size=40_000) + 0.05

    shift = hodges_lehmann(x, y, alpha=0.02)

    assert shift.low < 0.05 < shift.high
    assert shift.high - shift.low < 0.03
