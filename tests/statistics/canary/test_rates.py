"""Exact tests and intervals of shares and rates, against scipy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shared.statistics.canary.rates import (
    clopper_pearson,
    conditional_binomial,
    difference,
    fisher,
    poisson_interval,
    rate_ratio,
    share_ratio,
)

table = st.tuples(st.integers(1, 60), st.integers(1, 60)).flatmap(
    lambda trials: st.tuples(
        st.integers(0, trials[0]), st.just(trials[0]), st.integers(0, trials[1]), st.just(trials[1])
    )
)


@given(table)
def test_fishers_p_value_is_that_of_scipy(counts):
    a, n, b, m = counts

    expected = stats.fisher_exact([[a, n - a], [b, m - b]]).pvalue

    assert fisher(a, n, b, m) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.1, 10.0))
def test_the_p_value_of_two_rates_is_the_binomial_test_of_scipy(a, b, exposure):
    if a + b == 0:
        assert conditional_binomial(a, exposure, b, 1.0) == 1.0
        return
    expected = stats.binomtest(a, a + b, exposure / (exposure + 1.0)).pvalue

    assert conditional_binomial(a, exposure, b, 1.0) == pytest.approx(expected, rel=1e-6)


@given(table)
def test_clopper_and_pearsons_interval_is_that_of_scipy(counts):
    a, n, _, _ = counts

    expected = stats.binomtest(a, n).proportion_ci(0.98, method="exact")

    assert clopper_pearson(a, n, 0.02) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_garwoods_interval_is_made_of_quantiles_of_chi_squared():
    low, high = poisson_interval(7, 2.0, 0.02)

    assert low == pytest.approx(stats.chi2.ppf(0.01, 14) / 4.0)
    assert high == pytest.approx(stats.chi2.ppf(0.99, 16) / 4.0)


def test_hundreds_of_thousands_of_events_are_tested_exactly():
    assert fisher(400_000, 9e6, 400_000, 9e6) == pytest.approx(1.0, abs=1e-3)
    assert conditional_binomial(403_000, 1.0, 400_000, 1.0) == pytest.approx(
        2.0 * stats.norm.sf(2_999 / math.sqrt(803_000)), rel=1e-3
    )


def test_no_event_on_either_side_bounds_no_ratio():
    assert rate_ratio(0, 100.0, 0, 100.0, 0.05) == (0.0, math.inf)
    assert share_ratio(0, 100, 0, 100, 0.05)[1] == math.inf


def test_one_event_more_never_lowers_the_ratio():
    ends = [rate_ratio(events, 500.0, 4, 500.0, 0.02) for events in range(30)]

    assert ends == sorted(ends)


@pytest.mark.parametrize(
    ("share", "control", "interval"),
    [
        (0.004, 0.002, lambda a, b, n: rate_ratio(a, n, b, n, 0.05)),
        (0.45, 0.3, lambda a, b, n: share_ratio(a, n, b, n, 0.05)),
    ],
)
def test_the_interval_of_a_ratio_holds_it_as_often_as_told(share, control, interval):
    generator = np.random.default_rng(77)
    runs, trials = 1500, 1000
    counts = zip(
        generator.binomial(trials, share, runs),
        generator.binomial(trials, control, runs),
        strict=True,
    )
    ends = [interval(float(a), float(b), trials) for a, b in counts]
    missed = sum(not low <= share / control <= high for low, high in ends)

    assert missed <= stats.binom.ppf(0.999, runs, 0.055)


@pytest.mark.parametrize(("share", "control"), [(0.003, 0.001), (0.2, 0.15)])
def test_the_interval_of_a_difference_holds_it_as_often_as_told(share, control):
    generator = np.random.default_rng(78)
    runs, n = 1000, 1000
    missed = 0
    for a, b in zip(
        generator.binomial(n, share, runs), generator.binomial(n, control, runs), strict=True
    ):
        low, high = difference(
            a / n, clopper_pearson(a, n, 0.05), b / n, clopper_pearson(b, n, 0.05)
        )
        missed += not low <= share - control <= high

    assert missed <= stats.binom.ppf(0.999, runs, 0.055)


def test_more_events_than_memory_holds_are_judged_at_once():
    assert fisher(10**15, 1e16, 10**15 + 10**8, 1e16) == pytest.approx(0.0184, abs=2e-3)
    assert conditional_binomial(10**16, 1.0, 0, 1.0) == 0.0
    assert conditional_binomial(5 * 10**15, 1.0, 5 * 10**15, 1.0) == pytest.approx(1.0)


def test_where_the_normal_distribution_takes_over_the_p_value_goes_on():
    exact = conditional_binomial(500_700, 1.0, 499_300, 1.0)
    normal = conditional_binomial(500_701, 1.0, 499_301, 1.0)

    assert normal == pytest.approx(exact, rel=1e-3)
    assert fisher(500_700, 9e6, 499_300, 9e6) == pytest.approx(
        fisher(500_701, 9e6, 499_301, 9e6), rel=5e-3
    )
