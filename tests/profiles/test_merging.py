"""Profiles of one baseline add up: in any order, any grouping, to the whole."""

import json
import math
from fractions import Fraction
from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import InvalidData
from shared.profiles import baseline, window
from shared.statistics import Profile

NUMBERS = st.one_of(
    st.none(), st.floats(-100, 100), st.sampled_from([float("nan"), float("inf"), -float("inf")])
)
WORDS = st.one_of(st.none(), st.sampled_from(["red", "green", "blue", "new", "other"]))
ROWS = st.lists(st.tuples(NUMBERS, WORDS, st.none() | st.booleans()), max_size=30)
BASE = baseline(
    {
        "size": np.random.default_rng(1).normal(0, 20, 500),
        "colour": ["red", "green", "blue", "green"] * 125,
        "flag": [True, False, None, True] * 125,
    }
)


def profile(rows):
    import pyarrow as pa

    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    types = {"size": pa.float64(), "colour": pa.string(), "flag": pa.bool_()}
    arrays = {
        name: pa.array(list(values), type=kind, from_pandas=False)
        for (name, kind), values in zip(types.items(), columns, strict=True)
    }
    return window(pa.table(arrays), BASE)


def counts(one):
    """Everything of a profile that must be exact."""
    plain = one.to_json()
    for column in plain["columns"].values():
        column.pop("shifted_sum", None)
        column.pop("shifted_squares", None)
    return plain


@settings(max_examples=60)
@given(first=ROWS, second=ROWS)
def test_merging_is_commutative(first, second):
    assert (profile(first) + profile(second)).to_json() == (
        profile(second) + profile(first)
    ).to_json()


@settings(max_examples=40)
@given(first=ROWS, second=ROWS, third=ROWS)
def test_merging_is_associative_in_every_count(first, second, third):
    a, b, c = profile(first), profile(second), profile(third)

    assert counts((a + b) + c) == counts(a + (b + c))


@settings(max_examples=40)
@given(parts=st.lists(ROWS, min_size=1, max_size=4))
def test_the_parts_merged_are_the_whole(parts):
    merged = reduce(add, [profile(part) for part in parts])
    whole = profile([row for part in parts for row in part])

    assert counts(merged) == counts(whole)
    for name in ("size",):
        assert merged.columns[name].shifted_sum == pytest.approx(
            whole.columns[name].shifted_sum, rel=1e-9, abs=1e-6
        )
        assert merged.columns[name].shifted_squares == pytest.approx(
            whole.columns[name].shifted_squares, rel=1e-9, abs=1e-6
        )


@settings(max_examples=40)
@given(rows=ROWS, seed=st.integers(0, 1000))
def test_the_order_of_rows_is_irrelevant(rows, seed):
    shuffled = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]

    assert counts(profile(rows)) == counts(profile(shuffled))


@settings(max_examples=40)
@given(rows=ROWS)
def test_the_round_trip_through_json_is_exact(rows):
    one = profile(rows)

    again = Profile.from_json(json.loads(json.dumps(one.to_json())))

    assert again.to_json() == one.to_json()
    assert again.hash == one.hash


def test_profiles_of_different_baselines_are_refused():
    other = baseline({"size": [float(n) for n in range(100)]})

    with pytest.raises(InvalidData, match="different baselines cannot be merged"):
        profile([]) + window({"size": [1.0]}, other)


def test_a_profile_of_another_schema_version_is_refused():
    with pytest.raises(InvalidData, match="schema version 99, known is 1"):
        Profile.from_json({**BASE.to_json(), "version": 99})


def test_every_row_is_in_one_cell():
    rows = [(1.0, "red", True), (None, None, None), (float("nan"), "new", False)]

    one = profile(rows)

    assert {name: column.n for name, column in one.columns.items()} == dict.fromkeys(
        BASE.columns, 3
    )
    assert one.columns["colour"].examples == ("new",)


def test_mean_and_variance_come_from_the_sums():
    generator = np.random.default_rng(2)
    values = generator.normal(1e6, 1.0, 1000)
    base = baseline({"size": values})

    column = base.columns["size"]

    assert column.mean == pytest.approx(values.mean(), rel=1e-12)
    assert column.variance == pytest.approx(values.var(), rel=1e-6)


@settings(max_examples=40)
@given(
    values=st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=200),
    cuts=st.lists(st.integers(0, 200), max_size=4),
)
def test_merged_sums_stay_within_the_stated_bound(values, cuts):
    shift = BASE.columns["size"].shift
    parts = np.split(np.asarray(values), sorted(cuts))

    merged = reduce(add, [window({"size": part}, BASE) for part in parts]).columns["size"]

    terms = [Fraction(value) - Fraction(shift) for value in values]
    bound = (len(parts) + math.log2(len(values)) + 20) * 2.0**-53
    assert abs(merged.shifted_sum - sum(terms)) <= bound * sum(abs(term) for term in terms)
    squares = sum(term * term for term in terms)
    assert abs(merged.shifted_squares - squares) <= bound * squares
