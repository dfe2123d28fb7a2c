"""One window of rows with all that is odd, and how each engine is given it and asked."""

import json
import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import duckdb
import duckdb_kql
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.adapters.azure.kql import with_parameters
from shared.profiles import baseline, window
from shared.profiles.engines.counting import count_pieces, count_window
from shared.profiles.kusto.table import count_table

START = datetime(2026, 2, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
CUTS = [START + hours * HOUR for hours in (0, 7, 8, 24, 60, 72)]
ODD_NAME = "o'dd \\ `na.me`\""
ODD_VALUES = ["Oslo", "Rome", "é'\"", "a\\b", "{x}", "%s;--", "$", "Wien "]


def training(rows=1_500):
    """What the baseline is made of."""
    random = np.random.default_rng(41)
    ties = np.where(random.random(rows) < 0.6, 1.5, random.normal(0, 3, rows).round(1))
    seen = [START - timedelta(days=9) + each * HOUR for each in random.integers(0, 200, rows)]
    return pa.table(
        {
            "income": random.normal(60.0, 10.0, rows),
            "ties": ties,
            "rooms": random.integers(1, 6, rows),
            "big": random.integers(-(1 << 62), 1 << 62, rows),
            "small": pa.array(random.normal(0.1, 0.3, rows), pa.float32()),
            "owner": random.random(rows) < 0.4,
            "city": random.choice(ODD_VALUES, rows),
            ODD_NAME: random.normal(0.0, 1e-310, rows),
            "seen": pa.array(seen, pa.timestamp("us", "UTC")),
            "local": pa.array([each.replace(tzinfo=None) for each in seen], pa.timestamp("us")),
            "gone": random.normal(0.0, 1.0, rows),
            "retyped": random.normal(0.0, 1.0, rows),
            "emptied": random.choice(["a", "b"], rows),
        }
    )


BASE = baseline(training(), columns=training().column_names, bins=12, top=5)


def observed(rows=2_000):
    """The window: rows in no order, some outside every cut, some with no time at all."""
    random = np.random.default_rng(43)

    def with_nulls(values, kind, share=0.05):
        gone = random.random(rows) < share
        held = [None if no else value for value, no in zip(values, gone, strict=True)]
        return pa.array(held, kind, from_pandas=False)

    def of(values):
        return [values[at] for at in random.integers(0, len(values), rows)]

    edges = BASE.columns["income"].edges
    incomes = [*random.normal(62.0, 12.0, rows - 300), *(of([*edges, math.nan, math.inf])[:300])]
    incomes[:4] = [-math.inf, -0.0, 0.0, 1e300]
    random.shuffle(incomes)
    times = [START + float(hour) * HOUR for hour in random.uniform(-10, 40, rows - 60)]
    times += of([*CUTS[:4], CUTS[1] - timedelta(microseconds=1)])[:60]
    random.shuffle(times)
    big = [*random.integers(-(1 << 63), (1 << 63) - 1, rows - 3).tolist(), (1 << 53) + 1, 0, 1]
    seen = [START + float(hour) * HOUR for hour in random.uniform(-200, 40, rows)]
    seen[:2] = [datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), START]
    return pa.table(
        {
            "at": with_nulls(times, pa.timestamp("us", "UTC"), 0.02),
            "income": with_nulls(incomes, pa.float64()),
            "ties": with_nulls(of([1.5, 1.5, 1.5, 0.3, -0.0, 7.0]), pa.float64()),
            "rooms": with_nulls(random.integers(-3, 9, rows).tolist(), pa.int32()),
            "big": with_nulls(big, pa.int64()),
            "small": with_nulls(of([*BASE.columns["small"].edges, 0.1, -0.2]), pa.float32()),
            "owner": with_nulls((random.random(rows) < 0.5).tolist(), pa.bool_()),
            "city": with_nulls(of([*ODD_VALUES, "Bern", "new '\\", 'new "}', "Z"]), pa.string()),
            ODD_NAME: with_nulls(of([*BASE.columns[ODD_NAME].edges, 5e-324]), pa.float64()),
            "seen": with_nulls(seen, pa.timestamp("us", "UTC")),
            "local": with_nulls([e.replace(tzinfo=None) for e in seen], pa.timestamp("us")),
            "retyped": with_nulls(of(["1", "2"]), pa.string()),
            "emptied": pa.array([None] * rows, pa.string()),
            "added": random.random(rows),
        }
    )


