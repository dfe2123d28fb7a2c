"""The queries that count a Kusto table in a baseline's bins: which, and what is in each."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shared.errors import InvalidData
from shared.profiles.engines.answers import ROWS, named
from shared.profiles.kusto.texts import (
    Question,
    Span,
    has_control,
    name_literal,
    real_literal,
    size_of,
)
from shared.statistics.profile import EXAMPLES, CategoricalColumn, Column

PIECE = "piece"
VALUE = "value"
LONGEST_TEXT = 64_000
MOST_COUNTS = 500

_KINDS = {"long", "int", "real", "decimal"}
_LONGEST_LIST = 16_000


@dataclass(frozen=True, slots=True)
class _Count:
    """One number that is asked of a column, and the list it looks values up in."""

    at: int
    name: str
    expression: str
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Values:
    """How a column is called in a query: what is projected, and what is made of that."""

    projected: str
    extended: str = ""


def schema_question(table: str) -> Question:
    """Which columns a table has, of which type.

    Raises InvalidData for a table's name with a control character.
    """
    return Question(f"{name_literal(table)}\n| getschema\n| project ColumnName, ColumnType")


def kind_of_type(kusto_type: str) -> str:
    """The kind of column, as `kind_of` names it of Arrow's types; a Kusto time is one of UTC."""
    if kusto_type in _KINDS:
        return "numeric"
    return {"bool": "boolean", "string": "categorical"}.get(kusto_type, kusto_type)


def count_questions(
    span: Span,
    columns: Mapping[str, tuple[int, Column]],
    types: Mapping[str, str],
    *,
    longest: int = LONGEST_TEXT,
    most: int = MOST_COUNTS,
) -> list[Question]:
    """The queries that count the columns, each with its place in the baseline: one where it fits.

    `longest` is the most bytes of a query, `most` the most numbers asked in one.
    Raises InvalidData when not even one number fits, which is so of too many cuts.
    """
    values = {
        at: _values_of(at, name, column, types[name]) for name, (at, column) in columns.items()
    }
    asked = [
        count
        for name, (at, column) in columns.items()
        for count in _counts_of(at, column, types[name])
    ]
    if not asked:
        return [_question(span, values, [])]
    return list(_packed(span, values, asked, longest, most))


def example_question(
    span: Span,
    at: int,
    name: str,
    column: CategoricalColumn,
    pieces: Sequence[int],
    *,
    longest: int = LONGEST_TEXT,
) -> Question | None:
    """The first unseen values of the pieces; None when the known ones are too many to leave out."""
    known = f"asked_known_{at}"
    rows = "\n".join(
        [
            f"let asked_new = materialize({span.rows()}",
            f"| project {PIECE} = {span.piece()}, {VALUE} = {name_literal(name)}",
            f"| where isnotempty({VALUE}) and {VALUE} !in ({known})",
            f"| distinct {PIECE}, {VALUE});",
        ]
    )
    firsts = [
        f"(asked_new | where {PIECE} == {piece} | top {EXAMPLES} by {VALUE} asc)"
        for piece in pieces
    ]
    together = firsts[0][1:-1] if len(firsts) == 1 else f"union {', '.join(firsts)}"
    question = Question(f"{rows}\n{together}", {**span.lists, known: _filled(column.known)})
    return question if question.length <= longest else None


def why_not_asked(column: Column) -> str | None:
    """Why a column's values cannot be looked up by a query, None when they can."""
    if not isinstance(column, CategoricalColumn):
        if all(map(math.isfinite, (*column.edges, column.shift))):
            return None
        return "has an edge that is no finite number"
    for value in (*column.values, *column.known):
        if has_control(value):
            return "has a value with a control character, which a query cannot name"
        if size_of([value]) > _LONGEST_LIST:
            return f"has a value of more than {_LONGEST_LIST} bytes, too long for a query"
    return None


def _values_of(at: int, name: str, column: Column, kusto_type: str) -> _Values:
    held = name_literal(name)
    if isinstance(column, CategoricalColumn):
        return _Values(f"v{at} = {held}")
    if column.kind == "datetime":
        micros = f"datetime_diff('microsecond', {held}, datetime(1970-01-01))"
        return _Values(f"f{at} = {micros} / real(1000000.0)")
    if kusto_type == "real":
        return _Values(f"v{at} = {held}", f"f{at} = iff(isfinite(v{at}), v{at}, real(null))")
    return _Values(f"f{at} = todouble({held})")


