"""What real files do wrong: each is read as meant, told as a finding, or refused in a sentence."""

import json
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations
from operator import add

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.profiles import baseline, window
from shared.statistics import Profile, Reason, compare

ROWS = 300
DATA = {"x": [float(n % 9) for n in range(ROWS)], "code": [f"0{n % 3}" for n in range(ROWS)]}
DAY = datetime(2026, 2, 3, tzinfo=UTC)


@pytest.fixture
def base():
    return baseline(DATA)


def column(result, name):
    return next(one for one in result.columns if one.name == name)


def collected(path, *lines):
    path.write_text("".join(json.dumps({"specversion": "1.0", **line}) + "\n" for line in lines))
    return path


def test_codes_with_leading_zeros_stay_text_in_csv(tmp_path, base):
    path = tmp_path / "rows.csv"
    rows = "".join(f"{x},{code}\n" for x, code in zip(*DATA.values(), strict=True))
    path.write_text("x,code\n" + rows)

    assert compare(base, window(path, base)).verdict is Verdict.PASS


def test_an_empty_field_of_csv_is_missing(tmp_path, base):
    path = tmp_path / "rows.csv"
    path.write_text("x,code\n1,00\n,\n")

    profile = window(path, base)

    assert [profile.columns[name].missing for name in ("x", "code")] == [1, 1]


def test_a_csv_whose_first_fraction_comes_late_is_read(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("x\n" + "1\n" * 600_000 + "1.5\n")

    assert baseline(path).columns["x"].maximum == 1.5


def test_json_numbers_of_any_size_are_numbers(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"x": 1}\n{"x": 2.5}\n{"x": 9007199254740993}\n{"x": 1e400}\n')

    column = baseline(path).columns["x"]

    assert (column.kind, column.n, column.above) == ("numeric", 4, 1)


def test_one_column_of_mixed_types_does_not_spoil_the_others(tmp_path, base):
    path = tmp_path / "rows.jsonl"
    rows = [{"x": x, "code": code} for x, code in zip(*DATA.values(), strict=True)]
    rows[7]["x"] = "much"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    result = compare(base, window(path, base))

    assert column(result, "x").reason is Reason.TYPE_CHANGED
    assert column(result, "x").sentence == (
        "x changed its type: numeric in the baseline, several types in the window."
    )
    assert column(result, "code").verdict is Verdict.PASS


def test_the_index_of_a_pandas_frame_is_no_column():
    import pandas as pd

    frame = pd.DataFrame({"x": np.arange(100.0) % 7})

    base = baseline(frame[frame.x > 3])

    assert list(base.columns) == ["x"]
    assert window(frame[frame.x > 4], base).extra == ()


def test_the_index_pandas_wrote_to_parquet_is_no_column(tmp_path):
    import pandas as pd

    frame = pd.DataFrame({"x": np.arange(100.0) % 7})
    frame[frame.x > 3].to_parquet(tmp_path / "rows.parquet")

    assert list(baseline(tmp_path / "rows.parquet").columns) == ["x"]


def test_the_time_of_the_envelope_is_neither_judged_nor_extra(tmp_path):
    lines = [
        {"time": f"2026-02-03T10:00:{n // 20:02d}Z", "data": [{"x": n % 5}]} for n in range(200)
    ]
    path = collected(tmp_path / "rows.jsonl", *lines)

    base = baseline(path)

    assert list(base.columns) == ["x"]
    assert base.skipped == {"time": "a time, which always moves on"}
    assert window(path, baseline({"x": [0.0, 1.0]})).extra == ()


def test_lines_whose_rows_lie_elsewhere_are_counted_and_told(tmp_path, base):
    path = collected(
        tmp_path / "rows.jsonl",
        {"time": "2026-02-03T10:00:00Z", "data": "https://store/blob", "datainblob": "true"},
        {"time": "2026-02-03T10:00:00Z", "dataref": "https://store/rows.json"},
        {"time": "2026-02-03T10:00:00Z", "data": [11055.9, 4503.0]},
        {"time": "2026-02-03T10:00:00Z", "data": {"data": [[1, 2]]}},
    )

    profile = window(path, base)
    result = compare(base, profile)

    assert (profile.rows, profile.unread) == (0, 4)
    assert result.to_json()["unread"] == 4
    assert column(result, "x").sentence == (
        "x: the window has no rows, so nothing can be said. "
        "4 collected lines hold their rows elsewhere."
    )


def test_extra_columns_are_told_of_a_cut_window_too(tmp_path, base):
    table = pa.table({**DATA, "new": DATA["x"], "at": [DAY] * ROWS})
    parquet.write_table(table, tmp_path / "rows.parquet")

    cut = window(tmp_path / "rows.parquet", base, start=DAY, time_column="at")

    assert (cut.rows, cut.extra) == (ROWS, ("new",))


def test_a_parquet_file_without_any_of_the_columns_fails_them_all(tmp_path, base):
    parquet.write_table(pa.table({"other": [1, 2, 3]}), tmp_path / "rows.parquet")

    result = compare(base, window(tmp_path / "rows.parquet", base))

    assert {one.reason for one in result.columns} == {Reason.COLUMN_MISSING}


def test_a_column_that_only_some_files_lack_counts_as_missing_values_there(base):
    without = {"x": DATA["x"]}

    result = compare(base, window([DATA, without], base))

    assert "share of missing went from 0.0% to 50.0%" in column(result, "code").sentence
    assert compare(base, window([without, without], base)).columns[1].reason is (
        Reason.COLUMN_MISSING
    )


def test_problems_merge_in_any_order(base):
    parts = [
        window(source, base)
        for source in (
            DATA,
            {"x": DATA["x"]},
            {"x": ["a"], "code": ["00"]},
            {"x": [True], "code": ["00"]},
            {"x": [], "code": []},
        )
    ]

    merged = {reduce(add, order).hash for order in permutations(parts)}

    assert len(merged) == 1


def test_a_window_without_rows_has_no_changed_type(base):
    empty = {"x": pa.array([], pa.string()), "code": pa.array([], pa.int64())}

    assert compare(base, window(empty, base)).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "times",
    [
        ["2026-02-03T00:00:00.1234567Z", "2026-02-04T00:00:00.0000000Z"],
        ["2026-02-03", "2026-02-04"],
        pa.array(["2026-02-03 00:00:00", "2026-02-04 00:00:00"]).dictionary_encode(),
        [DAY.timestamp() * 1000.0, None],
    ],
    ids=["seven decimals", "days", "dictionary", "epoch with nulls"],
)
def test_times_are_read_as_they_are_found(times):
    base = baseline({"x": [1.0, 2.0]})
    rows = {"x": [1.0, 2.0], "t": times}

    cut = window(rows, base, start=DAY, end=DAY + timedelta(days=1), time_column="t")

    assert cut.rows == 1


