"""Tables of rows as files: `tables/<table>.parquet`, `.csv` or `.jsonl` of a workspace of files."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.domain.canonical import format_time
from shared.domain.collected import CollectedFile
from shared.domain.table_names import is_column_name, is_table_name
from shared.errors import InvalidData, NotFound

if TYPE_CHECKING:
    import pyarrow as pa

_ENDINGS = (".parquet", ".csv", ".jsonl")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_MICROSECONDS = 3_600_000_000


class FileLoggedRows:
    """Counts a table's file as Log Analytics counts a table: what leaves it are profiles."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "tables"

    def listed(
        self, table: str, time_column: str, *, start: datetime, end: datetime
    ) -> Sequence[CollectedFile]:
        """The hours of [start, end) that have rows; another version where their times changed.

        Raises NotFound for the table, InvalidData for its time column.
        """
        path = self._path(table, time_column)
        size, total = path.stat().st_size, 0
        hours: dict[int, list[bytes]] = {}
        rows: dict[int, int] = {}
        for times in _times(path, time_column):
            total += len(times)
            for hour, within in _by_hour(times):
                hours.setdefault(hour, []).append(within)
                rows[hour] = rows.get(hour, 0) + len(within) // 8
        first, last = (start - _EPOCH) // _HOUR, -((_EPOCH - end) // _HOUR)
        return [
            CollectedFile(
                place=f"{table}/{format_time(_EPOCH + hour * _HOUR)}",
                version=f"{rows[hour]}-{sha256(b''.join(hours[hour])).hexdigest()[:16]}",
                bytes=size * rows[hour] // total,
                start=_EPOCH + hour * _HOUR,
                end=_EPOCH + (hour + 1) * _HOUR,
                time_column=time_column,
                exact=True,
            )
            for hour in sorted(hours)
            if first <= hour < last
        ]

    def profiles(
        self,
        table: str,
        time_column: str,
        baseline: Mapping[str, Any],
        cuts: Sequence[datetime],
    ) -> Sequence[Mapping[str, Any]]:
        """The profile of each piece. Raises NotFound, InvalidData."""
        from shared.profiles.pieces import pieces_of
        from shared.statistics import Profile

        base = Profile.from_json(dict(baseline))
        pieces = pieces_of(self._path(table, time_column), base, cuts, time_column)
        return [piece.to_json() for piece in pieces]

    def _path(self, table: str, time_column: str) -> Path:
        paths = [self._folder / f"{table}{ending}" for ending in _ENDINGS]
        found = [path for path in paths if is_table_name(table) and path.is_file()]
        if not found:
            raise NotFound(
                f"The workspace has no table {table[:80]!r}; name the one that holds the rows in "
                "`profiles.table`."
            )
        if not is_column_name(time_column):
            raise InvalidData(f"There is no time column {time_column[:80]!r}; names are plain.")
        return found[0]


def _times(path: Path, time_column: str) -> "Iterator[pa.Array]":
    from shared.profiles.reading import read_parts
    from shared.profiles.windowing import times_of

    for part in read_parts(path):
        yield times_of(part, time_column)


def _by_hour(times: "pa.Array") -> Iterator[tuple[int, bytes]]:
    """The times of each hour since 1970 that has some, as they stand."""
    import numpy as np

    instants = times.drop_null().cast("int64").to_numpy(zero_copy_only=False)
    hours = instants // _MICROSECONDS
    for hour in np.unique(hours):
        yield int(hour), instants[hours == hour].tobytes()
