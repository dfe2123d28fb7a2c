"""Rows of a table that are counted where they lie: one question for all pieces of a look."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.domain.profiling import Span
from shared.ports import LoggedRows
from shared.service.collected import WindowRead
from shared.service.profiling.pieces import cut_at, periods_within, window_within

if TYPE_CHECKING:
    from shared.statistics import Profile


@dataclass(slots=True, kw_only=True)
class TableRows:
    """A row of the table holds what was asked and what was answered; `spans` are those needed."""

    logged: LoggedRows
    table: str
    time_column: str
    spans: Sequence[Span]
    _pieces: "list[Profile]" = field(default_factory=list)

    def window(self, base: "Profile", start: datetime, end: datetime) -> WindowRead:
        """The rows of [start, end). Raises InvalidData where the table cannot be counted."""
        return WindowRead(profile=window_within(self._counted(base), base, start, end))

    def periods(
        self, base: "Profile", every: timedelta, start: datetime, end: datetime
    ) -> "list[Profile]":
        """A profile for each period of [start, end)."""
        return periods_within(self._counted(base), base, every, start, end)

    def _counted(self, base: "Profile") -> "list[Profile]":
        """The pieces of all spans, asked for once."""
        from shared.statistics import Profile

        if not self._pieces:
            found: Sequence[Any] = self.logged.profiles(
                self.table, self.time_column, base.to_json(), cut_at(self.spans)
            )
            self._pieces = [Profile.from_json(piece) for piece in found]
        return self._pieces
