"""A CSV file larger than a part is read in whole lines, and profiled as if it were read at once."""

import json

import numpy as np
import pytest

from shared.errors import InvalidData
from shared.profiles import baseline
from shared.profiles.compute import text_columns, window_of_parts
from shared.profiles.reading import read_parts

ROWS = 400
BASE = baseline(
    {
        "size": np.random.default_rng(1).normal(0, 20, 500),
        "code": ["001", "002", "003", "004"] * 125,
    }
)


def written(path, rows):
    lines = [",".join("" if value is None else str(value) for value in row) for row in rows]
    path.write_text("\n".join(["size,code", *lines]))
    return path


def profile(path, bytes_at_once):
    parts = read_parts(path, text=text_columns(BASE), bytes_at_once=bytes_at_once)
    return window_of_parts(parts, BASE)


def plain(one):
    held = one.to_json()
    for name in ("shifted_sum", "shifted_squares"):
        held["columns"]["size"].pop(name, None)
    return json.dumps(held)


@pytest.mark.parametrize("bytes_at_once", [1, 7, 100, 1_000])
def test_parts_of_any_size_are_the_whole_file(tmp_path, bytes_at_once):
    random = np.random.default_rng(2)
    rows = [
        (None if at % 9 == 0 else round(float(random.normal(0, 20)), 3), f"00{at % 6}")
        for at in range(ROWS)
    ]
    path = written(tmp_path / "rows.csv", rows)

    assert plain(profile(path, bytes_at_once)) == plain(profile(path, 1 << 20))


def test_a_part_holds_whole_lines_of_about_the_bytes_asked_for(tmp_path):
    path = written(tmp_path / "rows.csv", [(at, "001") for at in range(ROWS)])

    parts = list(read_parts(path, bytes_at_once=1_000))

    assert len(parts) > 3
    assert max(part.rows for part in parts) < ROWS / 2
    assert sum(part.rows for part in parts) == ROWS
    assert sum(part.share for part in parts) == pytest.approx(1.0)


def test_fractions_and_first_values_that_come_late_are_numbers(tmp_path):
    rows = [(None, "001")] * 100 + [(1, "001")] * 100 + [(1.5, "002")] * 100
    path = written(tmp_path / "rows.csv", rows)

    column = profile(path, 200).columns["size"]

    assert (column.n, column.nulls, column.maximum) == (300, 100, 1.5)


def test_words_that_come_late_in_a_column_of_numbers_are_told(tmp_path):
    path = written(tmp_path / "rows.csv", [(1, "001")] * 100 + [("many", "001")] * 100)

    problems = profile(path, 200).problems

    assert problems["size"].startswith("changed its type: numeric in the baseline, categorical")


def test_a_line_of_more_fields_than_columns_is_refused_wherever_it_is(tmp_path):
    path = written(tmp_path / "rows.csv", [(1, "001")] * 100 + [("1,2", "001")])

    with pytest.raises(InvalidData, match=r"rows\.csv cannot be read as csv"):
        profile(path, 200)
