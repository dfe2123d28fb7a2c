"""Rows of files as Spark sees them, with what is known of them beside their columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shared.statistics.profile import Profile

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Rows under their own names: the time column and those of a baseline, as far as there.

    `names` are all columns of the data. `problems` tells of those that cannot be counted, which
    the frame does not have; `unread` counts lines by the address of their file. `held` is what
    Spark keeps while it is counted, where reading it again would be dear.
    """

    frame: "DataFrame"
    time_column: str
    names: frozenset[str]
    problems: Mapping[str, str] = field(default_factory=dict)
    unread: Mapping[str, int] = field(default_factory=dict)
    held: "DataFrame | None" = None

    def unknown_to(self, base: Profile) -> tuple[str, ...]:
        """The columns that the baseline does not know."""
        known = base.columns.keys() | base.skipped.keys() | {self.time_column}
        return tuple(sorted(self.names - known))


def changed(kind: str, found: str) -> str:
    """The sentence on a column whose type is another than in the baseline."""
    return f"changed its type: {kind} in the baseline, {found} in the window"
