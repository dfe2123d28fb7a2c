"""Tables of rows as files: `tables/<table>.parquet`, `.csv` or `.jsonl` of a workspace of files."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from shared.adapters.embedded.collected_files import listed_file
from shared.adapters.names import is_plain_name
from shared.domain.collected import CollectedFile
from shared.errors import NotFound

_ENDINGS = (".parquet", ".csv", ".jsonl")
_HOUR = timedelta(hours=1)


class FileLoggedRows:
    """Counts a table's file as Log Analytics counts a table: what leaves it are profiles."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "tables"

    def listed(
        self,
        table: str,
        time_column: str,  # noqa: ARG002
        *,
        start: datetime,
        end: datetime,
    ) -> Sequence[CollectedFile]:
        """The table's file, as one of each hour of [start, end). Raises NotFound."""
        path = self._path(table)
        hour = start.replace(minute=0, second=0, microsecond=0)
        found = []
        while hour < end:
            found.append(listed_file(path, period=(hour, hour + _HOUR)))
            hour += _HOUR
        return found

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
        pieces = pieces_of(self._path(table), base, cuts, time_column)
        return [piece.to_json() for piece in pieces]

    def _path(self, table: str) -> Path:
        paths = [self._folder / f"{table}{ending}" for ending in _ENDINGS]
        found = [path for path in paths if is_plain_name(table) and path.is_file()]
        if not found:
            raise NotFound(f"The workspace has no table {table[:80]!r}.")
        return found[0]
