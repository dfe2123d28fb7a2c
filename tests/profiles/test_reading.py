"""Parquet, CSV, JSON Lines, collected data and frames give the same profile; faults are named."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.profiles import baseline, window
from shared.statistics import Reason, compare

ROWS = 400
TABLE = pa.table(
    {
        "income": np.random.default_rng(1).normal(50, 10, ROWS),
        "children": np.random.default_rng(2).integers(0, 4, ROWS),
        "city": ["Bern", "Basel", "Genf", "Bern"] * (ROWS // 4),
    }
)


@pytest.fixture
def base():
    return baseline(TABLE)


def written(folder, table, suffix):
    path = folder / f"rows.{suffix}"
    if suffix == "parquet":
        parquet.write_table(table, path)
    elif suffix == "csv":
        csv.write_csv(table, path)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in table.to_pylist()))
    return path


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
def test_each_file_format_gives_the_same_counts(tmp_path, base, suffix):
    from_file = window(written(tmp_path, TABLE, suffix), base)
    from_memory = window(TABLE, base)

    for name in base.columns:
        assert from_file.columns[name].counts.tolist() == from_memory.columns[name].counts.tolist()
    assert from_file.fingerprint


def test_frames_of_polars_and_pandas_are_read(base):
    import pandas as pd
    import polars as pl

    expected = window(TABLE, base).columns["income"].counts.tolist()

    assert window(pl.from_arrow(TABLE), base).columns["income"].counts.tolist() == expected
    assert window(pd.DataFrame(TABLE.to_pydict()), base).columns["income"].counts.tolist() == (
        expected
    )


def test_several_files_are_profiled_as_one(tmp_path, base):
    half = TABLE.num_rows // 2
    for name, part in (("a", TABLE.slice(0, half)), ("b", TABLE.slice(half))):
        parquet.write_table(part, tmp_path / f"{name}.parquet")
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]

    merged = window(paths, base)

    assert merged.rows == ROWS
    assert merged.columns["income"].counts.tolist() == base.columns["income"].counts.tolist()
    assert merged.fingerprint == window(list(reversed(paths)), base).fingerprint


def test_lines_of_the_model_data_collector_are_read_row_by_row(tmp_path, base):
    def line(rows, time, **extra):
        return json.dumps({"specversion": "1.0", "time": time, "data": rows, **extra}) + "\n"

    row = {"income": 50.0, "children": 1, "city": "Bern"}
    path = tmp_path / "collected.jsonl"
    path.write_text(
        line([row, row], "2026-02-03T10:00:00Z")
        + line("https://blob/data", "2026-02-03T10:30:00Z", datainblob="true")
        + line([row], "2026-02-03T11:00:00Z")
    )
    ten = datetime(2026, 2, 3, 10, tzinfo=UTC)

    assert window(path, base).rows == 3
    cut = window(path, base, start=ten, end=ten + timedelta(hours=1), time_column="time")
    assert cut.rows == 2


@pytest.mark.parametrize(
    "times",
    [
        ["2026-02-03 09:59:59", "2026-02-03 10:00:00", "2026-02-03 11:00:00"],
        ["2026-02-03T10:59:59+01:00", "2026-02-03T11:00:00+01:00", "2026-02-03T11:00:00Z"],
        [1770112799000, 1770112800000, 1770116400000],
        [datetime(2026, 2, 3, h, tzinfo=UTC) for h in (9, 10, 11)],
    ],
    ids=["text", "zoned text", "epoch ms", "timestamps"],
)
def test_a_window_holds_its_start_and_not_its_end(times):
    base = baseline({"x": [1.0, 2.0, 3.0]})
    start = datetime(2026, 2, 3, 10, tzinfo=UTC)

    cut = window(
        {"x": [1.0, 2.0, 3.0], "time": times},
        base,
        start=start,
        end=start + timedelta(hours=1),
        time_column="time",
    )

    assert cut.rows == 1
    assert cut.columns["x"].minimum == 2.0
    assert (cut.start, cut.end) == (start, start + timedelta(hours=1))


def test_identifiers_and_times_are_left_out_with_the_reason():
    base = baseline(
        {
            "x": [float(n % 7) for n in range(100)],
            "id": list(range(100)),
            "token": [f"t{n}" for n in range(100)],
            "at": [datetime(2026, 1, 1, tzinfo=UTC)] * 100,
            "nothing": [None] * 100,
        }
    )

    assert list(base.columns) == ["x"]
    assert base.skipped == {
        "id": "an identifier: every value is different",
        "token": "an identifier: nearly every value is different",
        "at": "a time, which always moves on",
        "nothing": "no value in the baseline",
    }


def test_a_missing_column_fails_and_an_extra_one_is_told(base):
    result = compare(
        base,
        window(TABLE.drop_columns(["income"]).append_column("age", pa.array(range(ROWS))), base),
    )

    by_name = {column.name: column for column in result.columns}
    assert result.verdict is Verdict.FAIL
    assert by_name["income"].reason is Reason.COLUMN_MISSING
    assert by_name["income"].sentence == (
        "income is missing: the baseline has this column, the window does not."
    )
    assert result.extra_columns == ("age",)


def test_a_column_of_another_type_fails_with_both_types(base):
    changed = TABLE.set_column(0, "income", pa.array(["much"] * ROWS))

    [income] = [c for c in compare(base, window(changed, base)).columns if c.name == "income"]

    assert income.verdict is Verdict.FAIL
    assert income.sentence == (
        "income changed its type: numeric in the baseline, categorical in the window."
    )


def test_an_empty_window_is_inconclusive(base):
    result = compare(base, window(TABLE.slice(0, 0), base))

    assert result.verdict is Verdict.INCONCLUSIVE
    assert {column.reason for column in result.columns} == {Reason.NO_ROWS}


def test_a_column_of_nothing_but_nulls_fails_and_says_so(base):
    nulls = TABLE.set_column(0, "income", pa.nulls(ROWS))

    [income] = [c for c in compare(base, window(nulls, base)).columns if c.name == "income"]

    assert income.reason is Reason.NO_VALUES
    assert income.missing == ROWS


def test_infinities_have_a_cell_of_their_own(base):
    infinite = TABLE.set_column(0, "income", pa.array([float("inf")] * ROWS))

    [income] = [c for c in compare(base, window(infinite, base)).columns if c.name == "income"]

    assert income.verdict is Verdict.FAIL
    assert income.sentence.endswith("share of infinite went from 0.0% to 100.0%.")


def test_a_rising_share_of_nulls_is_drift(base):
    values = TABLE.column("income").to_pylist()
    holes = [None if index % 3 == 0 else value for index, value in enumerate(values)]

    result = compare(base, window(TABLE.set_column(0, "income", pa.array(holes)), base))

    [income] = [column for column in result.columns if column.name == "income"]
    assert income.verdict is Verdict.FAIL
    assert "share of missing went from 0.0% to 33.5%" in income.sentence


def test_values_never_seen_before_are_drift(base):
    changed = TABLE.set_column(2, "city", pa.array(["Zug"] * ROWS))

    [city] = [c for c in compare(base, window(changed, base)).columns if c.name == "city"]

    assert city.verdict is Verdict.FAIL
    assert "share of values never seen before went from 0.0% to 100.0%" in city.sentence


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("rows.parquet", b"PAR1 nonsense", "rows.parquet cannot be read as parquet"),
        ("rows.jsonl", b'{"a": 1}\n{"a": \n', "rows.jsonl line 2 is not JSON"),
        ("rows.jsonl", b"[1]\n", "rows.jsonl line 1 is not an object; write one row a line."),
        ("rows.jsonl", b'{"a": 1}\n{"a": "x"}\n', "rows.jsonl mixes types in one column"),
        ("rows.xlsx", b"", "rows.xlsx ends in .xlsx; name a .parquet, .csv, .jsonl"),
        ("rows.csv", b"", "rows.csv cannot be read as csv: Empty CSV file"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_fault(tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(InvalidData) as refusal:
        baseline(tmp_path / name)

    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: baseline("nowhere.parquet"), "nowhere.parquet does not exist"),
        (lambda: baseline({"x": []}), "The baseline has no rows"),
        (lambda: baseline({"x": [None, None]}), "no column that can be compared"),
        (lambda: baseline({"x": [1.0]}, columns=["y"]), "The baseline has no column y; it has x."),
        (lambda: baseline(3), "int is no data source"),
        (
            lambda: window({"x": [1.0]}, baseline({"x": [1.0]}), start=datetime.now(UTC)),
            "A window needs `time_column`",
        ),
        (
            lambda: window(
                {"x": [1.0]},
                baseline({"x": [1.0]}),
                start=datetime(2026, 1, 1, tzinfo=UTC),
                time_column="t",
            ),
            "There is no time column t; the columns are x.",
        ),
        (
            lambda: window(
                {"x": [1.0], "t": ["soon"]},
                baseline({"x": [1.0]}),
                start=datetime(2026, 1, 1, tzinfo=UTC),
                time_column="t",
            ),
            "t does not hold times",
        ),
    ],
)
def test_a_call_that_makes_no_sense_is_refused_in_one_sentence(call, sentence):
    with pytest.raises(InvalidData) as refusal:
        call()

    assert sentence in str(refusal.value)


def test_a_window_of_another_baseline_is_refused(base):
    other = baseline({"income": [1.0, 2.0, 3.0]})

    with pytest.raises(InvalidData, match="profiled against another baseline"):
        compare(other, window(TABLE, base))


def test_limits_may_differ_by_column(base):
    moved = TABLE.set_column(0, "income", pa.array(np.random.default_rng(1).normal(62, 10, ROWS)))

    strict = compare(base, window(moved, base), limits={"psi": {"income": 0.2}})
    lenient = compare(base, window(moved, base), limits={"psi": {"income": 9.0}})

    assert [strict.columns[0].verdict, lenient.columns[0].verdict] == [Verdict.FAIL, Verdict.PASS]
