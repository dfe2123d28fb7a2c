"""Rows of a table are counted where they lie, and everything that holds one counts alike."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from shared.adapters.azure.logged_rows import AzureLoggedRows
from shared.adapters.embedded.logged_rows import FileLoggedRows
from shared.errors import InvalidData, NotFound
from shared.profiles import baseline, window
from shared.statistics import Profile
from tests.conftest import NOON
from tests.integration.loopback.log_analytics import WORKSPACE, serve_log_analytics
from tests.profiles.every_engine import assert_same

HOUR = timedelta(hours=1)
TABLE = "LoanRows_CL"
CITIES = ["Oslo", "Rome", 'it\'s \\ "here"']
CUTS = [NOON - 30 * HOUR, NOON - 29.5 * HOUR, NOON - 24 * HOUR, NOON - 6 * HOUR, NOON]


def rows_of(count, *, seed=5, mean=60.0, since=NOON - 40 * HOUR, hours=60, cities=CITIES):
    """Rows in no order, some without an income or a city, some before and after every cut."""
    random = np.random.default_rng(seed)
    incomes = [None if random.random() < 0.05 else x for x in random.normal(mean, 10.0, count)]
    incomes[:3] = [float("inf"), float("nan"), -0.0]
    places = [None if random.random() < 0.05 else str(x) for x in random.choice(cities, count)]
    return pa.table(
        {
            "TimeGenerated": pa.array(
                [since + float(part) * hours * HOUR for part in random.random(count)],
                pa.timestamp("us", "UTC"),
            ),
            "income": pa.array(incomes, pa.float64(), from_pandas=False),
            "rooms": random.integers(1, 6, count),
            "owner": random.random(count) < 0.4,
            "city": places,
        }
    )


COLUMNS = ["income", "rooms", "owner", "city"]
TRAINING = rows_of(1_000, seed=1).append_column("gone", pa.array([1.0, 2.0] * 500))
BASE = baseline(TRAINING, columns=[*COLUMNS, "gone"], bins=8)


@dataclass
class Held:
    """One adapter and how rows get into what it asks."""

    rows: Any
    add: Any


@pytest.fixture(params=["files", "azure"])
def held(request, tmp_path):
    if request.param == "files":
        folder = tmp_path / "tables"
        folder.mkdir()

        def write(name, rows, taken_in=NOON):  # noqa: ARG001  a file knows no such time
            path = folder / f"{name}.parquet"
            before = [parquet.read_table(path)] if path.is_file() else []
            parquet.write_table(pa.concat_tables([*before, rows]), path)

        yield Held(FileLoggedRows(tmp_path), write)
        return
    loopback = request.getfixturevalue("loopback")
    tables = serve_log_analytics(loopback.router)

    def load(name, rows, taken_in=NOON):
        tables.load(name, rows, taken_in)

    made = AzureLoggedRows(WORKSPACE, request.getfixturevalue("credential"), endpoint=loopback.url)
    yield Held(made, load)
    made.close()
    tables.close()


def pieces(held, base=BASE, *, table=TABLE, time_column="TimeGenerated", cuts=CUTS):
    found = held.rows.profiles(table, time_column, base.to_json(), cuts)
    return [Profile.from_json(piece) for piece in found]


def listed(held, start=NOON - 24 * HOUR, end=NOON, *, table=TABLE, time_column="TimeGenerated"):
    return held.rows.listed(table, time_column, start=start, end=end)


def local(rows, base=BASE, time_column="TimeGenerated", cuts=CUTS):
    return [
        window(rows, base, start=start, end=end, time_column=time_column)
        for start, end in pairwise(cuts)
    ]


def test_pieces_are_those_that_the_local_engine_counts(held):
    rows = rows_of(2_000, seed=2, mean=64.0, cities=[*CITIES, "Bern", "new 'x"])
    held.add(TABLE, rows)

    found = pieces(held)

    expected = local(rows)
    assert sum(piece.rows for piece in found) > 800
    assert found[2].columns["city"].examples == ("Bern", "new 'x")
    for one, other in zip(found, expected, strict=True):
        assert_same(one, other)


def test_columns_that_azure_adds_to_every_table_are_no_news(held):
    held.add(TABLE, rows_of(400).append_column("added", pa.array([1.0] * 400)))

    assert {piece.extra for piece in pieces(held)} == {("added",)}


@pytest.mark.parametrize(
    "kind", [pa.timestamp("us", "UTC"), pa.string(), pa.int64()], ids=["time", "text", "epoch"]
)
def test_a_time_column_of_its_own_cuts_and_lists_as_the_local_engine_does(held, kind):
    rows = rows_of(400)
    times = rows.column("TimeGenerated").to_pylist()
    at = [int(time.timestamp() * 1000) for time in times]
    if kind == pa.string():
        at = [time.isoformat() for time in times]
    if kind == pa.timestamp("us", "UTC"):
        at = times
    held.add(TABLE, rows.append_column("at", pa.array(at, kind)))

    found = pieces(held, time_column="at")
    hours = listed(held, time_column="at")

    expected = local(rows.append_column("at", pa.array(at, kind)), time_column="at")
    assert [piece.rows for piece in found] == [piece.rows for piece in expected]
    assert [hour.start for hour in hours] == [NOON - (24 - n) * HOUR for n in range(24)]


def test_hours_with_rows_are_listed_and_no_others(held):
    held.add(TABLE, rows_of(60, since=NOON - 5 * HOUR, hours=1))
    held.add(TABLE, rows_of(60, since=NOON - 2 * HOUR, hours=1))

    found = listed(held)

    assert [(hour.start, hour.end) for hour in found] == [
        (NOON - 5 * HOUR, NOON - 4 * HOUR),
        (NOON - 2 * HOUR, NOON - HOUR),
    ]
    assert all(hour.bytes > 0 and hour.time_column == "TimeGenerated" for hour in found)
    assert all(hour.place.startswith(TABLE) for hour in found)


def test_an_hour_holds_no_row_of_the_next(held):
    held.add(TABLE, rows_of(60, since=NOON - 5 * HOUR, hours=1))

    [hour] = listed(held)

    assert hour.may_hold(NOON - 4.5 * HOUR, NOON)
    assert not hour.may_hold(NOON - 8 * HOUR, NOON - 5 * HOUR)
    assert not hour.may_hold(NOON - 4 * HOUR, NOON)


def test_parts_of_hours_are_listed_as_whole_ones(held):
    held.add(TABLE, rows_of(600, since=NOON - 5 * HOUR, hours=5))

    found = listed(held, NOON - 3.5 * HOUR, NOON - 1.5 * HOUR)

    assert [hour.start for hour in found] == [NOON - 4 * HOUR, NOON - 3 * HOUR, NOON - 2 * HOUR]


def test_only_the_hour_that_rows_come_into_is_another_version(held):
    held.add(TABLE, rows_of(600, since=NOON - 3 * HOUR, hours=3))
    before = {hour.start: hour.version for hour in listed(held)}

    assert {hour.start: hour.version for hour in listed(held)} == before
    held.add(TABLE, rows_of(4, since=NOON - 2 * HOUR, hours=1), NOON + HOUR)

    after = {hour.start: hour.version for hour in listed(held)}
    assert [start for start in after if after[start] != before[start]] == [NOON - 2 * HOUR]


def test_a_span_without_rows_has_no_hours_and_an_empty_profile(held):
    held.add(TABLE, rows_of(60, since=NOON - 5 * HOUR, hours=1))

    assert listed(held, NOON - 4 * HOUR, NOON) == []
    assert [piece.rows for piece in pieces(held, cuts=[NOON - 4 * HOUR, NOON])] == [0]


@pytest.mark.parametrize("name", ["Others_CL", "LoanRows_CL | take 1", "../LoanRows_CL", ""])
def test_a_table_that_is_not_there_is_refused_by_name(held, name):
    held.add(TABLE, rows_of(10))

    with pytest.raises(NotFound, match="The workspace has no table"):
        pieces(held, table=name)
    with pytest.raises(NotFound, match="The workspace has no table"):
        listed(held, table=name)


@pytest.mark.parametrize("name", ["at", "x'] | union ['Secrets", ""])
def test_a_time_column_that_is_not_there_is_refused_by_name(held, name):
    held.add(TABLE, rows_of(10))

    with pytest.raises(InvalidData, match="There is no time column"):
        pieces(held, time_column=name)
    with pytest.raises(InvalidData, match="There is no time column"):
        listed(held, time_column=name)


@pytest.mark.parametrize("name", ["city", "owner"])
def test_a_column_that_holds_no_times_is_refused(held, name):
    held.add(TABLE, rows_of(10))

    with pytest.raises(InvalidData, match=name):
        pieces(held, time_column=name)
    if name == "owner":
        with pytest.raises(InvalidData, match=name):
            listed(held, time_column=name)
