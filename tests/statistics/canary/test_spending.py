"""Looking often at a growing canary spends the error once."""

import numpy as np
import pytest
from scipy import stats

from shared.errors import InvalidData
from shared.statistics import judge
from shared.statistics.canary.spending import look_fractions, nominal_alpha, spent


@pytest.mark.parametrize("looks", [2, 5, 20])
def test_all_looks_together_spend_the_error_and_no_more(looks):
    """The chance that Brownian motion crosses any look's bound is alpha."""
    fractions = look_fractions(looks, looks, None)
    bounds = [
        stats.norm.isf(nominal_alpha(0.05, fractions[: look + 1]) / 2.0) for look in range(looks)
    ]
    steps = np.random.default_rng(3).normal(size=(40_000, looks)) * np.sqrt(1.0 / looks)
    walks = np.abs(steps.cumsum(axis=1)) / np.sqrt(fractions)

    crossed = (walks > bounds).any(axis=1).mean()

    assert crossed == pytest.approx(0.05, abs=0.0035)


def test_every_look_is_stricter_than_a_single_one():
    levels = [nominal_alpha(0.02, look_fractions(look, 6, None)) for look in range(1, 7)]

    assert levels == sorted(levels)
    assert 0.5 * 0.02 < levels[-1] < 0.02
    assert levels[0] == pytest.approx(spent(0.02, 1 / 6))


def test_unevenly_spaced_looks_spend_by_how_much_data_there_is():
    late = nominal_alpha(0.02, look_fractions(2, 3, [0.1, 0.9]))

    assert late > nominal_alpha(0.02, look_fractions(2, 3, [0.1, 0.3]))


@pytest.mark.parametrize(
    ("look", "looks", "fractions"),
    [
        (0, 3, None),
        (4, 3, None),
        (1, 101, None),
        (2, 3, [0.5]),
        (2, 3, [0.5, 0.4]),
        (2, 3, [0.5, 0.501]),
        (1, 3, [1.2]),
        (1, 3, [float("nan")]),
    ],
)
def test_looks_that_cannot_be_are_refused(look, looks, fractions):
    with pytest.raises(InvalidData, match=r"look|fractions"):
        judge({"x": [1.0]}, {"x": [1.0]}, look=look, looks=looks, fractions=fractions)


def test_the_first_of_a_hundred_looks_still_answers():
    result = judge({"x": np.ones(30)}, {"x": np.ones(30)}, look=1, looks=100)

    assert result.metrics[0].verdict == "pass"


def test_a_disaster_stops_at_the_first_of_ten_looks():
    control = {"latency": np.linspace(90.0, 110.0, 12)}
    experiment = {"latency": np.linspace(290.0, 310.0, 12)}

    assert judge(control, experiment, look=1, looks=10).verdict == "fail"
