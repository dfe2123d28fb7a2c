"""The Spark job's own entry on a real local Spark: equal to the local engine, file by file."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from shared.domain.collected import ROW_TIME
from shared.domain.spark_task import MADE, Side, Task, TaskFile
from shared.profiles import baseline
from shared.profiles.compute import window_of_parts
from shared.profiles.pieces import pieces_of
from shared.profiles.sources.unread import Faults
from shared.profiles.spark.job import run
from shared.statistics import Profile
from shared.statistics.profile import binning_hash
from tests.profiles.every_engine import BASE, CUTS, ODD_NAME, assert_same, observed

START = datetime(2026, 2, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore::UserWarning",
    # No frame of pandas is made here; Spark looks at what is installed all the same.
    "ignore:PySpark does not yet fully support pandas:FutureWarning",
)


def side(paths, time_column, starts=None):
    """Files anywhere on this machine, below the root of its file system."""
    starts = starts or [None] * len(paths)
    files = tuple(
        TaskFile(root=0, path=str(path).lstrip("/"), start=start)
        for path, start in zip(paths, starts, strict=True)
    )
    return Side(files=files, time_column=time_column)


@pytest.fixture
def counted(spark_session, tmp_path):
    """Runs the job on files; gives the pieces of its inputs and of its outputs."""

    def run_it(base, cuts, inputs, outputs=None):
        task = Task(
            baseline=base.to_json(), cuts=tuple(cuts), inputs=inputs, outputs=outputs or Side()
        )
        run(spark_session, Task.from_json(task.to_json()), ["file:///"], f"file://{tmp_path}/made")
        lines = [path.read_text() for path in sorted((tmp_path / "made" / MADE).glob("part-*"))]
        made = json.loads("".join(lines))
        return [list(map(Profile.from_json, made[name])) for name in ("inputs", "outputs")]

    return run_it


def assert_pieces(found, paths, base, cuts, time_column):
    """Each equal to the local engine's but for lines unread, which belong to no time."""
    expected = pieces_of(list(map(str, paths)), base, cuts, time_column, faults=Faults.COUNT)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        if other.rows:
            plain = {**other.to_json(), "unread": 0, "fingerprint": ""}
            assert_same(Profile.from_json({**one.to_json(), "unread": 0}), Profile.from_json(plain))
        else:
            assert one.rows == 0


def test_every_kind_of_column_of_a_parquet_file_is_counted_as_here(counted, tmp_path):
    """Of the columns that every engine is tried on, some; Spark is asked for each by itself."""
    names = ("income", "owner", "city", ODD_NAME, "local", "gone", "retyped")
    columns = {name: BASE.columns[name] for name in names}
    base = replace(BASE, columns=columns, baseline_hash=binning_hash(columns))
    path = tmp_path / "a [b] {c}.parquet"
    parquet.write_table(observed(), path)

    inputs, outputs = counted(base, CUTS, side([path], "at"))

    assert outputs == []
    assert sum(piece.rows for piece in inputs) > 1_000
    assert_pieces(inputs, [path], base, CUTS, "at")


def test_files_that_disagree_on_a_type_are_counted_as_here(counted, tmp_path):
    """One lacks a column, one has whole numbers for others, one has texts for numbers."""
    base = baseline(
        pa.table({"a": np.arange(400) / 7.0, "b": np.arange(400) % 5, "c": ["x"] * 400})
    )
    at = [START + minute * timedelta(minutes=1) for minute in range(200)]
    times = pa.array(at, pa.timestamp("us", "UTC"))
    numbers = np.arange(200)
    tables = [
        pa.table({"at": times, "a": numbers / 3.0, "c": ["x", "new"] * 100}),
        pa.table({"at": times, "a": numbers, "b": numbers % 7, "c": ["x"] * 200}),
        pa.table({"at": times, "a": numbers / 9.0, "b": ["1"] * 200, "more": numbers}),
    ]
    paths = [tmp_path / f"{number}.parquet" for number in range(3)]
    for path, table in zip(paths, tables, strict=True):
        parquet.write_table(table, path)
    cuts = [START, START + HOUR, START + 2 * HOUR]

    inputs, _ = counted(base, cuts, side(paths, "at"))

    assert_pieces(inputs, paths, base, cuts, "at")
    assert "numeric in the baseline, categorical" in inputs[0].problems["b"]
    assert inputs[0].extra == ("more",)


def test_times_in_nanoseconds_are_times(counted, tmp_path):
    seen = pa.array([START + minute * timedelta(minutes=7) for minute in range(300)])
    base = baseline(
        pa.table({"x": np.arange(300.0), "seen": seen.cast(pa.timestamp("us", "UTC"))}),
        columns=["x", "seen"],
    )
    nanoseconds = seen.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("ns", "UTC"))
    table = pa.table({"at": nanoseconds, "x": np.arange(300.0) * 2, "seen": nanoseconds})
    parquet.write_table(table, tmp_path / "n.parquet")
    cuts = [START, START + 5 * HOUR, START + 9 * HOUR]

    inputs, _ = counted(base, cuts, side([tmp_path / "n.parquet"], "at"))

    assert inputs[0].rows > 0
    assert_pieces(inputs, [tmp_path / "n.parquet"], base, cuts, "at")


