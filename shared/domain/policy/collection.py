"""How long collected rows may fail to come."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionPolicy:
    """How long the rows that a model scores may fail to come; `expected` off waits for none.

    No row at all for `silence` is told, and any part of them that stopped once its rows can no
    longer come: they may be `late`, for which a window of drift is judged again once.
    """

    expected: bool = True
    """Whether rows are collected at all."""
    silence: timedelta = timedelta(hours=6)
    """How long no row at all may come before it is told."""
    late: timedelta = timedelta(hours=2)
    """How late rows may come and still count."""
    severity: str = "warning"
    """How bad it is that rows do not come."""
