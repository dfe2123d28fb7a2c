"""CSV files on Spark: read as texts, whose types are those that Arrow would find in them."""

import csv
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from shared.errors import InvalidData
from shared.profiles.spark.opened import Opened, changed
from shared.statistics.profile import Profile

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

_AT_ONCE = 8
_MISSING = (
    *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND"),
    *("1.#QNAN", "N/A", "NA", "NULL", "NaN", "n/a", "nan", "null"),
)
_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$|^\s*[+-]?(?i:inf|infinity)\s*$"
_BOOLEAN = r"^(0|1|true|True|TRUE|false|False|FALSE)$"
_TRUE = ("1", "true", "True", "TRUE")
_PLAIN_TIME = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?$"
_ZONED_TIME = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)$"
_KINDS = {
    "numeric": _NUMBER,
    "boolean": _BOOLEAN,
    "datetime without zone": _PLAIN_TIME,
    "datetime": _ZONED_TIME,
}


def open_delimited(
    spark: "SparkSession", paths: Sequence[str], base: Profile, time_column: str
) -> Iterator[Opened]:
    """The rows of the files, those with the same header together; an empty field is missing.

    Raises InvalidData for a header that names a column twice, or that is not separated by commas.
    A row of another length than the header fails the job, as Arrow refuses the file.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        headers = pool.map(lambda path: _header(spark, path), paths)
        for path, header in zip(paths, headers, strict=True):
            if header:
                groups.setdefault(header, []).append(path)
    for header, group in groups.items():
        yield _opened(_read(spark, group, len(header)), header, base, time_column)


def _header(spark: "SparkSession", path: str) -> tuple[str, ...]:
    first = spark.read.text(path).head(1)
    names = tuple(next(csv.reader([first[0][0].removeprefix("\ufeff")]))) if first else ()
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        raise InvalidData(f"{path} has the one column {names[0]!r}; separate columns by commas.")
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise InvalidData(f"{path} has two columns named {min(twice)}; rename one of them.")
    return names


def _read(spark: "SparkSession", paths: list[str], columns: int) -> "DataFrame":
    """The fields as texts, under the names n0, n1 and so on."""
    spark.conf.set("spark.sql.csv.parser.columnPruning.enabled", "false")
    schema = ", ".join(f"n{at} string" for at in range(columns))
    options = {"header": "true", "quote": '"', "escape": '"', "mode": "FAILFAST"}
    return spark.read.options(**options).schema(schema).csv(paths)


def _opened(texts: "DataFrame", header: tuple[str, ...], base: Profile, time_column: str) -> Opened:
    wanted = {name: at for at, name in enumerate(header) if name in {time_column, *base.columns}}
    kept = texts.select(*(f"n{at}" for at in wanted.values())).persist()
    kinds = _kinds(kept, wanted, base)
    problems: dict[str, str] = {}
    columns: dict[str, Any] = {}
    for name, at in wanted.items():
        like = base.columns.get(name)
        if name == time_column or like is None:
            columns[name] = _time(_filled(at), kinds[name])
        elif kinds[name] in {like.kind, "null"}:
            columns[name] = _typed(at, like.kind)
        else:
            problems[name] = changed(like.kind, kinds[name])
    frame = kept.select(*columns.values()).toDF(*columns)
    return Opened(
        frame=frame,
        time_column=time_column,
        names=frozenset(header),
        problems=problems,
        held=kept,
    )


def _kinds(texts: "DataFrame", wanted: dict[str, int], base: Profile) -> dict[str, str]:
    """The first kind that all filled fields of a column are of, else `categorical`."""
    from pyspark.sql import functions as sf

    sums = [sf.lit(0).alias("none")]
    for at in wanted.values():
        values = _filled(at)
        sums.append(sf.count(values).alias(f"filled{at}"))
        for number, pattern in enumerate(_KINDS.values()):
            alike = sf.sum(values.rlike(pattern).cast("long"))
            sums.append(alike.alias(f"kind{at}_{number}"))
    found = texts.agg(*sums).collect()[0].asDict()
    kinds: dict[str, str] = {}
    for name, at in wanted.items():
        like = base.columns.get(name)
        fitting = [
            kind
            for number, kind in enumerate(_KINDS)
            if found[f"kind{at}_{number}"] == found[f"filled{at}"]
        ]
        if like is not None and like.kind == "categorical":
            kinds[name] = "categorical"
        elif not found[f"filled{at}"]:
            kinds[name] = "null"
        else:
            kinds[name] = fitting[0] if fitting else "categorical"
    return kinds


def _filled(at: int) -> "Column":
    """A field, null where it says that there is none."""
    from pyspark.sql import functions as sf

    field = sf.col(f"n{at}")
    return sf.when(~field.isin(*_MISSING), field)


def _time(values: "Column", kind: str) -> "Column":
    return values.cast("double") if kind == "numeric" else values


def _typed(at: int, kind: str) -> "Column":
    from pyspark.sql import functions as sf

    if kind == "categorical":
        field = sf.col(f"n{at}")
        return sf.when(field != "", field)
    values = _filled(at)
    if kind == "boolean":
        return sf.when(values.isNotNull(), values.isin(*_TRUE))
    if kind == "numeric":
        return sf.trim(values).cast("double")
    return values.cast("timestamp" if kind == "datetime" else "timestamp_ntz")
