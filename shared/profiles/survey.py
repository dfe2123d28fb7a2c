"""What passed by: rows and their ids, when the last came, which columns hold values.

A survey looks at parts on their way to something else, so that nothing is read or held twice: of a
million rows it keeps two numbers each.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shared.domain.collected import ROW_ID, ROW_TIME
from shared.profiles.buffers import valid_values
from shared.profiles.sources.part import Part
from shared.profiles.sources.unread import Unread
from shared.profiles.windowing import as_timestamps

if TYPE_CHECKING:
    import pyarrow as pa

Integers = npt.NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int64)
_NO_TIME = np.iinfo(np.int64).min
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The rows that had a value in a column, when the last of them was, and the rows after it."""

    rows: int
    last: datetime | None
    after: int


@dataclass(slots=True, kw_only=True)
class Survey:
    """Notes the rows of [start, end) that pass through `noting`; rows without a time are in none.

    The ids of all rows are kept, since the other half of a row may lie beyond the border.
    """

    start: datetime
    end: datetime
    lines: int = 0
    unread: Unread = field(default_factory=Unread)
    without_id: int = 0
    _times: list[Integers] = field(default_factory=list)
    _ids: list[Integers] = field(default_factory=list)
    _id_times: list[Integers] = field(default_factory=list)
    _filled: dict[str, int] = field(default_factory=dict)
    _last: dict[str, int] = field(default_factory=dict)

    def noting(self, parts: Iterator[Part]) -> Iterator[Part]:
        """The same parts, noted as they pass."""
        for part in parts:
            self.lines += part.lines
            self.unread += part.unread
            if part.rows and ROW_TIME in part.about:
                self._note(part)
            yield part

    def _note(self, part: Part) -> None:
        times = _microseconds(part.column(ROW_TIME))
        within = (times >= _instant(self.start)) & (times < _instant(self.end))
        self._times.append(times[within])
        hashes, known = _hashes(part.column(ROW_ID))
        self.without_id += int(np.count_nonzero(within & ~known))
        self._ids.append(hashes[known])
        self._id_times.append(times[known])
        for name in part.names:
            filled = times[within & _has_value(part.column(name))]
            self._filled[name] = self._filled.get(name, 0) + len(filled)
            if len(filled):
                self._last[name] = max(self._last.get(name, _NO_TIME), int(filled.max()))

    @property
    def rows(self) -> int:
        """How many rows there were."""
        return sum(map(len, self._times))

    @property
    def first(self) -> datetime | None:
        """When the first of them was."""
        return min((_time(int(one.min())) for one in self._times if len(one)), default=None)

    @property
    def last(self) -> datetime | None:
        """When the last of them was."""
        return max((_time(int(one.max())) for one in self._times if len(one)), default=None)

    def rows_between(self, start: datetime, end: datetime) -> int:
        """How many rows of the span were in [start, end)."""
        low, high = _instant(start), _instant(end)
        return sum(int(np.count_nonzero((one >= low) & (one < high))) for one in self._times)

    def steady_since(self, gap: timedelta, until: datetime) -> datetime | None:
        """Since when rows came without a longer gap, of those before `until`; None without any.

        It is the start of the span where the first of them came as soon as that.
        """
        times = np.sort(_joined(self._times))
        times = times[times < _instant(until)]
        if not len(times):
            return None
        longest = gap // timedelta(microseconds=1)
        breaks = np.flatnonzero(np.diff(times) > longest)
        if len(breaks):
            return _time(int(times[breaks[-1] + 1]))
        first = _time(int(times[0]))
        return self.start if first - self.start <= gap else first

    def columns(self) -> dict[str, Filled]:
        """Every column that was there, as far as it held values."""
        found = {}
        for name, rows in self._filled.items():
            last = self._last.get(name)
            after = self.rows
            if last is not None:
                after = sum(int(np.count_nonzero(one > last)) for one in self._times)
            found[name] = Filled(rows=rows, last=None if last is None else _time(last), after=after)
        return found

    def ids(self, until: datetime | None = None) -> Integers:
        """The ids of the rows of the span, as numbers, each as often as it came."""
        ids, times = _joined(self._ids), _joined(self._id_times)
        return ids[(times >= _instant(self.start)) & (times < _instant(until or self.end))]

    def all_ids(self) -> Integers:
        """The same of every row that passed, whenever it was."""
        return _joined(self._ids)


def _joined(pieces: list[Integers]) -> Integers:
    return np.concatenate(pieces) if pieces else _NONE


def _hashes(ids: "pa.Array") -> tuple[Integers, npt.NDArray[np.bool_]]:
    """A number a text, the same within a process; two texts share one with chance 2⁻⁶⁴."""
    texts = ids.to_pylist()
    numbers = np.fromiter(map(hash, texts), dtype=np.int64, count=len(texts))
    return numbers, np.fromiter((one is not None for one in texts), dtype=np.bool_)


def _microseconds(times: "pa.Array") -> Integers:
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = as_timestamps(times, ROW_TIME).cast(pa.int64())
    found: Integers = valid_values(pc.fill_null(numbers, _NO_TIME))
    return found


def _has_value(column: "pa.Array") -> npt.NDArray[np.bool_]:
    import pyarrow.compute as pc

    valid: npt.NDArray[np.bool_] = pc.is_valid(column).to_numpy(zero_copy_only=False)
    return valid


def _instant(time: datetime) -> int:
    return (time - _EPOCH) // timedelta(microseconds=1)


def _time(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
