"""The Spark job's own entry on a real local Spark: equal to the local engine, file by file."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from shared.domain.collected import ROW_TIME
from shared.profiles import baseline
from shared.profiles.compute import window_of_parts
from shared.profiles.pieces import pieces_of
from shared.profiles.sources.unread import Faults
from shared.profiles.spark.job import MADE, run
from shared.profiles.spark.task import Side, Task, TaskFile
from shared.statistics import Profile
from tests.profiles.every_engine import BASE, CUTS, assert_same, observed

START = datetime(2026, 2, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


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
    path = tmp_path / "a [b] {c}.parquet"
    parquet.write_table(observed(), path)

    inputs, outputs = counted(BASE, CUTS, side([path], "at"))

    assert outputs == []
    assert sum(piece.rows for piece in inputs) > 1_000
    assert_pieces(inputs, [path], BASE, CUTS, "at")
