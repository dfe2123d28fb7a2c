"""A KPI out of files: rows of one time add up, and what cannot be read is one sentence."""

import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from shared.domain.policy import KpiKind, TableSource
from shared.domain.world import SeriesPoint
from shared.errors import InvalidData
from shared.profiles.series import read_series

START = datetime(2026, 2, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
END = START + 10 * DAY


def at(hours):
    return START + hours * HOUR


def write(folder, columns, kind="parquet"):
    path = folder / f"rows.{kind}"
    table = pa.table(columns)
    if kind == "parquet":
        parquet.write_table(table, path)
    elif kind == "csv":
        csv.write_csv(table, path)
    else:
        rows = [
            {name: v.isoformat() if isinstance(v, datetime) else v for name, v in row.items()}
            for row in table.to_pylist()
        ]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return [str(path)]


def read(paths, kind=KpiKind.PROPORTION, **table):
    return read_series(paths, TableSource(data="outcomes", **table), kind, START, END)


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl"])
def test_one_row_a_bucket_is_read_from_each_kind_of_file(tmp_path, kind):
    columns = {"time": [at(24), at(0)], "value": [5, 4], "weight": [10.0, 8.0]}

    assert read(write(tmp_path, columns, kind), weight="weight") == (
        SeriesPoint(time=at(0), value=4.0, weight=8.0),
        SeriesPoint(time=at(24), value=5.0, weight=10.0),
    )


def test_columns_go_by_their_names_and_only_the_span_is_read(tmp_path):
    columns = {"day": [START - DAY, at(0), END], "approved": [1, 2, 3], "asked": [9, 9, 9]}

    [point] = read(write(tmp_path, columns), time="day", value="approved", weight="asked")

    assert (point.time, point.value, point.weight) == (at(0), 2.0, 9.0)


def test_rows_of_one_bucket_add_up_across_files(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    paths = [
        *write(first, {"time": [at(0)] * 2, "value": [1, 2], "weight": [2, 2]}),
        *write(second, {"time": [at(0)], "value": [3], "weight": [4]}),
    ]

    assert read(paths, weight="weight") == (SeriesPoint(time=at(0), value=6.0, weight=8.0),)


def test_means_are_joined_by_their_weight(tmp_path):
    columns = {"time": [at(0)] * 3, "value": [10.0, 20.0, 7.0], "weight": [1.0, 3.0, None]}

    [point] = read(write(tmp_path, columns), KpiKind.MEAN, weight="weight")

    assert (point.value, point.weight) == (17.5, 4.0)


def test_a_mean_without_any_weight_has_none(tmp_path):
    columns = {"time": [at(0)], "value": [10.0], "weight": [0.0]}
    paths = write(tmp_path, columns)

    assert read(paths, KpiKind.MEAN) == (SeriesPoint(time=at(0), value=10.0),)
    assert read(paths, KpiKind.MEAN, weight="weight")[0].weight == 0.0


def test_one_row_a_decision_becomes_a_share_of_an_hour(tmp_path):
    times = [at(0) + timedelta(minutes=5 * place) for place in range(18)]
    columns = {"time": times, "value": [place % 3 == 0 for place in range(18)]}

    assert read(write(tmp_path, columns), every=HOUR) == (
        SeriesPoint(time=at(0), value=4.0, weight=12.0),
        SeriesPoint(time=at(1), value=2.0, weight=6.0),
    )


def test_one_row_an_event_becomes_a_count_with_zeros_between(tmp_path):
    columns = {"time": [at(0), at(0.5), at(3.2)], "value": [1, 1, 1]}

    points = read(write(tmp_path, columns), KpiKind.COUNT, every=HOUR)

    assert [(p.time, p.value, p.weight) for p in points] == [
        (at(0), 2.0, None),
        (at(1), 0.0, None),
        (at(2), 0.0, None),
        (at(3), 1.0, None),
    ]


def test_no_row_at_all_is_no_bucket(tmp_path):
    empty = {"time": pa.array([], pa.timestamp("us", "UTC")), "value": pa.array([], pa.float64())}
    later = {"time": [END], "value": [1]}

    assert read(write(tmp_path, empty)) == ()
    assert read(write(tmp_path, later), KpiKind.COUNT, every=HOUR) == ()


def test_deployments_are_told_apart_where_a_column_names_them(tmp_path):
    columns = {
        "time": [at(0)] * 4,
        "value": [1, 2, 3, 4],
        "weight": [5, 5, 5, 5],
        "served_by": ["blue", "green", "blue", None],
    }

    points = read(write(tmp_path, columns), weight="weight", deployment="served_by")

    assert [(p.deployment, p.value, p.weight) for p in points] == [
        (None, 4.0, 5.0),
        ("blue", 4.0, 10.0),
        ("green", 2.0, 5.0),
    ]


def test_an_outcome_that_is_not_known_yet_is_left_out(tmp_path):
    columns = {"time": [at(0)] * 3, "value": [1.0, None, float("nan")]}

    assert read(write(tmp_path, columns), every=HOUR) == (
        SeriesPoint(time=at(0), value=1.0, weight=1.0),
    )


@pytest.mark.parametrize(
    ("columns", "table", "sentence"),
    [
        (
            {"time": [START], "approved": [1]},
            {},
            "The files of outcomes have no column value, only time, approved.",
        ),
        ({"value": [1]}, {}, "The files of outcomes have no column time, only value."),
        (
            {"time": [START], "value": [1]},
            {"deployment": "served_by"},
            "The files of outcomes have no column served_by, only time, value.",
        ),
        ({"time": ["soon"], "value": [1]}, {}, "time does not hold times"),
        ({"time": [START], "value": ["many"]}, {}, "The column value must hold numbers"),
        (
            {"time": [START], "value": [1], "weight": ["x"]},
            {"weight": "weight"},
            "The column weight must hold numbers",
        ),
    ],
    ids=["value", "time", "deployment", "no-time", "text", "weight"],
)
def test_what_cannot_be_read_is_one_sentence_that_names_the_column(
    tmp_path, columns, table, sentence
):
    with pytest.raises(InvalidData, match=sentence):
        read(write(tmp_path, columns), **table)


def test_text_that_repeats_is_read_as_numbers_where_it_is_some(tmp_path):
    columns = {"time": [at(0), at(1)], "value": pa.array(["4", "5"]).dictionary_encode()}

    assert [p.value for p in read(write(tmp_path, columns), KpiKind.COUNT)] == [4.0, 5.0]


def test_rows_of_too_many_times_ask_for_buckets(tmp_path):
    columns = {"time": [at(0.1 * place) for place in range(7)], "value": [1] * 7}

    with pytest.raises(InvalidData, match="set `every` to put rows into buckets"):
        read_series(
            write(tmp_path, columns),
            TableSource(data="outcomes"),
            KpiKind.PROPORTION,
            START,
            END,
            most=5,
        )
    assert len(read(write(tmp_path, columns), every=HOUR)) == 1
