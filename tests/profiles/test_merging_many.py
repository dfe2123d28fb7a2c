"""Many profiles merged at once are what folding them gives, in any order and any grouping."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import InvalidData
from shared.profiles import baseline, window
from shared.statistics import Profile
from shared.statistics.profile import (
    LARGEST,
    CategoricalColumn,
    NumericColumn,
    exact_sum,
    merged,
    part_from_json,
    part_to_json,
)

START = datetime(2026, 11, 1, tzinfo=UTC)
BASE = baseline(
    {
        "size": np.random.default_rng(1).normal(0, 20, 500),
        "colour": ["red", "green", "blue", "green"] * 125,
        "flag": [True, False, None, True] * 125,
        "count": np.arange(500) % 7,
        "seen": ["only one value"] * 500,
    }
)
COLUMNS = {
    "size": st.one_of(st.none(), st.floats(-1e3, 1e3), st.sampled_from([np.inf, -np.inf, np.nan])),
    "colour": st.one_of(st.none(), st.sampled_from(["red", "green", "other", "new", "newer"])),
    "flag": st.none() | st.booleans(),
    "count": st.one_of(st.none(), st.integers(-5, 12)),
    "seen": st.sampled_from(["only one value", "another"]),
    "beside": st.integers(0, 3),
}
TYPES = ("float64", "string", "bool_", "int64", "string", "int64")


@st.composite
def part(draw):
    """A profile of a few rows; a column may be absent or of another type, times may be known."""
    import pyarrow as pa

    rows = draw(st.integers(0, 6))
    arrays = {}
    for (name, values), kind in zip(COLUMNS.items(), TYPES, strict=True):
        held = draw(st.lists(values, min_size=rows, max_size=rows))
        chosen = draw(st.integers(0, 19))
        if chosen == 0:
            continue
        if chosen == 1:
            arrays[name] = pa.array([[1]] * rows)
        else:
            arrays[name] = pa.array(held, type=getattr(pa, kind)(), from_pandas=False)
    start = draw(st.none() | st.integers(0, 48))
    return replace(
        window(pa.table(arrays), BASE),
        start=None if start is None else START + timedelta(hours=start),
        end=None if start is None else START + timedelta(hours=start + 1),
        fingerprint=draw(st.sampled_from(["", f"{1:064x}", f"{(1 << 256) - 1:064x}"])),
        unread=draw(st.integers(0, 3)),
    )


PARTS = st.lists(part(), min_size=1, max_size=6)


def exact(one):
    """Everything of a profile but its sums of doubles."""
    plain = one.to_json()
    for column in plain["columns"].values():
        column.pop("shifted_sum", None)
        column.pop("shifted_squares", None)
    return plain


def assert_equal_but_for_rounding(one, other):
    assert exact(one) == exact(other)
    assert list(one.columns) == list(other.columns)
    for name, column in one.columns.items():
        if isinstance(column, NumericColumn):
            same = other.columns[name]
            assert column.shifted_sum == pytest.approx(same.shifted_sum, rel=1e-12, abs=1e-9)
            assert column.shifted_squares == pytest.approx(same.shifted_squares, rel=1e-12)


@settings(max_examples=80)
@given(parts=PARTS)
def test_merging_at_once_is_folding(parts):
    assert_equal_but_for_rounding(merged(parts), reduce(add, parts))


@settings(max_examples=60)
@given(parts=PARTS, random=st.randoms(use_true_random=False))
def test_the_hash_of_the_whole_is_the_same_whatever_the_order(parts, random):
    other = list(parts)
    random.shuffle(other)

    assert merged(other).hash == merged(iter(parts)).hash


@settings(max_examples=60)
@given(parts=PARTS, at=st.integers(0, 6))
def test_groups_merged_before_are_the_whole_but_for_rounding(parts, at):
    groups = [merged(group) for group in (parts[:at], parts[at:]) if group]

    assert_equal_but_for_rounding(merged(groups), merged(parts))


@settings(max_examples=60)
@given(one=part())
def test_a_part_alone_is_itself(one):
    assert merged([one]).hash == one.hash


@settings(max_examples=80)
@given(one=part())
def test_a_part_without_its_bins_is_read_back_exactly(one):
    again = part_from_json(json.loads(json.dumps(part_to_json(one))), BASE)

    assert again.to_json() == one.to_json()
    assert list(again.columns) == list(one.columns)


def test_merging_leaves_the_parts_as_they_were():
    one = window({"size": [1.0], "colour": ["new"]}, BASE)
    before = one.to_json()

    whole = merged([one, one])

    assert one.to_json() == before
    assert whole.rows == 2
    assert not np.shares_memory(whole.columns["size"].counts, one.columns["size"].counts)


def test_the_sum_of_parts_is_exact_where_folding_loses_digits():
    sums = [1e16, 1.0, -1e16, 1.0]
    empty = window({"size": [0.0], "colour": ["red"]}, BASE)
    parts = [
        replace(
            empty,
            columns={"size": replace(empty.columns["size"], shifted_sum=each, shifted_squares=1.0)},
        )
        for each in sums
    ]

    assert merged(parts).columns["size"].shifted_sum == 2.0
    assert reduce(add, parts).columns["size"].shifted_sum != 2.0


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_sum_beyond_the_largest_double_stops_there(sign):
    huge = replace(BASE.columns["size"], shifted_sum=sign * LARGEST, shifted_squares=LARGEST)
    one = replace(BASE, columns={"size": huge})

    for whole in (merged([one, one, one]), one + one):
        assert whole.columns["size"].shifted_sum == sign * LARGEST
        assert whole.columns["size"].shifted_squares == LARGEST


def test_sums_that_overflow_on_the_way_are_exact_in_any_order():
    assert exact_sum([LARGEST, LARGEST, -LARGEST]) == LARGEST
    assert exact_sum([LARGEST, LARGEST, -LARGEST, -LARGEST, 3.0]) == 3.0
    assert exact_sum([float("inf"), -float("inf"), 3.0]) == 3.0
    assert exact_sum([]) == 0.0


def test_profiles_of_different_baselines_are_not_merged():
    other = baseline({"size": [float(n) for n in range(100)]})

    with pytest.raises(InvalidData, match="different baselines cannot be merged"):
        merged([BASE, BASE, other])


def test_nothing_is_no_profile():
    with pytest.raises(InvalidData, match="no profile to merge; give one or more"):
        merged([])


@pytest.mark.parametrize("name", ["size", "colour"])
def test_a_column_of_two_sorts_under_one_baseline_is_refused(name):
    other = BASE.columns["colour" if name == "size" else "size"]
    odd = replace(BASE, columns={**BASE.columns, name: other})

    with pytest.raises(InvalidData, match="numeric in one profile and categorical in the other"):
        merged([BASE, odd])


def test_counts_of_other_bins_are_refused_even_where_their_sum_fits():
    size, count = BASE.columns["size"], BASE.columns["count"]
    odd = replace(BASE, columns={**BASE.columns, "size": count, "count": size})

    with pytest.raises(InvalidData, match="more bins in one profile"):
        merged([BASE, odd])


def test_examples_of_new_values_are_the_first_five_of_all_parts():
    parts = [window({"colour": [f"new {at}", f"new {9 - at}"]}, BASE) for at in range(4)]

    column = merged(parts).columns["colour"]

    assert isinstance(column, CategoricalColumn)
    assert column.examples == ("new 0", "new 1", "new 2", "new 3", "new 6")
    assert column.unseen == 8


def test_a_part_says_nothing_of_edges_and_values():
    text = json.dumps(part_to_json(window({"size": [1.0], "colour": ["red"]}, BASE)))

    assert "edges" not in text
    assert "only one value" not in text
    assert len(text) < len(json.dumps(BASE.to_json())) / 3


def test_a_part_of_another_baseline_is_refused():
    other = baseline({"size": [float(n) for n in range(100)]})

    with pytest.raises(InvalidData, match="compute it against this one"):
        part_from_json(part_to_json(window({"size": [1.0]}, other)), BASE)


@pytest.mark.parametrize(
    "change",
    [
        {"counts": [1]},
        {"wholes": [1, 2, 3]},
        {"doubles": [0.0] * 100},
        {"columns": ["unknown"]},
        {"columns": None},
        {"start": "yesterday"},
        {"counts": ["many"]},
    ],
)
def test_a_part_that_does_not_fit_is_refused(change):
    plain = part_to_json(window({"size": [1.0], "colour": ["red"]}, BASE))

    with pytest.raises(InvalidData, match="The part cannot be read"):
        part_from_json({**plain, **change}, BASE)


def test_a_part_of_a_later_form_is_refused():
    with pytest.raises(InvalidData, match="has form 2, known is 1"):
        part_from_json({**part_to_json(BASE), "part": 2}, BASE)


def test_a_profile_is_no_part_and_a_part_no_profile():
    with pytest.raises(InvalidData):
        part_from_json(BASE.to_json(), BASE)
    with pytest.raises(InvalidData):
        Profile.from_json(part_to_json(BASE))
