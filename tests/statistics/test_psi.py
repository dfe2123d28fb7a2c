"""The population stability index knows how few rows it rests on."""

import math

import numpy as np
import pytest
from scipy import stats

from shared.domain.verdict import Verdict
from shared.statistics.distances.psi import judge_psi, population_stability_index, psi_interval

TENTHS = [2000] * 10


def draws(n, probabilities, repeats, seed):
    return np.random.default_rng(seed).multinomial(n, probabilities, size=repeats)


def test_equal_shares_have_an_index_of_zero():
    assert population_stability_index([10, 20, 30], [10, 20, 30]) == pytest.approx(0, abs=1e-12)


def test_the_index_is_the_sum_over_the_cells_of_the_textbook():
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.3, 0.3])
    expected = float(np.sum((q - p) * np.log(q / p)))

    assert population_stability_index(p * 1e9, q * 1e9) == pytest.approx(expected, rel=1e-6)


def test_an_empty_cell_keeps_the_index_finite():
    assert math.isfinite(population_stability_index([0, 100], [100, 0]))


@pytest.mark.parametrize("statistic", [9.0, 25.0, 40.0, 900.0, 4900.0])
def test_both_ends_of_the_interval_invert_the_distribution_function(statistic):
    scale = 1 / 500 + 1 / 20_000

    low, high = psi_interval(statistic * scale, cells=10, n=500, m=20_000)

    if low > 0:
        assert stats.ncx2.cdf(statistic, 9, low / scale) == pytest.approx(0.975, abs=1e-6)
    if high > 0:
        assert stats.ncx2.cdf(statistic, 9, high / scale) == pytest.approx(0.025, abs=1e-6)


def test_far_out_the_interval_goes_on_without_a_step():
    before, after = (psi_interval(x / 1000, cells=10, n=2000, m=2000) for x in (4999, 5001))

    assert before == pytest.approx(after, rel=2e-3)


def test_without_drift_a_small_window_rarely_fails_where_the_plain_rule_often_does():
    """At 100 rows and a limit of 0.1 the bare comparison fires on about a third of windows."""
    windows = draws(100, [0.1] * 10, 2000, seed=1)
    judged = [judge_psi(TENTHS, window, limit=0.1) for window in windows]

    plain = np.mean([distance.estimate > 0.1 for distance in judged])
    ours = np.mean([distance.verdict is Verdict.FAIL for distance in judged])

    assert plain > 0.2
    assert ours < 0.005


@pytest.mark.parametrize(("n", "shift"), [(200, 0.0), (1000, 0.2), (5000, 0.5)])
def test_the_interval_holds_the_true_value_as_often_as_it_promises(n, shift):
    edges = stats.norm.ppf(np.linspace(0, 1, 11))
    shares = np.diff(stats.norm.cdf(edges - shift))
    truth = float(np.sum((shares - 0.1) * np.log(shares / 0.1)))
    windows = draws(n, shares, 1000, seed=n)
    bases = draws(20_000, [0.1] * 10, 1000, seed=n + 1)

    held = [
        (d := judge_psi(base, window)).low - 1e-12 <= truth <= d.high
        for base, window in zip(bases, windows, strict=True)
    ]

    assert 0.93 <= np.mean(held) <= 0.99


def test_a_large_drift_fails_and_the_same_rows_pass():
    assert judge_psi(TENTHS, [500, 10, 10, 10, 10, 10, 10, 10, 10, 10]).verdict is Verdict.FAIL
    assert judge_psi(TENTHS, [500] * 10).verdict is Verdict.PASS


def test_when_undecided_it_says_how_many_rows_would_decide_and_they_do():
    window = np.array([18, 14, 11, 10, 10, 10, 8, 8, 6, 5])
    undecided = judge_psi(TENTHS, window, limit=0.06)
    assert undecided.verdict is Verdict.INCONCLUSIVE

    assert undecided.n_needed > 100
    factor = math.ceil(undecided.n_needed / 100)
    assert judge_psi(TENTHS, window * factor, limit=0.06).verdict is not Verdict.INCONCLUSIVE


def test_no_rows_are_inconclusive():
    assert judge_psi(TENTHS, [0] * 10).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("n", [1, 10, 100])
def test_few_rows_in_the_one_cell_of_a_constant_column_prove_nothing(n):
    undecided = judge_psi([20_000, 0], [n, 0])

    assert undecided.verdict is Verdict.INCONCLUSIVE
    assert undecided.n_needed > n
    assert judge_psi([20_000, 0], [undecided.n_needed, 0]).verdict is Verdict.PASS
    assert judge_psi([20_000, 0], [undecided.n_needed - 1, 0]).verdict is Verdict.INCONCLUSIVE


def test_ten_rows_that_fall_one_into_each_cell_prove_nothing():
    """Samples that are alike by luck are no better than samples that are as alike as usual."""
    by_luck = judge_psi(TENTHS, [1] * 10)

    assert by_luck.verdict is Verdict.INCONCLUSIVE
    assert by_luck.high == pytest.approx(psi_interval(9 * 0.1005, 10, 10, 20_000)[1], rel=0.01)


def test_rows_that_weigh_a_quarter_are_judged_as_a_quarter_of_them():
    plain = judge_psi([5_000] * 2, [60, 40])
    inflated = judge_psi([20_000] * 2, [240, 160], inflation=4.0)

    assert inflated.low == pytest.approx(plain.low, abs=2e-3)
    assert inflated.high == pytest.approx(plain.high, rel=0.02)


def test_cells_that_are_empty_on_both_sides_change_nothing():
    assert judge_psi([5, 5, 0], [7, 3, 0]) == judge_psi([5, 5], [7, 3])
