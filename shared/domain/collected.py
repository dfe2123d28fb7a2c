"""What a deployment's data collector kept of the rows it scored: files, and what lies in them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from shared.domain.canonical import content_hash

ROW_TIME = "@time"
ROW_ID = "@id"
"""What is known of each collected row beside its columns, under names that no data has."""

WRITTEN_LATE = timedelta(hours=1)
"""A row may be written into the folder of the hour after its own."""


class Collection(StrEnum):
    """What was collected: rows of columns a script named, or the bodies of whole requests."""

    INPUTS = "model_inputs"
    OUTPUTS = "model_outputs"
    REQUEST = "request"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedFile:
    """A file as it was listed: where it is, whose rows it holds, and which version of it it is.

    `place` means something to the adapter that listed it only. `start` and `end` are the period of
    its folder, None where its place tells none; `time_column` cuts windows out of its rows. It is
    `exact` where no row of another period can lie in it, as hours of a table are.
    """

    place: str
    version: str
    bytes: int
    collection: Collection = Collection.INPUTS
    deployment: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    time_column: str | None = None
    exact: bool = False

    def may_hold(self, start: datetime | None, end: datetime | None) -> bool:
        """Whether rows of [start, end) can lie in it; one whose period is unknown may hold any."""
        if self.start is None or self.end is None:
            return True
        if self.exact:
            return (start is None or self.end > start) and (end is None or self.start < end)
        return period_may_hold(self.start, self.end, start, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Files as they were seen at one look: equal marks mean that nothing came and nothing grew."""

    files: int = 0
    bytes: int = 0
    mark: str = ""


class WindowNews(StrEnum):
    """What is new of a window and its files since it was judged."""

    NEW = "new"
    WAITING = "waiting"
    CHANGED = "changed"
    SETTLED = "settled"
    UNCHANGED = "unchanged"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedWindow:
    """A window [start, end) with its files as they are now, and its profile where it was read.

    The profile of the latest window is kept once, as that of the look.
    """

    start: datetime
    end: datetime
    news: WindowNews
    seen: Seen
    profile: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Input rows of a span and their output rows, joined by correlation id and place in the line.

    `with_outputs` of the `inputs` have their output, `with_inputs` of the `outputs` their input.
    `repeated` counts rows whose id came before, `without_id` those that have none.
    """

    inputs: int = 0
    outputs: int = 0
    with_outputs: int = 0
    with_inputs: int = 0
    repeated_inputs: int = 0
    repeated_outputs: int = 0
    without_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSeen:
    """The rows that had a value in a column, when the last of them was, and the rows after it."""

    filled: int
    last: datetime | None = None
    after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsSeen:
    """Rows of a span: how many, from when to when, their columns.

    `settled` of the rows lie in the part of the span whose rows can no longer come late. `lines`
    and `unread` count those of all files that were read, `unread` by the reason, with an example.
    """

    rows: int = 0
    settled: int = 0
    files: int = 0
    lines: int = 0
    first: datetime | None = None
    last: datetime | None = None
    columns: dict[str, ColumnSeen] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    example: str = ""


def time_column_of(files: Iterable[CollectedFile]) -> str | None:
    """The column with the rows' times, None where the files do not agree on one."""
    columns = {file.time_column for file in files}
    return columns.pop() if len(columns) == 1 else None


def seen(files: Iterable[CollectedFile]) -> Seen:
    """What was seen of some files, whatever their order."""
    listed = sorted((file.place, file.version, file.bytes) for file in files)
    if not listed:
        return Seen()
    return Seen(
        files=len(listed),
        bytes=sum(size for _, _, size in listed),
        mark=content_hash([[place, version] for place, version, _ in listed])[:16],
    )


def period_may_hold(
    opened: datetime, closed: datetime, start: datetime | None, end: datetime | None
) -> bool:
    """Whether a folder of the period [opened, closed) can hold rows of [start, end)."""
    late = WRITTEN_LATE if end is not None else timedelta(0)
    return (start is None or closed > start) and (end is None or opened < end + late)
