"""What a Kusto query is made of: names, numbers, and the rows of a span of time.

Values of categories and times are data in front of a query, never part of its text; names of
columns and edges are literals of it, in the only forms that cannot end a literal.
"""

import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from shared.domain.canonical import format_time
from shared.errors import InvalidData

_CUTS = "asked_cuts"
_NUMBERS = {"long", "int", "real"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
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
    def has_instants(self) -> bool:
        """Whether times are compared as such, not as epoch milliseconds."""
        return self.time_type not in _NUMBERS

    @property
    def lists(self) -> dict[str, Sequence[str]]:
        """The cuts, as they are declared in front of a query."""
        if not self.has_instants:
            return {}
        return {_CUTS: [format_time(cut) for cut in self.cuts]}

    def rows(self) -> str:
        """The query's beginning: the rows in a piece, and those whose time cannot be read.

        Raises InvalidData when the time column is of a type that holds no times.
        """
        held, time = name_literal(self.time_column), self.time()
        within = f"{time} >= {self._cut(0)} and {time} < {self._cut(len(self.cuts) - 1)}"
        if self.time_type != "datetime":
            filled = "isnotempty" if self.time_type == "string" else "isnotnull"
            within = f"({within}) or (isnull({time}) and {filled}({held}))"
        return f"{name_literal(self.table)}\n| where {within}"

    def piece(self) -> str:
        """The number of a row's piece, -1 for a time that cannot be read."""
        time = self.time()
        inner = range(1, len(self.cuts) - 1)
        cases = [f"isnull({time}), -1", *(f"{time} < {self._cut(at)}, {at - 1}" for at in inner)]
        return f"case({', '.join(cases)}, {len(self.cuts) - 2})"

    def time(self) -> str:
        """A row's time as its cuts are written, null where it cannot be read.

        Raises InvalidData when the time column is of a type that holds no times.
        """
        held = name_literal(self.time_column)
        if self.time_type == "datetime":
            return held
        if self.time_type == "string":
            return f"todatetime({held})"
        if self.time_type == "real":
            return f"iff(isfinite({held}), tolong(round({held})), long(null))"
        if self.time_type in _NUMBERS:
            return f"tolong({held})"
        raise InvalidData(
            f"{self.time_column} is of type {self.time_type}; "
            "give timestamps, ISO 8601 text or epoch ms."
        )

    def _cut(self, at: int) -> str:
        """A border: of whole milliseconds, the first that is not before it."""
        if self.time_type in _NUMBERS:
            return f"long({-((_EPOCH - self.cuts[at]) // _MILLISECOND)})"
        return f"todatetime({_CUTS}[{at}])"


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


def size_of(values: Sequence[str]) -> int:
    """Bytes of a list as it is declared."""
    return len(json.dumps(list(values), ensure_ascii=False).encode())


def has_control(text: str) -> bool:
    """Whether a text holds what no name has, and what engines read differently."""
    return any(unicodedata.category(each) in _NO_NAME_HAS for each in text)
