import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.profiles.row_sampling import drift_of_rows, sample_rows


def rows(seed, n, sign=1):
    generator = np.random.default_rng(seed)
    x, e = generator.normal(size=(2, n))
    return pa.table(
        {
            "x": x,
            "y": 0.7 * sign * x + 0.7 * e,
            "region": generator.choice(["north", "south", None], n).tolist(),
            "vip": generator.random(n) < 0.3,
        }
    )


def test_a_sample_is_the_same_however_the_source_is_divided(tmp_path):
    table = rows(1, 900)
    pieces = [table.slice(0, 100), table.slice(100, 500), table.slice(600)]
    path = tmp_path / "rows.parquet"
    pq.write_table(table, path)

    whole = sample_rows(table, rows=70, seed=2)

    assert sample_rows(pieces, rows=70, seed=2).equals(whole)
    assert sample_rows(path, rows=70, seed=2).to_pylist() == whole.to_pylist()
    assert whole.num_rows == 70


def test_each_row_is_as_likely_as_any_other():
    table = pa.table({"row": list(range(50))})

    seen = np.zeros(50)
    for seed in range(400):
        pieces = [table.slice(0, 10), table.slice(10)]
        seen[sample_rows(pieces, rows=10, seed=seed)["row"].to_numpy()] += 1

    assert seen.sum() == 4000
    assert np.abs(seen - 80).max() < 5 * np.sqrt(80 * 0.8)


def test_a_source_with_fewer_rows_is_taken_whole_and_in_order():
    table = rows(3, 20)

    assert sample_rows(table, rows=100, seed=1).equals(table)


def test_a_flipped_correlation_in_a_file_fails(tmp_path):
    path = tmp_path / "now.parquet"
    pq.write_table(rows(5, 1500, sign=-1), path)

    found = drift_of_rows(rows(4, 3000), path, seed=6, rows=1000)

    assert found.verdict is Verdict.FAIL
    assert found.contributions[0].columns == ("x", "y")


def test_rows_like_the_baseline_pass():
    assert drift_of_rows(rows(7, 3000), rows(8, 3000), seed=9).verdict is Verdict.PASS


def test_identifiers_and_times_are_left_out():
    def with_id(table, start):
        return table.append_column("id", pa.array(range(start, start + table.num_rows)))

    found = drift_of_rows(with_id(rows(10, 2000), 0), with_id(rows(11, 2000), 2000), seed=1)

    assert found.verdict is Verdict.PASS


def test_texts_stored_as_a_dictionary_are_texts():
    table = rows(12, 1500)
    position = table.column_names.index("region")
    stored = table.set_column(position, "region", table["region"].dictionary_encode())

    assert drift_of_rows(table, stored, seed=1) == drift_of_rows(table, table, seed=1)


def test_a_column_of_another_type_is_refused_by_name():
    other = rows(13, 500).drop_columns(["x"]).append_column("x", pa.array(["a", "b"] * 250))

    with pytest.raises(InvalidData, match="Column x is numeric in the baseline and categorical"):
        drift_of_rows(rows(14, 500), other, seed=1)


def test_a_column_that_vanished_is_named():
    found = drift_of_rows(rows(15, 500), rows(16, 500).drop_columns(["y"]), seed=1)

    assert found.missing == ("y",)


@pytest.mark.parametrize("n", [0, 1])
def test_a_window_of_no_rows_is_inconclusive(n):
    assert drift_of_rows(rows(17, 500), rows(18, 500)[:n], seed=1).verdict is Verdict.INCONCLUSIVE


def test_a_column_nobody_has_and_a_sample_of_nothing_are_refused():
    with pytest.raises(InvalidData, match="Column absent"):
        drift_of_rows(rows(19, 100), rows(20, 100), seed=1, columns=["absent"])
    with pytest.raises(InvalidData, match="rows is 0"):
        sample_rows(rows(21, 10), rows=0, seed=1)


def test_parts_of_different_types_are_refused_in_one_sentence():
    with pytest.raises(InvalidData, match="not of one type in every part"):
        sample_rows([pa.table({"x": [1.0]}), pa.table({"x": ["one"]})], rows=5, seed=1)


def test_a_column_without_any_value_in_the_window_is_told_apart():
    window = rows(22, 800).drop_columns(["x"]).append_column("x", pa.nulls(800))

    found = drift_of_rows(rows(23, 800), window, seed=1)

    assert found.verdict is Verdict.FAIL
    assert found.contributions[0].columns == ("x",)


@pytest.mark.parametrize(
    ("values", "match"),
    [
        (pa.array([2**60 + i for i in range(200)]), "beyond 2"),
        (pa.array([[1]] * 200), "of type list"),
        (pa.array([b"a"] * 200), "of type binary"),
        (pa.array([0] * 200, pa.timestamp("us")), "a time"),
    ],
)
def test_a_named_column_that_cannot_be_compared_is_refused_with_the_reason(values, match):
    table = pa.table({"x": values})

    with pytest.raises(InvalidData, match=match):
        drift_of_rows(table, table, seed=1, columns=["x"])
