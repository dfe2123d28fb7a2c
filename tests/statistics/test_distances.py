"""Distances from profiles agree with those of the raw rows, and their intervals hold the truth."""

import inspect
import math
import warnings
from itertools import product

import numpy as np
import pytest
from scipy import stats
from scipy.spatial import distance as scipy_distance

from shared.profiles import baseline, window
from shared.statistics import compare
from shared.statistics.distances.registry import DISTANCES

SHAPES = {
    "normal": lambda random, n, shift: random.normal(shift, 1.0, n),
    "skewed": lambda random, n, shift: np.exp(random.normal(shift, 1.0, n)),
    "whole numbers": lambda random, n, shift: np.floor(random.normal(10 * shift, 10.0, n)),
    "few values": lambda random, n, shift: random.binomial(3, 0.3 + 0.1 * shift, n).astype(float),
}
RAW = {
    "kolmogorov_smirnov": lambda x, y: stats.ks_2samp(x, y, method="asymp").statistic,
    "cramer_von_mises": lambda x, y: (
        stats.cramervonmises_2samp(x, y, method="asymptotic").statistic
    ),
    "wasserstein": stats.wasserstein_distance,
}


def looked_at(before, after):
    base = baseline({"x": before})
    [column] = compare(base, window({"x": after}, base)).columns
    return column


@pytest.mark.parametrize(
    ("shape", "name"),
    [pair for pair in product(SHAPES, RAW) if pair != ("few values", "cramer_von_mises")],
)
@pytest.mark.parametrize("shift", [0.0, 0.4])
def test_a_distance_of_ordered_values_is_within_its_stated_error_of_scipys(shape, shift, name):
    """Not Cramér–von Mises of a few values: scipy's is above 100 there without any change."""
    random = np.random.default_rng(7)
    before, after = SHAPES[shape](random, 4_000, 0.0), SHAPES[shape](random, 1_000, shift)

    found = looked_at(before, after).distances[name]
    raw = RAW[name](before, after)

    assert abs(found.estimate - raw) <= found.binning_error * (1 + 1e-9) + 1e-9 * abs(raw)


@pytest.mark.parametrize("shift", [0.0, 0.1])
def test_anderson_darling_on_few_values_is_scipys(shift):
    """Where every value has a bin of its own nothing is lost by binning."""
    random = np.random.default_rng(8)
    before, after = (SHAPES["few values"](random, 2_000, each) for each in (0.0, shift))
    named = "variant" in inspect.signature(stats.anderson_ksamp).parameters
    midrank = {"variant": "midrank"} if named else {"midrank": True}

    found = looked_at(before, after).distances["anderson_darling"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # scipy's p-value is floored or capped
        raw = stats.anderson_ksamp([before, after], **midrank)

    assert found.estimate == pytest.approx(raw.statistic, rel=0.02, abs=0.02)


def test_counted_distances_equal_scipys_on_the_same_cells():
    random = np.random.default_rng(9)
    values = np.array(["a", "b", "c", "d"])
    before = values[random.choice(4, 5_000, p=[0.4, 0.3, 0.2, 0.1])].tolist()
    after = values[random.choice(4, 800, p=[0.3, 0.3, 0.25, 0.15])].tolist()
    counts = np.array([[side.count(value) for value in values] for side in (before, after)])
    p, q = counts[0] / counts[0].sum(), counts[1] / counts[1].sum()

    found = looked_at(before, after).distances

    table = stats.chi2_contingency(counts, correction=False)
    likelihood = stats.chi2_contingency(counts, correction=False, lambda_="log-likelihood")
    assert found["chi_squared"].estimate == pytest.approx(table.statistic)
    assert found["chi_squared"].p_value == pytest.approx(table.pvalue)
    assert found["g_test"].estimate == pytest.approx(likelihood.statistic)
    assert found["g_test"].p_value == pytest.approx(likelihood.pvalue)
    divergence = scipy_distance.jensenshannon(p, q, base=2)
    assert found["jensen_shannon"].estimate == pytest.approx(divergence, rel=0.02)
    hellinger = math.sqrt(((np.sqrt(p) - np.sqrt(q)) ** 2).sum() / 2)
    assert found["hellinger"].estimate == pytest.approx(hellinger, rel=0.02)
    assert found["total_variation"].estimate == pytest.approx(np.abs(p - q).sum() / 2)
    assert found["l_infinity"].estimate == pytest.approx(np.abs(p - q).max())


def test_the_normed_wasserstein_is_in_deviations_of_the_baseline():
    random = np.random.default_rng(10)
    before, after = random.normal(50, 20.0, 20_000), random.normal(70, 20.0, 20_000)

    found = looked_at(before, after).distances["wasserstein_normed"]

    assert found.low < 1.0 < found.high or found.estimate == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize(
    ("name", "truth"),
    [
        ("total_variation", 0.1),
        ("l_infinity", 0.1),
        ("hellinger", math.sqrt(1 - math.sqrt(0.5 * 0.4) - math.sqrt(0.5 * 0.6))),
        ("psi", (0.4 - 0.5) * math.log(0.4 / 0.5) + (0.6 - 0.5) * math.log(0.6 / 0.5)),
    ],
)
def test_the_interval_holds_the_true_value_about_as_often_as_it_says(name, truth):
    """100 draws at 95 %: fewer than 88 holds has odds of 1 in 200."""
    random = np.random.default_rng(11)
    held = 0
    base = baseline({"x": random.permutation(["a", "b"] * 20_000).tolist()})
    for _ in range(100):
        drawn = np.where(random.random(600) < 0.4, "a", "b").tolist()
        [column] = compare(base, window({"x": drawn}, base)).columns
        found = column.distances[name]
        held += found.low <= truth <= found.high

    assert held >= 88


@pytest.mark.parametrize("shape", SHAPES)
def test_every_distance_of_equal_rows_is_next_to_nothing_and_has_an_interval_from_it(shape):
    random = np.random.default_rng(12)
    values = SHAPES[shape](random, 3_000, 0.0)

    for name, found in looked_at(values, values).distances.items():
        assert found.low <= max(found.estimate, 0.0) + 1e-9, name
        assert found.p_value is None or found.p_value > 0.5, name


def test_a_p_value_without_a_change_is_spread_evenly():
    """Of 200 windows without a change about a twentieth is below 0.05."""
    random = np.random.default_rng(13)
    base = baseline({"x": random.normal(size=50_000)})
    below = dict.fromkeys(("kolmogorov_smirnov", "cramer_von_mises", "chi_squared"), 0)
    for _ in range(200):
        [column] = compare(base, window({"x": random.normal(size=400)}, base)).columns
        for name in below:
            below[name] += column.distances[name].p_value < 0.05

    assert all(1 <= count <= 22 for count in below.values()), below


def test_every_distance_says_what_it_was_computed_on():
    column = looked_at(np.arange(500.0), np.arange(100.0))

    assert set(column.distances) == {n for n, kind in DISTANCES.items() if kind}
    assert all(found.bins for found in column.distances.values())
