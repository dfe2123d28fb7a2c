"""The test of spread against scipy, and what rows that hang together tell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shared.statistics.canary.dependence import design_effect, dispersion
from shared.statistics.canary.spread import brown_forsythe, spread_ratio


def chained(generator, n, alike):
    noise = generator.normal(size=n) * np.sqrt(1.0 - alike**2)
    values = [generator.normal()]
    for step in noise[1:]:
        values.append(alike * values[-1] + step)
    return np.asarray(values)


@given(
    st.lists(st.integers(-99, 99), min_size=3, max_size=30),
    st.lists(st.integers(-99, 99), min_size=3, max_size=30),
)
def test_the_p_value_of_equal_spread_is_that_of_scipy(x, y):
    x, y = np.asarray([*x, 0.0, 7.0]), np.asarray([*y, 1.0, 3.0])

    expected = stats.levene(x, y, center="median").pvalue

    assert brown_forsythe(x, y) == pytest.approx(expected, rel=1e-9)


def test_constant_samples_have_no_test_and_an_even_ratio():
    ratio = spread_ratio(np.ones(30), np.full(30, 4.0), 0.02)

    assert ratio.p_value is None
    assert (ratio.estimate, ratio.low, ratio.high) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("shape", ["normal", "exponential", "student"])
def test_the_interval_of_spread_holds_for_skewed_and_heavy_tailed_values(shape):
    generator = np.random.default_rng(4)
    draw = {
        "normal": lambda: generator.normal(size=100),
        "exponential": lambda: generator.exponential(size=100),
        "student": lambda: generator.standard_t(4, size=100),
    }[shape]
    runs = 600
    ratios = [spread_ratio(draw(), 2.0 * draw(), 0.05) for _ in range(runs)]
    missed = sum(not ratio.low <= 2.0 <= ratio.high for ratio in ratios)

    assert missed <= stats.binom.ppf(0.999, runs, 0.06)


def test_independent_rows_count_whole_and_neighbours_alike_do_not():
    generator = np.random.default_rng(9)
    independent = [design_effect(generator.exponential(size=200)) for _ in range(300)]
    alike = [design_effect(chained(generator, 400, 0.6)) for _ in range(50)]

    assert np.mean(np.asarray(independent) > 1.0) <= 0.09
    assert np.median(alike) == pytest.approx(4.0, rel=0.15)


def test_a_constant_series_hangs_together_no_more_than_any():
    assert design_effect(np.ones(500)) == 1.0


@pytest.mark.parametrize("rate", [0.05, 1.0, 40.0])
def test_independent_events_are_rarely_taken_for_bursts(rate):
    generator = np.random.default_rng(10)
    exposures = np.ones(150)
    found = [
        dispersion(generator.poisson(rate, 150).astype(float), exposures, proportion=False)
        for _ in range(400)
    ]

    assert np.mean(np.asarray(found) > 1.0) <= 0.1


def test_bursts_are_counted_once():
    generator = np.random.default_rng(11)
    counts = 8.0 * generator.poisson(0.5, 300)

    assert dispersion(counts, np.ones(300), proportion=False) == pytest.approx(8.0, rel=0.3)


def test_single_trials_have_no_bursts():
    events = np.random.default_rng(12).random(500) < 0.3

    assert dispersion(events.astype(float), np.ones(500), proportion=True) == 1.0
