"""One window of rows, five engines, the same profiles to the last count."""

from dataclasses import replace
from datetime import timedelta, timezone
from functools import reduce
from operator import add

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from shared.errors import InvalidData
from shared.profiles import window
from shared.profiles.engines.counting import count_pieces
from tests.profiles.every_engine import (
    BASE,
    CUTS,
    HOUR,
    START,
    DuckDB,
    Kusto,
    Polars,
    as_kusto_holds_it,
    assert_same,
    local_pieces,
    observed,
)

# Spark's client leaves the sockets of its answers to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

TABLE = observed()
SHORT = TABLE.slice(0, 300)
SEVERAL_CUTS = {
    "one piece": [START, START + 30 * HOUR],
    "of an hour": [START + each * HOUR for each in range(-3, 12)],
    "of a microsecond": [START + each * timedelta(microseconds=1) for each in range(3)],
    "long after all rows": [START + 100 * HOUR, START + 101 * HOUR],
    "without a zone and in another": [
        START.replace(tzinfo=None),
        (START + 9 * HOUR).astimezone(timezone(5 * HOUR)),
    ],
}
TIMES = {
    "without zone": lambda at: at.cast(pa.timestamp("us")),
    "of nanoseconds": lambda at: at.cast(pa.timestamp("ns")),
    "dates": lambda at: at.cast(pa.timestamp("us")).cast(pa.date32(), safe=False),
    "text in UTC": lambda at: text(at, "%Y-%m-%dT%H:%M:%S.%fZ"),
    "text of another zone": lambda at: text(at, "%Y-%m-%d %H:%M:%S+05:30"),
    "text without zone": lambda at: text(at, "%Y-%m-%d %H:%M:%S.%f"),
    "text of minutes": lambda at: text(at, "%Y-%m-%dT%H:%M"),
    "text of dates": lambda at: text(at, "%Y-%m-%d"),
    "epoch milliseconds": lambda at: milliseconds(at, pa.int64()),
    "epoch milliseconds as doubles": lambda at: milliseconds(at, pa.float64()),
    "nothing": lambda at: pa.nulls(len(at)),
}


def text(at, form):
    return pa.array([None if each is None else each.strftime(form) for each in at.to_pylist()])


def milliseconds(at, kind):
    return pa.array(
        [
            None if each is None else round(each.timestamp() * 1_000) + (0.5 * (kind != pa.int64()))
            for each in at.to_pylist()
        ],
        kind,
    )


def timed(how, table=SHORT):
    return table.set_column(0, "at", TIMES[how](table.column("at")))


def as_held(engine, table):
    return as_kusto_holds_it(table) if isinstance(engine, Kusto) else table


