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
from shared.profiles.engines.counting import count_pieces
from shared.profiles.spark.delimited import open_delimited
from shared.profiles.spark.lines import open_lines
from shared.profiles.spark.opened import Opened
from shared.profiles.spark.parquet import open_parquet
from shared.statistics.profile import Profile

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

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
    """The pieces of what was opened, with what is known of it beside its columns."""
    columns = {name: one for name, one in base.columns.items() if name not in opened.problems}
    counted = replace(base, columns=columns)
    pieces = count_pieces(opened.frame, counted, time_column=opened.time_column, cuts=cuts)
    return [_whole(piece, opened, base) for piece in pieces]


def _whole(piece: Profile, opened: Opened, base: Profile) -> Profile:
    columns, problems = dict(piece.columns), dict(piece.problems)
    for name, told in opened.problems.items():
        if piece.rows:
            problems[name] = told
        else:
            columns[name] = count_column((), base.columns[name])
    return replace(
        piece,
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
