"""Rows in a table of Log Analytics, counted there by one query."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.domain.collected import CollectedFile
from shared.errors import Refused


class AzureLoggedRows:
    """Not yet: asks Log Analytics."""

    def listed(
        self, table: str, time_column: str, *, start: datetime, end: datetime
    ) -> Sequence[CollectedFile]:
        """Hours."""
        raise Refused("Not there yet.")

    def profiles(
        self,
        table: str,
        time_column: str,
        baseline: Mapping[str, Any],
        cuts: Sequence[datetime],
    ) -> Sequence[Mapping[str, Any]]:
        """Pieces."""
        raise Refused("Not there yet.")