def assert_all_same(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert_same(one, other)


def test_every_piece_is_the_local_engines(engine):
    expected = local_pieces(as_held(engine, TABLE), BASE, CUTS)

    found = engine.pieces(TABLE, BASE, CUTS)

    assert_all_same(found, expected)
    assert [each.rows > 0 for each in found] == [True, True, True, True, False]
    assert set(found[0].problems) >= {"gone", "retyped"}


def test_every_piece_of_spark_is_the_local_engines(spark):
    assert_all_same(spark.pieces(TABLE, BASE, CUTS), local_pieces(TABLE, BASE, CUTS))


@pytest.mark.parametrize("name", SEVERAL_CUTS)
def test_other_cuts_are_cut_alike(engine, name):
    cuts = SEVERAL_CUTS[name]
    expected = local_pieces(as_held(engine, SHORT), BASE, cuts)

    assert_all_same(engine.pieces(SHORT, BASE, cuts), expected)


def test_the_pieces_of_a_window_add_up_to_it(engine):
    held = as_held(engine, TABLE)
    whole = window(held, BASE, start=CUTS[0], end=CUTS[-1], time_column="at")

    assert_same(reduce(add, engine.pieces(TABLE, BASE, CUTS)), whole)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_matter(engine, seed):
    order = np.random.default_rng(seed).permutation(len(SHORT))

    shuffled = engine.pieces(SHORT.take(order), BASE, CUTS)

    assert_all_same(shuffled, engine.pieces(SHORT, BASE, CUTS))


@pytest.mark.parametrize("kind", [Polars, DuckDB])
def test_a_window_that_is_not_cut_is_the_local_engines(kind):
    engine = kind()
    try:
        found = engine.window(TABLE, BASE)
    finally:
        engine.close()

    assert_same(found, window(TABLE, BASE))
    assert {"seen", "local"} <= found.columns.keys()


@pytest.mark.parametrize("how", TIMES)
@pytest.mark.parametrize("kind", [Polars, DuckDB])
def test_times_are_read_as_the_local_engine_reads_them(kind, how):
    engine = kind()
    try:
        assert_all_same(engine.pieces(timed(how), BASE, CUTS), local_pieces(timed(how), BASE, CUTS))
    finally:
        engine.close()


def test_spark_reads_times_as_the_local_engine_does(spark):
    """One narrow table, since Spark takes long over each question."""
    narrow = replace(BASE, columns={"rooms": BASE.columns["rooms"]})
    for how in TIMES.keys() - {"nothing", "of nanoseconds"}:
        table = timed(how).select(["at", "rooms"])
        assert_all_same(spark.pieces(table, narrow, CUTS), local_pieces(table, narrow, CUTS))


@pytest.mark.parametrize("how", ["text in UTC", "epoch milliseconds", "without zone"])
def test_kusto_reads_times_as_the_local_engine_does(how):
    engine = Kusto()
    try:
        expected = local_pieces(as_kusto_holds_it(timed(how)), BASE, CUTS)
        assert_all_same(engine.pieces(timed(how), BASE, CUTS), expected)
    finally:
        engine.close()


def test_text_that_is_no_time_is_refused_without_the_text(engine):
    held = pa.array(["2026-02-03T10:00:00Z", "Mrs Miller", "2026-02-31"])
    table = pa.table({"at": held, "rooms": [1, 2, 3]})

    with pytest.raises(InvalidData, match=r"^at does not hold times: ") as refused:
        engine.pieces(table, BASE, CUTS)

    assert "Miller" not in str(refused.value)


def test_spark_refuses_text_that_is_no_time(spark):
    held = pa.array(["2026-02-03T10:00:00Z", "Mrs Miller", "2026-02-31"])

    with pytest.raises(InvalidData, match="at does not hold times: 2 values"):
        spark.pieces(pa.table({"at": held, "rooms": [1, 2, 3]}), BASE, CUTS)


def test_a_number_that_is_no_time_is_refused(engine):
    table = pa.table({"at": [1.7e12, float("nan")], "rooms": [1, 2]})

    with pytest.raises(InvalidData, match="at does not hold times: 1 values cannot be read"):
        engine.pieces(table, BASE, CUTS)


def test_a_time_column_that_is_absent_or_holds_no_times_is_told(engine):
    with pytest.raises(InvalidData, match=r"no time column at; the columns are rooms"):
        engine.pieces(pa.table({"rooms": [1]}), BASE, CUTS)
    with pytest.raises(InvalidData, match=r"at is of type bool.*; give timestamps"):
        engine.pieces(pa.table({"at": [True]}), BASE, CUTS)


@pytest.mark.parametrize("cuts", [[], [START], [START, START], [START + HOUR, START]])
def test_cuts_that_do_not_rise_are_refused(engine, cuts):
    with pytest.raises(InvalidData, match="two cuts or more, each later than the one before"):
        engine.pieces(SHORT, BASE, cuts)


def test_no_rows_at_all_are_empty_pieces(engine):
    empty = TABLE.slice(0, 0)

    assert_all_same(
        engine.pieces(empty, BASE, CUTS), local_pieces(as_held(engine, empty), BASE, CUTS)
    )


@pytest.mark.parametrize("kind", [Polars, DuckDB])
def test_a_column_without_a_type_is_all_nulls(kind):
    names = ["income", "owner", "city", "seen"]
    table = pa.table({"at": SHORT.column("at"), **{name: pa.nulls(300) for name in names}})
    engine = kind()
    try:
        assert_all_same(engine.pieces(table, BASE, CUTS), local_pieces(table, BASE, CUTS))
    finally:
        engine.close()


@pytest.mark.parametrize("frame", [pa.Table.to_pandas, lambda table: table, pl.from_arrow])
def test_frames_in_memory_are_cut_alike(frame):
    """Without odd numbers, of which pandas has but one."""
    narrow = replace(BASE, columns={n: BASE.columns[n] for n in ("rooms", "city", "seen", "big")})
    table = SHORT.select(["at", "rooms", "city", "seen", "big"]).drop_null()
    table = table.append_column("gone", pa.nulls(len(table), pa.float64()))

    found = count_pieces(frame(table), narrow, time_column="at", cuts=CUTS)

    assert_all_same(found, local_pieces(table, narrow, CUTS))


@pytest.mark.parametrize("how", ["text in UTC", "text of dates", "epoch milliseconds"])
@pytest.mark.parametrize("frame", [pa.Table.to_pandas, lambda table: table])
def test_frames_in_memory_read_times_alike(frame, how):
    narrow = replace(BASE, columns={"city": BASE.columns["city"]})
    table = timed(how).select(["at", "city"]).drop_null()

    found = count_pieces(frame(table), narrow, time_column="at", cuts=CUTS)

    assert_all_same(found, local_pieces(table, narrow, CUTS))


def test_categories_of_polars_count_as_their_texts():
    cast = {"city": pl.Categorical, "income": pl.Decimal(20, 3)}
    table = SHORT.filter(pa.compute.is_finite(SHORT.column("income"))).drop_columns(["at"])
    table = table.filter(pa.compute.less(table.column("income"), 1e9))
    frame = pl.from_arrow(table).lazy().cast(cast)

    assert_same(Polars.window_of(frame, BASE), window(frame.collect().to_arrow(), BASE))
