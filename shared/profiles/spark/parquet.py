"""Parquet files: all at once where their columns agree, else those together that do."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from shared.profiles.spark.opened import Opened
from shared.statistics.profile import Profile

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_AT_ONCE = 8
_NANOSECONDS = "spark.sql.legacy.parquet.nanosAsLong"


def open_parquet(
    spark: "SparkSession", paths: Sequence[str], base: Profile, time_column: str
) -> Iterator[Opened]:
    """The rows of the files; a column that some of them lack is missing there.

    Times in nanoseconds, which Spark reads as numbers, are times again.
    """
    spark.conf.set(_NANOSECONDS, "false")
    merged = _read(spark, paths)
    if merged is not None:
        yield _opened(merged, time_column)
        return
    spark.conf.set(_NANOSECONDS, "true")
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        schemas = list(pool.map(lambda path: spark.read.parquet(path).schema, paths))
    groups: dict[str, list[str]] = {}
    for path, schema in zip(paths, schemas, strict=True):
        groups.setdefault(schema.json(), []).append(path)
    for group in groups.values():
        frame = spark.read.parquet(*group)
        yield _opened(_with_times(frame, base, time_column), time_column)


def _read(spark: "SparkSession", paths: Sequence[str]) -> "DataFrame | None":
    """None where the files disagree on a type, or hold one that Spark does not know."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        return spark.read.option("mergeSchema", "true").parquet(*paths)
    except (PySparkException, Py4JJavaError):
        return None


def _opened(frame: "DataFrame", time_column: str) -> Opened:
    return Opened(frame=frame, time_column=time_column, names=frozenset(frame.columns))


def _with_times(frame: "DataFrame", base: Profile, time_column: str) -> "DataFrame":
    """Whole numbers that are times in the baseline, or cut windows and are too large for ms."""
    from pyspark.sql import functions as sf

    plain = frame.toDF(*(f"n{at}" for at in range(len(frame.columns))))
    columns: list[Any] = []
    for at, field in enumerate(frame.schema.fields):
        values = sf.col(f"n{at}")
        kind = base.columns[field.name].kind if field.name in base.columns else ""
        if field.dataType.typeName() == "long":
            micros = sf.floor(values / 1000)
            if kind == "datetime":
                values = sf.timestamp_micros(micros)
            elif kind == "datetime without zone":
                values = sf.timestamp_micros(micros).cast("timestamp_ntz")
            elif field.name == time_column:
                values = sf.when(sf.abs(values) > _LARGEST_MS, micros / 1000).otherwise(values)
        columns.append(values)
    return plain.select(*columns).toDF(*frame.columns)


_LARGEST_MS = 10**16
"""No epoch milliseconds are as large, whose year would be 318857; nanoseconds since 1971 are."""
