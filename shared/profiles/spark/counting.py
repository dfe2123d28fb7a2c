"""The pieces of one side of a task, counted by Spark in the bins of a baseline."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from shared.domain.spark_task import Side
from shared.errors import InvalidData
from shared.profiles.columns import count_column
from shared.profiles.compute import window_of_parts
from shared.profiles.counting import count_pieces
from shared.profiles.spark.delimited import open_delimited
from shared.profiles.spark.lines import open_lines
from shared.profiles.spark.opened import Opened
from shared.profiles.spark.parquet import open_parquet
from shared.statistics.profile import Column, NumericColumn, Profile

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_AT_ONCE = 700
"""So many numbers are asked for in one question: Spark's plans grow faster than their size."""
_OF_EACH = 8
"""Beside its bins, about so many numbers are asked for of each column."""
_JSON_LINES = frozenset({".jsonl", ".ndjson", ".json"})


def pieces_of_side(
    spark: "SparkSession",
    side: Side,
    roots: Sequence[str],
    base: Profile,
    cuts: Sequence[datetime],
) -> list[Profile]:
    """A profile for each piece between two cuts, equal to the local engine's.

    Lines that could not be read belong to the piece in which their file's hour begins, and to the
    last one where no hour is known. Raises InvalidData for files that cannot be read.
    """
    total = [window_of_parts((), base, start=one, end=end) for one, end in pairwise(cuts)]
    if not side.files:
        return total
    if side.time_column is None:
        raise InvalidData(
            "The rows that were scored have no `time_column`, so no window can be cut; name it."
        )
    for opened in _open(spark, [file.under(roots) for file in side.files], base, side.time_column):
        counted = _count(opened, base, cuts)
        for address, lines in opened.unread.items():
            at = _piece_of(_start_of(address, side), cuts)
            counted[at] = replace(counted[at], unread=counted[at].unread + lines)
        total = [one + more for one, more in zip(total, counted, strict=True)]
        if opened.held is not None:
            opened.held.unpersist()
    return total


def _open(
    spark: "SparkSession", paths: Sequence[str], base: Profile, time_column: str
) -> Iterator[Opened]:
    """The files of each kind together."""
    kinds: dict[str, list[str]] = {}
    for path in paths:
        ending = PurePosixPath(path).suffix.lower()
        kinds.setdefault(".jsonl" if ending in _JSON_LINES else ending, []).append(path)
    for ending, found in kinds.items():
        match ending:
            case ".parquet":
                yield from open_parquet(spark, found, base, time_column)
            case ".csv":
                yield from open_delimited(spark, found, base, time_column)
            case ".jsonl":
                yield open_lines(spark, found, base, time_column)
            case _:
                raise InvalidData(
                    f"{found[0]} ends in {ending or 'nothing'}; name a .parquet, .csv, .jsonl, "
                    ".ndjson or .json file."
                )


def _count(opened: Opened, base: Profile, cuts: Sequence[datetime]) -> list[Profile]:
    """Some columns at a time, since Spark compiles one question of all of them for minutes."""
    columns = {name: one for name, one in base.columns.items() if name not in opened.problems}
    found: list[list[Profile]] = []
    for some in _batches(columns):
        part = replace(base, columns=some)
        found.append(count_pieces(opened.frame, part, time_column=opened.time_column, cuts=cuts))
    return [_one(pieces, opened, base) for pieces in zip(*found, strict=True)]


def _batches(columns: dict[str, Column]) -> Iterator[dict[str, Column]]:
    """At least one, also of no column at all: the rows are counted in any case."""
    held: dict[str, Column] = {}
    size = 0
    for name, column in columns.items():
        asked = _OF_EACH + (
            len(column.edges) if isinstance(column, NumericColumn) else len(column.values)
        )
        if held and size + asked > _AT_ONCE:
            yield held
            held, size = {}, 0
        held[name] = column
        size += asked
    yield held


def _one(pieces: Sequence[Profile], opened: Opened, base: Profile) -> Profile:
    """One piece out of what was counted of it, column by column."""
    first = pieces[0]
    columns = {name: column for piece in pieces for name, column in piece.columns.items()}
    problems = {name: told for piece in pieces for name, told in piece.problems.items()}
    for name, told in opened.problems.items():
        if first.rows:
            problems[name] = told
        else:
            columns[name] = count_column((), base.columns[name])
    return replace(
        first,
        columns={name: columns[name] for name in base.columns if name in columns},
        problems=problems,
        extra=opened.unknown_to(base),
    )


def _start_of(address: str, side: Side) -> datetime | None:
    """That of the file with this address, which Spark spells in its own way."""
    plain = unquote(address)
    alike = [file for file in side.files if plain.endswith(f"/{file.path}")]
    return max(alike, key=lambda file: len(file.path)).start if alike else None


def _piece_of(start: datetime | None, cuts: Sequence[datetime]) -> int:
    last = len(cuts) - 2
    return last if start is None else max(0, min(last, bisect_right(cuts, start) - 1))
