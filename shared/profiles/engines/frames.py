"""Frames of other engines, opened for counting: which kinds of columns they have, and their times.

Narwhals speaks to all of them alike but for the names of columns and for times, which each engine
turns into whole microseconds of UTC in its own words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.errors import InvalidData
from shared.profiles.engines.times import microseconds_of
from shared.statistics.profile import Column

if TYPE_CHECKING:
    import narwhals as nw

TIME = "time"
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class EngineFrame:
    """A frame that some engine counts: `native` is its own, `schema` Narwhals' types by name.

    `kinds` names each column's kind as `kind_of` does of Arrow's.
    """

    native: Any
    schema: "Mapping[str, nw.dtypes.DType]"
    kinds: Mapping[str, str]

    def asked(
        self, columns: Mapping[str, tuple[int, Column]], time_column: str | None
    ) -> "nw.LazyFrame[Any]":
        """The columns that are counted, by the number given with each: `v0` is that of number 0.

        Numbers are doubles, times seconds of UTC as doubles. With `time_column` there are `time`,
        its microseconds since 1970, and `unreadable`, whether a value there is no time.
        Raises InvalidData when the time column is of no type that holds times.
        """
        import narwhals as nw

        numbered, names = self._numbered()
        chosen: list[nw.Expr] = []
        for name, (at, column) in columns.items():
            values = nw.col(names[name])
            if column.kind.startswith("datetime") and self.kinds[name] == column.kind:
                numbered = microseconds_of(numbered, names[name], self.schema[name], f"m{at}")
                values = nw.col(f"m{at}").cast(nw.Float64)
                # Polars turns a division by one number into a product, which rounds otherwise.
                values = values / (values * 0.0 + 1e6)
            elif self.kinds[name] == "null":
                values = nw.when(~values.is_null()).then(nw.lit(0)).cast(_nothing_of(column))
            elif column.kind == "numeric" and numbered.implementation.is_pyarrow():
                numbered = _arrow_doubles(numbered, names[name], f"d{at}")
                values = nw.col(f"d{at}")
            elif column.kind == "numeric" and self.schema[name] != nw.Float64:
                values = values.cast(nw.Float64)
            elif column.kind == "categorical" and self.schema[name] != nw.String:
                values = values.cast(nw.String)
            chosen.append(values.alias(f"v{at}"))
        if time_column is not None:
            held = names[time_column]
            numbered = microseconds_of(
                numbered, held, self.schema[time_column], TIME, told=time_column
            )
            lost = nw.col(TIME).is_null() & ~nw.col(held).is_null()
            chosen.extend([nw.col(TIME), lost.alias(UNREADABLE)])
        return numbered.select(*chosen) if chosen else numbered

    def _numbered(self) -> "tuple[nw.LazyFrame[Any], dict[str, str]]":
        """The frame with names that are plain words in every engine, and which they are."""
        import narwhals as nw

        names = {name: f"n{at}" for at, name in enumerate(self.schema)}
        lazy = nw.from_native(self.native).lazy()
        if lazy.implementation.is_spark_like():
            return nw.from_native(self.native.toDF(*names.values())).lazy(), names
        return lazy.select(*(nw.col(name).alias(new) for name, new in names.items())), names


def open_frame(frame: Any) -> EngineFrame:
    """A frame of any engine Narwhals speaks, which stays where it is.

    Raises InvalidData when Narwhals is not installed or does not know the frame.
    """
    try:
        import narwhals as nw
    except ImportError as problem:
        raise InvalidData(
            "Counting in another engine needs Narwhals: pip install narwhals."
        ) from problem
    try:
        lazy: nw.LazyFrame[Any] = nw.from_native(frame).lazy()
    except TypeError as problem:
        raise InvalidData(
            f"{type(frame).__name__} is no frame of an engine that can count; give a DuckDB "
            "relation, or a Spark, Polars or pandas frame."
        ) from problem
    schema = dict(lazy.collect_schema())
    kinds = {
        name: "null" if dtype == nw.Unknown and _holds_nothing(lazy, name) else _kind_of(dtype)
        for name, dtype in schema.items()
    }
    return EngineFrame(native=frame, schema=schema, kinds=kinds)


def _kind_of(dtype: "nw.dtypes.DType") -> str:
    import narwhals as nw

    if dtype.is_numeric():
        return "numeric"
    if dtype == nw.Boolean:
        return "boolean"
    if dtype in {nw.String, nw.Categorical} or isinstance(dtype, nw.Enum):
        return "categorical"
    if isinstance(dtype, nw.Datetime):
        return "datetime" if dtype.time_zone else "datetime without zone"
    return "datetime without zone" if dtype == nw.Date else str(dtype).lower()


def _holds_nothing(lazy: "nw.LazyFrame[Any]", name: str) -> bool:
    """Whether the column's very type says it has nulls alone, for which Narwhals has no name."""
    native, engine = lazy.to_native(), lazy.implementation
    if engine.is_polars():
        kind = native.collect_schema()[name]
    elif engine.is_duckdb():
        kind = native.types[native.columns.index(name)]
    elif engine.is_pyarrow():
        kind = native.schema.field(name).type
    elif engine.is_spark_like():
        kind = native.schema[name].dataType
    else:
        return False
    return str(kind).strip('"').lower() in {"null", "nulltype()"}


def _arrow_doubles(frame: "nw.LazyFrame[Any]", name: str, new: str) -> "nw.LazyFrame[Any]":
    """Arrow refuses to round a whole number beyond 2^53 unless it is told to."""
    import narwhals as nw
    import pyarrow as pa

    native = nw.to_native(frame)
    doubles = native.column(name).cast(pa.float64(), safe=False)
    wider: nw.LazyFrame[Any] = nw.from_native(native.append_column(new, doubles)).lazy()
    return wider


def _nothing_of(column: Column) -> "nw.dtypes.DType":
    import narwhals as nw

    kinds: dict[str, nw.dtypes.DType] = {"boolean": nw.Boolean(), "categorical": nw.String()}
    return kinds.get(column.kind, nw.Float64())
