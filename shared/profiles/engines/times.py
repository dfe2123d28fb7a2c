"""Times of other engines as whole microseconds of UTC, whatever a session's own zone is."""

from typing import TYPE_CHECKING, Any

from shared.errors import InvalidData

if TYPE_CHECKING:
    import narwhals as nw
    import pyarrow as pa

_DAY, _HOUR, _MINUTE, _SECOND = 86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000
_A_TIME = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?$"
_A_ZONE = r":.*(Z|[+-]\d\d(:?\d\d)?)$"
_TO_THE_MINUTE = r"^(.{10}[T ]\d\d:\d\d)(Z|[+-].*)?$"
_LONGEST = 9_200_000_000_000_000


def microseconds_of(
    frame: "nw.LazyFrame[Any]",
    name: str,
    dtype: "nw.dtypes.DType",
    new: str,
    *,
    told: str = "",
) -> "nw.LazyFrame[Any]":
    """The frame with a column `new`: microseconds since 1970 in UTC, null where there is no time.

    Timestamps without a zone are of UTC; text is ISO 8601, numbers are epoch milliseconds.
    `told` is the column's name in sentences.
    Raises InvalidData for a column of another type.
    """
    import narwhals as nw

    if dtype.is_numeric():
        return frame.with_columns(_of_milliseconds(nw.col(name), dtype).alias(new))
    if isinstance(dtype, nw.Datetime) or dtype == nw.Date:
        kind = "date" if dtype == nw.Date else "zoned" if dtype.time_zone else "plain"  # type: ignore[attr-defined]
    elif dtype in {nw.String, nw.Categorical}:
        kind = "text"
    elif dtype == nw.Unknown:
        return frame.with_columns(nw.lit(None, nw.Int64).alias(new))
    else:
        raise InvalidData(
            f"{told} is of type {str(dtype).lower()}; give timestamps, ISO 8601 text or epoch ms."
        )
    native = nw.to_native(frame)
    if frame.implementation.is_spark_like():
        native = _in_spark(native, name, kind, new)
    elif frame.implementation.is_duckdb():
        native = _in_duckdb(native, name, kind, new)
    elif kind == "text":
        return _of_text(frame, name, new)
    else:
        return frame.with_columns(nw.col(name).dt.timestamp("us").alias(new))
    timed: nw.LazyFrame[Any] = nw.from_native(native).lazy()
    return timed


def _of_milliseconds(values: "nw.Expr", dtype: "nw.dtypes.DType") -> "nw.Expr":
    """Whole milliseconds; halves go to the even neighbour, as Arrow rounds."""
    import narwhals as nw

    if dtype.is_integer():
        usable = (values < _LONGEST) & (values > -_LONGEST)
        return nw.when(usable).then(values.cast(nw.Int64)) * 1_000
    values = values.cast(nw.Float64)
    below = values.floor()
    rest = values - below
    odd = (below - (below / 2).floor() * 2) > 0.5
    up = (rest > 0.5) | ((rest == 0.5) & odd)
    usable = (values < _LONGEST) & (values > -_LONGEST)
    whole = nw.when(usable & up).then(below + 1).otherwise(nw.when(usable).then(below))
    return whole.cast(nw.Int64) * 1_000


def _in_spark(native: Any, name: str, kind: str, new: str) -> Any:
    from pyspark.sql import functions

    held = functions.col(name)
    if kind == "zoned":
        found = functions.unix_micros(held)
    elif kind == "date":
        found = functions.unix_date(held) * _DAY
    elif kind == "plain":
        found = (
            functions.unix_date(functions.to_date(held)).cast("long") * _DAY
            + functions.hour(held).cast("long") * _HOUR
            + functions.minute(held).cast("long") * _MINUTE
            + (functions.expr(f"extract(SECOND FROM {name})") * _SECOND).cast("long")
        )
    else:
        # Spark knows no zone behind a time without seconds, and none behind a date.
        full = functions.regexp_replace(held, _TO_THE_MINUTE, "$1:00$2")
        zoned = (
            functions.when(full.rlike(_A_ZONE), full)
            .when(full.rlike(":"), functions.concat(full, functions.lit("Z")))
            .otherwise(functions.concat(full, functions.lit("T00:00:00Z")))
        )
        native = native.withColumn(new, functions.when(held.rlike(_A_TIME), zoned))
        found = functions.unix_micros(functions.expr(f"try_cast({new} AS TIMESTAMP)"))
    return native.withColumn(new, found)


def _in_duckdb(native: Any, name: str, kind: str, new: str) -> Any:
    held = f'"{name}"'
    found = f"epoch_us({held})"
    if kind == "date":
        found = f"epoch_us(CAST({held} AS TIMESTAMP))"
    elif kind == "text":
        found = (
            f"CASE WHEN NOT regexp_matches({held}, '{_A_TIME}') THEN NULL "
            f"WHEN regexp_matches({held}, '{_A_ZONE}') "
            f"THEN epoch_us(TRY_CAST({held} AS TIMESTAMPTZ)) "
            f"ELSE epoch_us(TRY_CAST({held} AS TIMESTAMP)) END"
        )
    return native.project(f'*, {found} AS "{new}"')


def _of_text(frame: "nw.LazyFrame[Any]", name: str, new: str) -> "nw.LazyFrame[Any]":
    """Text of engines whose values Arrow reads as they are: Polars, pandas, Arrow."""
    import narwhals as nw

    native = nw.to_native(frame)
    if frame.implementation.is_polars():
        import polars as pl

        def read(values: Any) -> Any:
            return pl.Series(_of_arrow(values.to_arrow(), name), dtype=pl.Int64)

        timed = pl.col(name).cast(pl.String).map_batches(read, return_dtype=pl.Int64)
        lazy: nw.LazyFrame[Any] = nw.from_native(native.with_columns(timed.alias(new))).lazy()
        return lazy
    eager = frame.collect()
    found = _of_arrow(eager.get_column(name).to_arrow(), name)
    column = nw.new_series(new, found.to_pylist(), nw.Int64, backend=eager.implementation)
    return eager.with_columns(column).lazy()


def _of_arrow(values: "pa.Array | pa.ChunkedArray", name: str) -> "pa.Array":
    import pyarrow as pa

    from shared.profiles.windowing import as_timestamps

    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    try:
        return as_timestamps(array, name).cast(pa.int64())
    except InvalidData:
        return pa.nulls(len(array), pa.int64())
