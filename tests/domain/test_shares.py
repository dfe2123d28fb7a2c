"""The interval of a share is Clopper and Pearson's, whatever the counts."""

from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from shared.domain.shares import at_most, share_interval, trials_needed

COUNTS = st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts=COUNTS, confidence=st.sampled_from([0.9, 0.99, 0.9999]))
def test_it_is_the_exact_interval(counts, confidence):
    successes, trials = counts
    expected = binomtest(successes, trials).proportion_ci(confidence, method="exact")

    assert share_interval(successes, trials, confidence) == pytest.approx(
        tuple(expected), rel=1e-6, abs=1e-9
    )


@given(counts=COUNTS, share=st.floats(0.001, 0.999))
def test_a_tail_is_the_binomials(counts, share):
    successes, trials = counts

    assert at_most(successes, trials, share) == pytest.approx(
        binom.cdf(successes, trials, share), rel=1e-6, abs=1e-9
    )


def test_millions_of_requests_are_counted_as_well():
    low, high = share_interval(1_000_000, 10_000_000, 0.999)

    assert (low, high) == pytest.approx((0.0996879, 0.1003127), abs=1e-6)


def test_nothing_counted_says_nothing():
    assert share_interval(0, 0, 0.99) == (0.0, 1.0)


def test_more_successes_than_trials_are_refused():
    with pytest.raises(ValueError, match="2 of 1 is no share"):
        share_interval(2, 1, 0.9)


@given(share=st.floats(0.0, 0.5), limit=st.floats(0.55, 0.9))
def test_twice_as_many_trials_as_are_said_to_be_needed_tell_a_share_from_its_limit(share, limit):
    enough = 2 * trials_needed(share, limit, 0.99)

    assert share_interval(round(share * enough), enough, 0.99)[1] < limit


@pytest.mark.parametrize(("share", "limit"), [(0.01, 0.02), (0.3, 0.25), (0.0, 0.05), (1.0, 0.9)])
def test_far_fewer_trials_than_are_said_to_be_needed_do_not(share, limit):
    few = trials_needed(share, limit, 0.99) // 2

    low, high = share_interval(round(share * few), few, 0.99)
    assert low < limit < high


def test_a_share_at_its_limit_is_never_told_apart():
    assert trials_needed(0.1, 0.1, 0.99) == 10_000_000


def test_where_the_fraction_converges_slowly_it_stops_all_the_same():
    """The interval never asks for such a place; nobody waits for one that does."""
    from shared.domain.shares import _continued_fraction

    assert isfinite(_continued_fraction(1.0 - 1e-9, 1.5, 1.5))
