"""What a Kusto query is made of: names, numbers, and the rows of a span of time.

Values of categories and times are data in front of a query, never part of its text; names of
columns and edges are literals of it, in the only forms that cannot end a literal.
"""

import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.canonical import format_time
from shared.errors import InvalidData

_CUTS = "asked_cuts"
_NO_NAME_HAS = {"Cc", "Cs", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Question:
    """One query: its text, and the lists of texts that are declared in front of it by name."""

    text: str
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """Bytes of the query as it is sent, with its lists as JSON."""
        declared = sum(len(name) + 24 + size_of(values) for name, values in self.lists.items())
        return len(self.text.encode()) + declared


@dataclass(frozen=True, slots=True)
class Span:
    """Which rows of which table: `time_type` is the Kusto type of the time column."""

    table: str
    time_column: str
    time_type: str
    cuts: Sequence[datetime]

    @property
    def lists(self) -> dict[str, Sequence[str]]:
        """The cuts, as they are declared in front of a query."""
        return {_CUTS: [format_time(cut) for cut in self.cuts]}

    def rows(self) -> str:
        """The query's beginning: the rows in a piece, and those whose time cannot be read."""
        held = name_literal(self.time_column)
        time, last = self._time(), len(self.cuts) - 1
        lines = [name_literal(self.table)]
        if time != held:
            lines.append(f"| extend asked_time = {time}")
            time = "asked_time"
        within = f"{time} >= {_cut(0)} and {time} < {_cut(last)}"
        lines.append(f"| where {within}{self._or_unreadable(time)}")
        return "\n".join(lines)

    def piece(self) -> str:
        """The number of a row's piece, -1 for a time that cannot be read."""
        held = name_literal(self.time_column)
        time = held if self._time() == held else "asked_time"
        inner = range(1, len(self.cuts) - 1)
        cases = [f"isnull({time}), -1", *(f"{time} < {_cut(at)}, {at - 1}" for at in inner)]
        return f"case({', '.join(cases)}, {len(self.cuts) - 2})"

    def _or_unreadable(self, time: str) -> str:
        held = name_literal(self.time_column)
        if self.time_type == "string":
            return f" or (isnotempty({held}) and isnull({time}))"
        if self.time_type == "real":
            return f" or (isnotnull({held}) and not(isfinite({held})))"
        return ""

    def _time(self) -> str:
        held = name_literal(self.time_column)
        if self.time_type == "datetime":
            return held
        if self.time_type == "string":
            return f"todatetime({held})"
        if self.time_type in {"long", "int"}:
            return f"unixtime_milliseconds_todatetime(tolong({held}))"
        if self.time_type == "real":
            return f"unixtime_milliseconds_todatetime(tolong(round({held})))"
        raise InvalidData(
            f"{self.time_column} is of type {self.time_type}; "
            "give timestamps, ISO 8601 text or epoch ms."
        )


def name_literal(name: str) -> str:
    r"""A table's or column's name as a query writes it.

    Raises InvalidData for a control character: no name has one.

    >>> print(name_literal("it's"))
    ['it\'s']
    """
    if not name or has_control(name):
        raise InvalidData(
            f"{name[:80]!r} cannot be a name in a query; it is empty or holds a control character."
        )
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{escaped}']"


def real_literal(number: float) -> str:
    """A double that is read back exactly; negative zero is zero, which compares alike.

    Raises InvalidData for infinities and not-a-number.

    >>> real_literal(-0.1), real_literal(-0.0), real_literal(5e-324)
    ('real(-0.1)', 'real(0.0)', 'real(5e-324)')
    """
    if not math.isfinite(number):
        raise InvalidData(
            f"{number} is no edge between finite numbers; compute the baseline again."
        )
    return f"real({float(number) + 0.0!r})"


def _cut(at: int) -> str:
    return f"todatetime({_CUTS}[{at}])"


def size_of(values: Sequence[str]) -> int:
    """Bytes of a list as it is declared."""
    return len(json.dumps(list(values), ensure_ascii=False).encode())


def has_control(text: str) -> bool:
    """Whether a text holds what no name has, and what engines read differently."""
    return any(unicodedata.category(each) in _NO_NAME_HAS for each in text)