def counted(profile):
    """All of a profile but its sums, which depend on the order of adding, and its source."""
    plain = profile.to_json()
    sums = {}
    for name, column in plain["columns"].items():
        sums[name] = [column.pop("shifted_sum", 0.0), column.pop("shifted_squares", 0.0)]
    plain.pop("fingerprint")
    return plain, sums


def assert_same(one, other):
    """Equal to the last count; sums within what their order may change."""
    counts, sums = counted(one)
    others, other_sums = counted(other)
    assert counts == others
    for name, values in sums.items():
        assert values == pytest.approx(other_sums[name], rel=1e-9, abs=1e-6), name


def local_pieces(table, base, cuts, time_column="at"):
    """What the local engine finds, piece by piece."""
    return [
        window(table, base, start=start, end=end, time_column=time_column)
        for start, end in pairwise(cuts)
    ]


class Polars:
    """A lazy frame of Polars."""

    def frame(self, table):
        return pl.from_arrow(table).lazy()

    def pieces(self, table, base, cuts, time_column="at"):
        return count_pieces(self.frame(table), base, time_column=time_column, cuts=cuts)

    def window(self, table, base):
        return count_window(self.frame(table), base)

    @staticmethod
    def window_of(frame, base):
        return count_window(frame, base)

    def close(self):
        """Nothing is open."""


class DuckDB(Polars):
    """A relation of DuckDB, in a session whose own zone is far from UTC."""

    def __init__(self):
        self._connection = duckdb.connect()
        self._connection.execute("SET TimeZone = 'Asia/Kathmandu'")

    def frame(self, table):
        return self._connection.from_arrow(table)

    def close(self):
        self._connection.close()


class Spark(Polars):
    """A frame of Spark, read from Parquet, in a session whose own zone is far from UTC."""

    def __init__(self, session, folder):
        self._session, self._folder, self._written = session, folder, 0

    def frame(self, table):
        self._written += 1
        path = self._folder / f"{self._written}.parquet"
        pq.write_table(table, path)
        return self._session.read.parquet(str(path))


class Kusto:
    """A table of a workspace, which only KQL reaches."""

    def __init__(self, **limits):
        self._connection = duckdb_kql.connect()
        self._limits, self._made = limits, 0
        self.asked = []

    def pieces(self, table, base, cuts, time_column="at"):
        name = self.make(table)
        return count_table(self.ask, name, base, time_column=time_column, cuts=cuts, **self._limits)

    def make(self, table):
        """Fill a new table and give its name."""
        self._made += 1
        name = f"T{self._made}"
        self._connection.from_arrow(table).create(name)
        return name

    def grow(self, name):
        """Give the table all its rows once more."""
        self._connection.table(name).insert_into(name)

    def ask(self, questions):
        return [self.rows(question) for question in questions]

    def rows(self, question):
        """The rows as the service answers them: JSON, in which there is no infinity."""
        text = with_parameters(question.text, {}, question.lists)
        self.asked.append((question, text))
        found = duckdb_kql.kql(self._connection, text)
        rows = [dict(zip(found.columns, map(plain, row), strict=True)) for row in found.fetchall()]
        return json.loads(json.dumps(rows, allow_nan=False))

    def close(self):
        self._connection.close()


def plain(value):
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def as_kusto_holds_it(table):
    """Every time is one of UTC there, and no text is null."""
    at = table.schema.get_field_index("local")
    return table.set_column(at, "local", table.column("local").cast(pa.timestamp("us", "UTC")))
