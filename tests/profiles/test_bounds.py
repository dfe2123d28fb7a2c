"""How wide a baseline may be and how long what it names, and what is told of what is beyond."""

import pyarrow as pa
import pytest

from shared.errors import InvalidData
from shared.profiles import baseline, window
from shared.profiles.bounds import (
    LONGEST_NAME,
    LONGEST_VALUE,
    MOST_COLUMNS,
    MOST_KNOWN,
    MOST_KNOWN_CHARACTERS,
)
from shared.statistics import Profile, compare

MANY = [f"feature_{number:04d}" for number in range(MOST_COLUMNS + 1) if number != 7]


def wide(count):
    values = pa.array([0.5, 1.5, 2.5, 3.5])
    return pa.table({f"feature_{number:04d}": values for number in range(count)})


def texts(values):
    return pa.table({"place": pa.array(values), "age": pa.array(range(len(values)))})


def test_as_many_columns_as_may_be_make_a_baseline_and_a_window():
    made = baseline(wide(MOST_COLUMNS))

    counted = window(wide(MOST_COLUMNS), Profile.from_json(made.to_json()))

    assert len(counted.columns) == MOST_COLUMNS


def test_one_more_is_refused_in_a_sentence_that_names_it_and_both_ways_out():
    with pytest.raises(InvalidData) as refused:
        baseline(wide(MOST_COLUMNS + 1))

    assert str(refused.value) == (
        "The baseline would have 5001 columns, and 5000 is the most; name those that matter in "
        "`columns`, or leave some out with `exclude`. Beyond the most are feature_5000."
    )


@pytest.mark.parametrize("way", [{"columns": ["feature_0007"]}, {"exclude": MANY}])
def test_either_way_out_leads_out(way):
    assert list(baseline(wide(MOST_COLUMNS + 1), **way).columns) == ["feature_0007"]


def test_a_name_of_the_most_characters_is_taken_and_a_longer_one_is_refused_cut_short():
    fits, long = "n" * LONGEST_NAME, "n" * 3_000_000

    assert list(baseline(pa.table({fits: [1.0, 2.0]})).columns) == [fits]
    with pytest.raises(InvalidData, match="has 3000000 characters, and 256 is the most") as refused:
        baseline(pa.table({long: [1.0, 2.0]}))
    assert len(str(refused.value)) < 300
    assert baseline(pa.table({long: [1.0, 2.0], "age": [1, 2]}), exclude=[long]).rows == 2


def test_a_column_with_a_value_of_more_characters_than_a_category_has_is_left_out_with_why():
    fits = baseline(texts(["a" * LONGEST_VALUE, "b"] * 30))
    long = baseline(texts(["a" * 2_000_000, "b"] * 30))

    assert list(fits.columns) == ["place", "age"]
    assert list(long.columns) == ["age"]
    assert long.skipped["place"] == (
        "text: a value has 2000000 characters, and one of a category 1000"
    )


@pytest.mark.parametrize("of", [pa.string(), pa.large_string(), pa.string_view()])
def test_the_length_is_looked_at_in_every_form_of_text(of):
    values = pa.array(["a" * (LONGEST_VALUE + 1), "b"] * 30, type=of)

    made = baseline(
        pa.table(
            {
                "place": values,
                "coded": values.cast(pa.string()).dictionary_encode(),
                "age": range(60),
            }
        )
    )

    assert list(made.columns) == ["age"]


def test_a_long_value_that_comes_later_is_counted_as_new_and_kept_cut():
    base = baseline(texts(["a", "b"] * 30))

    found = window(texts(["a"] * 5 + ["z" * 5_000_000] * 2), base).columns["place"]

    assert (found.unseen, len(found.examples[0])) == (2, LONGEST_VALUE)


def different(count, length=8):
    return [f"{number:0{length}d}" for number in range(count)] * 2


@pytest.mark.parametrize(
    ("values", "known"),
    [
        (different(MOST_KNOWN), MOST_KNOWN),
        (different(MOST_KNOWN + 1), 0),
        (different(1_000, MOST_KNOWN_CHARACTERS // 1_000), 1_000),
        (different(1_001, MOST_KNOWN_CHARACTERS // 1_000), 0),
    ],
)
def test_every_value_is_known_up_to_a_number_and_a_length_beyond_which_none_counts_as_new(
    values, known
):
    base = baseline(texts(values), columns=["place"])
    column = base.columns["place"]

    later = window(texts([values[0], values[1], "new"]), base).columns["place"]

    assert (len(column.known), len(column.values)) == (known, 50)
    assert later.unseen == (1 if known else 0)
    assert later.n == 3


def test_where_none_counts_as_new_the_verdict_is_not_a_pass():
    values = different(MOST_KNOWN + 1)
    base = baseline(texts(values), columns=["place"])

    [column] = compare(base, window(texts(values), base)).columns

    assert column.reason == "too_many_values"
    assert "new ones cannot be told" in column.sentence
