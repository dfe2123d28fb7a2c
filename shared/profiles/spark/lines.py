"""JSON Lines on Spark: each executor reads them as we do, and gives rows of the wanted columns."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from shared.profiles.columns import kind_of
from shared.profiles.numbers import as_doubles
from shared.profiles.sources.json_lines import ROWS_AT_ONCE, Lines
from shared.profiles.sources.part import Part
from shared.profiles.sources.unread import Faults
from shared.profiles.spark.opened import Opened, changed
from shared.profiles.windowing import times_of
from shared.statistics.profile import Profile

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

_TIME, _REPORT = "time", "report"
_KINDS = {"boolean": "boolean", "categorical": "string"}


def open_lines(
    spark: "SparkSession", paths: Sequence[str], base: Profile, time_column: str
) -> Opened:
    """The rows of the files, read once and kept; lines that are no rows are counted.

    Spark takes the end of each line away, so the last one of a file that is still being written
    counts as broken. Raises InvalidData on an executor for times that are none.
    """
    from pyspark.sql import functions as sf

    lines = (
        spark.read.option("lineSep", "\n")
        .text(list(paths))
        .select(sf.col("value").cast("binary"), sf.col("_metadata.file_path"))
    )
    kinds: dict[str, str] = {name: column.kind for name, column in base.columns.items()}
    fields = [f"v{at} {_KINDS.get(kind, 'double')}" for at, kind in enumerate(kinds.values())]
    schema = ", ".join([f"{_TIME} timestamp", f"{_REPORT} string", *fields])
    reader = _reader(kinds, time_column)
    read = lines.mapInArrow(reader, schema).persist()
    told = read.where(sf.col(_REPORT).isNotNull()).select(_REPORT).collect()
    reports = [json.loads(row[0]) for row in told]
    names = frozenset(name for one in reports for name in one["names"])
    problems: dict[str, str] = {}
    unread: Counter[str] = Counter()
    for one in reports:
        unread.update(one["unread"])
        for name, problem in one["problems"].items():
            problems[name] = min(problem, problems.get(name, problem))
    wanted = names - problems.keys() - {time_column}
    kept = {at: name for at, name in enumerate(kinds) if name in wanted}
    frame = read.select(_TIME, *(f"v{at}" for at in kept)).toDF(time_column, *kept.values())
    return Opened(
        frame=frame,
        time_column=time_column,
        names=names,
        problems=problems,
        unread=dict(unread),
        held=read,
    )


def _reader(
    kinds: dict[str, str], time_column: str
) -> "Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]":
    """What an executor does with the lines of a partition."""

    def read(batches: "Iterable[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        lines, unread = Lines(), Counter[str]()
        for batch in batches:
            for line, path in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                before = lines.unread.total
                if line.strip():
                    lines.read(line + b"\n", PurePosixPath(path), 0, Faults.COUNT)
                unread[path] += lines.unread.total - before
                if len(lines.rows) >= ROWS_AT_ONCE:
                    yield from _batches(lines.part(1.0), +unread, kinds, time_column)
                    lines, unread = Lines(), Counter[str]()
        yield from _batches(lines.part(1.0), +unread, kinds, time_column)

    return read


def _batches(
    part: Part, unread: Counter[str], kinds: dict[str, str], time_column: str
) -> "Iterator[pa.RecordBatch]":
    """The rows of a part, and one more that tells of them."""
    import pyarrow as pa

    types = {"boolean": pa.bool_(), "categorical": pa.string()}
    problems: dict[str, str] = {}
    table: dict[str, Any] = {
        _TIME: times_of(part, time_column) if part.rows else [],
        _REPORT: pa.nulls(part.rows, pa.string()),
    }
    for at, (name, kind) in enumerate(kinds.items()):
        held = types.get(kind, pa.float64())
        found = _found(part, name, kind)
        if isinstance(found, str):
            problems[name] = found
            found = None
        table[f"v{at}"] = pa.nulls(part.rows, held) if found is None else found.cast(held)
    told = {"names": part.names if part.rows else [], "problems": problems, "unread": unread}
    rows = pa.table(table)
    report = {name: [None] for name in table} | {_REPORT: [json.dumps(told)]}
    yield from rows.combine_chunks().to_batches()
    yield from pa.table(report, schema=rows.schema).to_batches()


def _found(part: Part, name: str, wanted: str) -> "pa.Array | str | None":
    """The values as they are counted, None where there is none, or what is wrong with them."""
    if name not in part.names or not part.rows:
        return None
    values = part.column(name)
    kind = "several types" if name in part.mixed and wanted != "categorical" else kind_of(values)
    if kind == "null":
        return None
    if kind != wanted:
        return changed(wanted, kind)
    return as_doubles(values) if kind == "numeric" else values