def _counts_of(at: int, column: Column, kusto_type: str) -> Iterator[_Count]:
    if isinstance(column, CategoricalColumn):
        yield from _counts_of_categories(at, column)
        return
    finite, values = f"f{at}", f"v{at}"
    shifted = f"({finite} - {real_literal(column.shift)})"
    sums = {
        "minimum": f"min({finite})",
        "maximum": f"max({finite})",
        "sum": f"sum({shifted})",
        "squares": f"sum({shifted} * {shifted})",
    }
    if kusto_type == "real":
        sums["nulls"] = f"countif(isnull({values}))"
        sums["nans"] = f"countif(isnan({values}))"
        sums["above"] = f"countif({values} == real(+inf))"
        sums["below"] = f"countif({values} == real(-inf))"
    else:
        sums["nulls"] = f"countif(isnull({finite}))"
    for number, edge in enumerate(column.edges):
        sums[f"edge{number}"] = f"countif({finite} <= {real_literal(edge)})"
    yield from (_Count(at, named(at, what), expression) for what, expression in sums.items())


def _counts_of_categories(at: int, column: CategoricalColumn) -> Iterator[_Count]:
    values = f"v{at}"
    if column.kind == "boolean":
        yield _Count(at, named(at, "nulls"), f"countif(isnull({values}))")
        yield _Count(at, named(at, "value0"), f"countif(not({values}))")
        yield _Count(at, named(at, "value1"), f"countif({values})")
        return
    yield _Count(at, named(at, "nulls"), f"countif(isempty({values}))")
    number = 0
    for chunk, some in enumerate(_chunks(column.values)):
        listed = f"asked_values_{at}_{chunk}"
        for place, value in enumerate(some):
            if value:
                found = f"countif({values} == tostring({listed}[{place}]))"
                yield _Count(at, named(at, f"value{number}"), found, {listed: some})
            number += 1
    for chunk, some in enumerate(_chunks(_filled(column.known))):
        listed = f"asked_known_{at}_{chunk}"
        found = f"countif({values} in ({listed}))"
        yield _Count(at, named(at, f"known{chunk}"), found, {listed: some})


def _packed(
    span: Span,
    values: Mapping[int, _Values],
    asked: Sequence[_Count],
    longest: int,
    most: int,
) -> Iterator[Question]:
    """As many numbers a query as fit, in their order; lengths are of each part, added up."""
    empty = _question(span, values, []).length
    together: list[_Count] = []
    length = empty
    columns: set[int] = set()
    lists: set[str] = set()
    for count in asked:
        more = _length_of(count, values, columns, lists)
        if together and (len(together) >= most or length + more > longest):
            yield _question(span, values, together)
            together, length, columns, lists = [], empty, set(), set()
            more = _length_of(count, values, columns, lists)
        if not together and length + more > longest:
            raise InvalidData(
                f"A query of {length + more} bytes is longer than the {longest} that are sent; "
                "cut the window into fewer pieces."
            )
        together.append(count)
        length += more
        columns.add(count.at)
        lists.update(count.lists)
    yield _question(span, values, together)


def _length_of(
    count: _Count, values: Mapping[int, _Values], columns: set[int], lists: set[str]
) -> int:
    """The most bytes that a number adds to a query of such columns and lists."""
    parts = [count.name, count.expression]
    if count.at not in columns:
        parts += [values[count.at].projected, values[count.at].extended, "| extend "]
    declared = {name: each for name, each in count.lists.items() if name not in lists}
    return sum(len(part.encode()) + 5 for part in parts) + Question("", declared).length


def _question(span: Span, values: Mapping[int, _Values], counts: Sequence[_Count]) -> Question:
    used = [values[at] for at in dict.fromkeys(count.at for count in counts)]
    projected = ", ".join([f"{PIECE} = {span.piece()}", *(each.projected for each in used)])
    lines = [span.rows(), f"| project {projected}"]
    if extended := [each.extended for each in used if each.extended]:
        lines.append(f"| extend {', '.join(extended)}")
    sums = [f"{ROWS} = count()", *(f"{count.name} = {count.expression}" for count in counts)]
    lines.append(f"| summarize {', '.join(sums)} by {PIECE}")
    lists = dict(span.lists)
    for count in counts:
        lists.update(count.lists)
    return Question("\n".join(lines), lists)


def _chunks(values: Sequence[str]) -> Iterator[list[str]]:
    """The values in lists each of which is short enough to leave room for a query."""
    some: list[str] = []
    size = 0
    for value in values:
        more = size_of([value])
        if some and size + more > _LONGEST_LIST:
            yield some
            some, size = [], 0
        some.append(value)
        size += more
    if some:
        yield some


def _filled(values: Sequence[str]) -> list[str]:
    return [value for value in values if value]