def test_a_column_of_no_times_at_all_leaves_no_rows():
    base = baseline({"x": [1.0, 2.0]})

    cut = window({"x": [1.0], "t": [None]}, base, start=DAY, time_column="t")

    assert cut.rows == 0


def test_a_start_without_a_zone_is_in_utc(base):
    cut = window({**DATA, "t": [DAY] * ROWS}, base, start=datetime(2026, 2, 3), time_column="t")  # noqa: DTZ001

    assert (cut.rows, cut.start) == (ROWS, DAY)
    assert Profile.from_json(cut.to_json()).start == DAY


def test_values_too_large_to_square_still_round_trip(base):
    huge = window({"x": [1e300, -1e300], "code": ["00", "01"]}, base)

    plain = json.loads(json.dumps((huge + huge).to_json(), allow_nan=False))

    assert Profile.from_json(plain).rows == 4


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda base: window(
                {**DATA, "t": [DAY] * ROWS}, base, start=DAY, end=DAY, time_column="t"
            ),
            "is not before its end",
        ),
        (
            lambda _: baseline([{"x": [1]}, {"x": ["a"]}]),
            "The files of the baseline disagree: Unable to merge: Field x",
        ),
        (lambda _: baseline(pa.table([[1], [2]], names=["x", "x"])), "two columns named x"),
        (
            lambda base: compare(base, window(DATA, base), limits={"psi": {"y": 0.1}}),
            "There is a limit for y, which the baseline does not have; it has x, code.",
        ),
        (
            lambda base: compare(base, window(DATA, base), limits={"psi": -1.0}),
            "The limit of every column is -1.0; give 0 or more.",
        ),
        (
            lambda base: compare(base, window(DATA, base), limits={"psy": 0.1}),
            "There is no distance psy to limit",
        ),
    ],
)
def test_a_contradiction_is_refused_in_one_sentence(base, call, sentence):
    with pytest.raises(InvalidData) as refusal:
        call(base)

    assert sentence in str(refusal.value)


@pytest.mark.parametrize("header", ["x;code", "x\tcode"])
def test_a_csv_separated_otherwise_is_refused(tmp_path, base, header):
    path = tmp_path / "rows.csv"
    path.write_text(f"{header}\n1\n")

    with pytest.raises(InvalidData, match="separate columns by commas"):
        window(path, base)
