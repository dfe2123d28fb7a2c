"""Data that nobody planned for gives a clear finding: no foreign exception, no silent pass."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.profiles import baseline, window
from shared.statistics import Profile, Reason, compare
from shared.statistics.quality import check_quality

ROWS = 2_000
NUMBERS = np.random.default_rng(1).normal(size=ROWS)
LETTERS = np.random.default_rng(2).choice(list("abcd"), ROWS).tolist()
BIG = 1 << 60
HOURS = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(ROWS)]


def compared(before, after):
    """The comparison of one column, when all that is found can be written as strict JSON."""
    base = baseline(pa.table({"x": before}))
    win = window(pa.table({"x": after}), base)
    result = compare(base, win)
    quality = [finding.to_json() for finding in check_quality(base, win)]
    json.dumps([result.to_json(), quality], allow_nan=False)
    [column] = result.columns
    return column


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([3.0] * ROWS, [4.0] * 500),
        ([1.0] * ROWS, [float(np.nextafter(1.0, 2.0))] * 500),
        (["a"] * ROWS, ["b"] * 500),
        (NUMBERS, [0.0] * 500),
        (NUMBERS, [np.inf] * 500),
        (NUMBERS, [*NUMBERS[:400], *[-np.inf] * 100]),
        ([np.inf] * ROWS, NUMBERS),
        ([np.nan] * ROWS, NUMBERS),
        ([1e308, -1e308] * 1000, [1e308] * 500),
        ([BIG + 1000 * at for at in range(ROWS)], [BIG + 1000 * (at + ROWS) for at in range(ROWS)]),
        (pa.array([2**64 - 1, 1] * 500, pa.uint64()), pa.array([2**64 - 1] * 500, pa.uint64())),
        (LETTERS, [f"value {at}" for at in range(100_000)]),
    ],
    ids=[
        "constant moved",
        "constant moved by one step",
        "constant text",
        "becomes constant",
        "all infinite",
        "some infinite",
        "infinite before",
        "not a number before",
        "the largest numbers",
        "large integers",
        "unsigned integers",
        "many new categories",
    ],
)
def test_a_change_of_an_odd_column_fails_with_its_numbers(before, after):
    column = compared(before, after)

    assert (column.verdict, column.reason) == (Verdict.FAIL, Reason.ABOVE_LIMIT)
    assert "PSI" in column.sentence


@pytest.mark.parametrize(
    "values",
    [[3.0] * ROWS, ["a"] * ROWS, [*NUMBERS, *[np.inf] * 500], [1e308, -1e308] * 1000],
    ids=["constant", "constant text", "some infinite", "the largest numbers"],
)
def test_an_odd_column_without_a_change_passes(values):
    assert compared(values, values).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("before", "after"),
    [(NUMBERS, [0.1]), (LETTERS, ["a"]), ([1.0], NUMBERS), ([1.0], [1.0]), (["a"], LETTERS)],
)
def test_one_row_on_a_side_is_inconclusive(before, after):
    column = compared(before, after)

    assert (column.verdict, column.reason) == (Verdict.INCONCLUSIVE, Reason.TOO_FEW_ROWS)


@pytest.mark.parametrize(
    ("before", "after"),
    [([BIG] * ROWS, [BIG + 1] * ROWS), ([1 << 53] * ROWS, [(1 << 53) + 1] * ROWS)],
)
def test_integers_a_double_cannot_tell_apart_do_not_pass(before, after):
    with pytest.raises(InvalidData):
        compared(before, after)

    base = baseline(pa.table({"x": before, "y": NUMBERS}))
    result = compare(base, window(pa.table({"x": after, "y": NUMBERS}), base))
    assert [column.name for column in result.columns] == ["y"]
    assert "beyond 2^53" in result.skipped["x"]


@pytest.mark.parametrize(
    "after",
    [HOURS, [str(number) for number in NUMBERS], [True, False] * 500, [[1.0]] * 500],
    ids=["times", "texts", "booleans", "lists"],
)
def test_a_retyped_column_fails_and_names_both_types(after):
    column = compared(NUMBERS, after)

    assert (column.verdict, column.reason) == (Verdict.FAIL, Reason.TYPE_CHANGED)
    assert "numeric in the baseline" in column.sentence


@pytest.mark.parametrize("word", ["value", "new"])
def test_more_categories_than_a_baseline_can_know_are_inconclusive(word):
    before = [f"value {at // 2}" for at in range(50_000)]
    column = compared(before, [f"{word} {at}" for at in range(5_000)])

    assert (column.verdict, column.reason) == (Verdict.INCONCLUSIVE, Reason.TOO_MANY_VALUES)
    assert "new ones cannot be told" in column.sentence


def test_a_renamed_column_is_missing_and_its_new_name_is_told():
    base = baseline(pa.table({"x": NUMBERS}))
    result = compare(base, window(pa.table({"X": NUMBERS}), base))

    assert [column.reason for column in result.columns] == [Reason.COLUMN_MISSING]
    assert result.extra_columns == ("X",)


def test_a_time_in_another_zone_is_left_out_with_the_reason():
    times = pa.array(HOURS, pa.timestamp("us", tz="UTC"))
    elsewhere = times.cast(pa.timestamp("us", tz="America/New_York"))
    base = baseline(pa.table({"at": times, "x": NUMBERS}))
    result = compare(base, window(pa.table({"at": elsewhere, "x": NUMBERS}), base))

    assert "time" in result.skipped["at"]
    assert result.verdict is Verdict.PASS


@pytest.mark.parametrize("values", [[], [None] * 500])
def test_a_baseline_without_a_value_is_refused(values):
    with pytest.raises(InvalidData):
        baseline(pa.table({"x": pa.array(values, pa.float64())}))


def test_a_baseline_written_by_another_version_is_refused():
    plain = baseline(pa.table({"x": NUMBERS})).to_json()

    with pytest.raises(InvalidData, match="compute it again"):
        Profile.from_json({**plain, "version": plain["version"] + 1})