ODD_FIELDS = {
    "number": ["1", "2.5", "NA", "", "nan", " 7 ", "-1e3", "inf", "+4", ".5"],
    "flag": ["true", "FALSE", "", "0", "1", "True", "NA", "false", "true", "TRUE"],
    "town": ["Oslo", "NA", "", '"a, b"', '"say ""x"""', "Rome", "1", "Wien", "Wien", "é"],
    "broken": ["1", "2", "x", "4", "5", "6", "7", "8", "9", "0"],
}


def test_the_types_of_a_csv_file_are_those_found_here(counted, tmp_path):
    base = baseline(
        pa.table(
            {
                "number": np.arange(100) / 3.0,
                "flag": [True, False] * 50,
                "town": ["Oslo", "Rome", "NA", "a, b"] * 25,
                "broken": np.arange(100),
                "gone": np.arange(100),
            }
        )
    )
    rows = [",".join(["at", *ODD_FIELDS])]
    for number in range(200):
        at = (START + number * timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%S")
        rows.append(",".join([at, *(values[number % 10] for values in ODD_FIELDS.values())]))
    plain = tmp_path / "plain.csv"
    plain.write_text("\n".join(rows) + "\n", encoding="utf-8")
    turned = tmp_path / "turned.csv"
    table = csv.read_csv(plain, convert_options=csv.ConvertOptions(column_types={"town": "string"}))
    csv.write_csv(table.select(["town", "at", "number", "flag"]), turned)
    cuts = [START, START + HOUR, START + 2 * HOUR]

    inputs, _ = counted(base, cuts, side([plain, turned], "at"))

    assert_pieces(inputs, [plain, turned], base, cuts, "at")
    assert set(inputs[0].problems) == {"broken", "gone"}


def envelope(rows, at, known="c", **more):
    time = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"specversion": "1.0", "time": time, "data": rows, "correlationid": known, **more}


def collected(path, hour, *, odd=()):
    """Lines of a collector: three rows each, with whatever is odd between them."""
    lines = []
    for number in range(20):
        rows = [
            {"x": number * 1.5 + row, "town": ["Oslo", None, "Bern"][row], "ok": row > 1, "n": row}
            for row in range(3)
        ]
        lines.append(json.dumps(envelope(rows, hour + number * timedelta(minutes=3))).encode())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\n".join([*lines[:10], *odd, *lines[10:]]) + b"\n")
    return path


ODD_LINES = (
    b"{broken",
    b"[1, 2]",
    b"",
    b"\xff\xfe{}",
    json.dumps(envelope([1, 2], START)).encode(),
    json.dumps({**envelope(None, START), "dataref": "https://x/y"}).encode(),
    json.dumps({"specversion": "1.0", "data": [{"x": 1.0}]}).encode(),
    json.dumps(envelope([{"x": None, "town": "Oslo"}], START + HOUR / 2)).encode(),
)


def test_lines_of_a_collector_are_read_as_here_and_those_that_are_none_are_counted(
    counted, tmp_path
):
    base = baseline(
        pa.table(
            {
                "x": np.arange(90) / 2.0,
                "town": ["Oslo", "Rome", "Wien"] * 30,
                "ok": [True, False, False] * 30,
                "n": ["1", "2", "3"] * 30,
                "gone": np.arange(90),
            }
        )
    )
    hours = [START, START + HOUR, START + 2 * HOUR]
    paths = [
        collected(tmp_path / f"i/{hour:%H}/one.jsonl", hour, odd=ODD_LINES if at == 1 else ())
        for at, hour in enumerate(hours)
    ]
    answers = collected(tmp_path / "o/one.jsonl", START)
    cuts = [*hours, START + 3 * HOUR]

    inputs, outputs = counted(
        base, cuts, side(paths, ROW_TIME, hours), side([answers], ROW_TIME, [START])
    )

    assert_pieces(inputs, paths, base, cuts, ROW_TIME)
    assert_pieces(outputs, [answers], base, cuts, ROW_TIME)
    assert [piece.rows for piece in inputs] == [61, 60, 60]
    assert [piece.unread for piece in inputs] == [0, 6, 0]
    assert "numeric" in inputs[0].problems["n"]


def test_a_side_without_files_is_counted_as_nothing(counted):
    inputs, outputs = counted(BASE, CUTS, Side(time_column="at"))

    assert [piece.rows for piece in inputs] == [0] * (len(CUTS) - 1)
    assert outputs == []
    assert inputs[0].to_json() == window_of_parts((), BASE, start=CUTS[0], end=CUTS[1]).to_json()
    assert [(one.start, one.end) for one in inputs] == list(pairwise(CUTS))
