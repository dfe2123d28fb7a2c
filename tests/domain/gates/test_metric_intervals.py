"""Intervals of metrics are those of the literature, and hold what they promise."""

import math

import pytest
from scipy import stats

from shared.domain.decisions.gates.measured.intervals import (
    auc_error,
    auc_interval,
    difference_interval,
    normal_interval,
    proportion_interval,
    quantile,
    times_needed,
)
from shared.statistics.performance.intervals import wilson
from shared.statistics.performance.ranking import Area, area_interval

Z = quantile(0.95)

NEWCOMBE = {
    (56, 70, 48, 80): (0.0524, 0.3339),
    (9, 10, 3, 10): (0.1705, 0.8090),
    (6, 7, 2, 7): (0.0582, 0.8062),
    (5, 56, 0, 29): (-0.0381, 0.1926),
    (0, 10, 0, 20): (-0.1611, 0.2775),
    (0, 10, 0, 10): (-0.2775, 0.2775),
    (10, 10, 0, 20): (0.6791, 1.0),
    (10, 10, 0, 10): (0.6075, 1.0),
}
"""Table II of Newcombe, Statistics in Medicine 17 (1998), method 10."""


def of_shares(one, n, other, m, z=Z):
    return difference_interval(
        one / n, proportion_interval(one / n, n, z), other / m, proportion_interval(other / m, m, z)
    )


@pytest.mark.parametrize(("counts", "ends"), NEWCOMBE.items())
def test_the_difference_of_two_shares_is_newcombes(counts, ends):
    assert of_shares(*counts) == pytest.approx(ends, abs=5.1e-5)


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (3, 7), (8, 10), (960, 1000), (10, 10)])
def test_the_interval_of_a_share_is_wilsons(hits, n):
    found = stats.binomtest(hits, n).proportion_ci(0.95, method="wilson")

    assert proportion_interval(hits / n, n, Z) == pytest.approx((found.low, found.high))
    assert proportion_interval(hits / n, n, Z) == pytest.approx(wilson(hits, n))


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999, 1 - 1e-6])
def test_the_quantile_is_that_of_the_normal_distribution(confidence):
    assert quantile(confidence) == pytest.approx(stats.norm.ppf(0.5 + confidence / 2))


def test_the_error_of_an_area_is_that_of_hanley_and_mcneil():
    """Their example: an area of 0.893 with 51 abnormal and 58 normal cases."""
    assert auc_error(0.893, 51, 58) == pytest.approx(0.0325, abs=5e-5)
    assert auc_error(0.5, 30, 40) == pytest.approx(
        math.sqrt((0.25 + 29 * (1 / 3 - 0.25) + 39 * (1 / 3 - 0.25)) / 1200)
    )


@pytest.mark.parametrize(("area", "n"), [(0.9, 100), (0.5, 30), (1.0, 5), (0.0, 8), (0.73, 2000)])
def test_an_interval_of_an_area_with_equal_classes_is_newcombes(area, n):
    """With as many of each class his method 5 and this one are the same."""
    exact = Area(area=area, least=area, most=area, deviation=0.0)

    assert auc_interval(area, n, n, Z) == pytest.approx(area_interval(exact, n, n), abs=1e-9)


def test_with_many_rows_an_area_lies_within_its_normal_interval():
    low, high = auc_interval(0.8, 20_000, 30_000, Z)
    error = auc_error(0.8, 20_000, 30_000)

    assert (low, high) == pytest.approx(normal_interval(0.8, error, Z), abs=1e-4)


def test_a_perfect_ranking_of_few_rows_stays_unsure():
    low, high = auc_interval(1.0, 5, 5, Z)

    assert (round(low, 3), high) == (0.643, 1.0)


def test_a_weight_shifts_and_stretches_the_second_value():
    """With normal intervals it is the textbook formula, of either sign."""
    one, other = normal_interval(0.9, 0.03, Z), normal_interval(0.8, 0.04, Z)
    for weight in (1.0, 0.95, 1.05, -0.5, 0.0):
        half = Z * math.hypot(0.03, weight * 0.04)
        middle = 0.9 - weight * 0.8
        assert difference_interval(0.9, one, 0.8, other, weight) == pytest.approx(
            (middle - half, middle + half)
        )


def test_a_negative_weight_turns_a_lopsided_interval_round():
    assert difference_interval(0.5, (0.5, 0.5), 0.9, (0.7, 0.95), -1.0) == pytest.approx(
        (1.2, 1.45)
    )


def test_so_many_times_the_rows_decide_or_none_does():
    assert times_needed(lambda times: times >= 17.0) == pytest.approx(17.0)
    assert times_needed(lambda _: False) is None


@pytest.mark.parametrize(("p", "n", "q", "m"), [(0.9, 200, 0.88, 150), (0.97, 400, 0.97, 400)])
def test_the_difference_of_shares_holds_what_it_promises(p, n, q, m):
    """Every outcome by its probability, so that nothing is left to chance."""
    covered = 0.0
    ours = stats.binom.pmf(range(n + 1), n, p)
    theirs = stats.binom.pmf(range(m + 1), m, q)
    for i in range(n + 1):
        if ours[i] < 1e-5:
            continue
        for j in range(m + 1):
            if theirs[j] >= 1e-5:
                low, high = of_shares(i, n, j, m)
                covered += ours[i] * theirs[j] * (low <= p - q <= high)

    assert 0.94 <= covered <= 0.97
