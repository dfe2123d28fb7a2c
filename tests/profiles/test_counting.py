"""Engines that only count find the very counts the local engine finds."""

import math

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.errors import InvalidData
from shared.profiles import baseline, window
from shared.profiles.engines.counting import count_window
from tests.profiles.every_engine import assert_same

RANDOM = np.random.default_rng(31)
TABLE = pa.table(
    {
        "income": RANDOM.normal(60.0, 10.0, 3_000),
        "rooms": RANDOM.integers(1, 6, 3_000),
        "city": RANDOM.choice(["Oslo", "Rome", "Wien"], 3_000, p=[0.5, 0.3, 0.2]),
        "owner": RANDOM.random(3_000) < 0.4,
    }
)
BASE = baseline(TABLE, bins=8)
NUMBERS = (
    st.none()
    | st.sampled_from([math.nan, math.inf, -math.inf, 0.0, *BASE.columns["income"].edges[:3], 60.0])
    | st.floats(-1e6, 1e6)
)
ROWS = st.lists(
    st.tuples(
        NUMBERS,
        st.none() | st.integers(-3, 9),
        st.none() | st.sampled_from(["Oslo", "Rome", "Wien", "Bern", "é'\"", ""]),
        st.none() | st.booleans(),
    ),
    max_size=30,
)


def table_of(rows):
    columns = list(zip(*rows, strict=True)) if rows else [[]] * 4
    types = [pa.float64(), pa.int64(), pa.string(), pa.bool_()]
    return pa.table(
        {
            name: pa.array(list(values), type=kind, from_pandas=False)
            for name, values, kind in zip(TABLE.column_names, columns, types, strict=True)
        }
    )


ENGINES = {
    "duckdb": lambda table, connection: connection.from_arrow(table),
    "polars": lambda table, _: pl.from_arrow(table).lazy(),
    "pyarrow": lambda table, _: table,
}


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as opened:
        yield opened


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS)
def test_any_rows_are_counted_alike(connection, engine, rows):
    table = table_of(rows)

    assert_same(count_window(ENGINES[engine](table, connection), BASE), window(table, BASE))


def test_pandas_counts_alike_but_calls_not_a_number_null():
    table = table_of([(1.5, 2, "Oslo", True), (None, 3, "Bern", False), (math.inf, 4, None, True)])

    found = count_window(table.to_pandas(), BASE)
    local = window(table, BASE)

    for name in ("income", "rooms", "city"):
        assert found.columns[name].counts.tolist() == local.columns[name].counts.tolist()
        assert found.columns[name].missing == local.columns[name].missing


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_spark_in_local_mode_counts_alike(spark):
    """Its client leaves the sockets of its answers to the garbage collector."""
    table = TABLE.slice(0, 500)

    assert_same(spark.window(table, BASE), window(table, BASE))


def test_a_column_that_is_missing_or_retyped_is_a_problem_as_in_the_local_engine(connection):
    table = TABLE.drop_columns(["rooms"]).set_column(0, "income", TABLE.column("city"))

    found = count_window(connection.from_arrow(table), BASE)

    assert found.problems == window(table, BASE).problems
    assert set(found.problems) == {"rooms", "income"}


def test_windows_of_two_engines_add_up(connection):
    halves = TABLE.slice(0, 1_000), TABLE.slice(1_000)

    both = count_window(ENGINES["duckdb"](halves[0], connection), BASE) + window(halves[1], BASE)

    assert_same(both, window(TABLE, BASE))


def test_what_is_no_frame_is_refused_in_one_sentence():
    with pytest.raises(InvalidData, match="int is no frame of an engine that can count"):
        count_window(3, BASE)
