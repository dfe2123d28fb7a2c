"""The profile of a Log Analytics or Kusto table in a baseline's bins, counted where it lies.

A few queries are asked: the table's schema, then one row of counts a piece of time, then, only
where values were never seen before, the first five of them. No other row leaves the workspace.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from shared.errors import InvalidData, Unavailable
from shared.profiles.engines.answers import ROWS, Asked, unseen_in
from shared.profiles.engines.counting import checked_cuts
from shared.profiles.kusto.questions import (
    LONGEST_TEXT,
    MOST_COUNTS,
    PIECE,
    VALUE,
    count_questions,
    example_question,
    kind_of_type,
    schema_question,
    why_not_asked,
)
from shared.profiles.kusto.texts import Question, Span
from shared.statistics.profile import CategoricalColumn, Profile

Rows = Sequence[Mapping[str, Any]]
Ask = Callable[[Sequence[Question]], Sequence[Rows]]

_UNREADABLE = -1


def count_table(
    ask: Ask,
    table: str,
    base: Profile,
    *,
    time_column: str,
    cuts: Sequence[datetime],
    longest: int = LONGEST_TEXT,
    most: int = MOST_COUNTS,
) -> list[Profile]:
    """Profile a table's rows cut at ascending instants; piece i is [cuts[i], cuts[i + 1]).

    `ask` runs queries and gives the rows of each, in order, by column; it declares each query's
    lists in front of its text. Counts equal those of `window` of the same rows, but that Kusto's
    texts have no null: an empty text counts as null. Examples are left out where a baseline knows
    more values than fit a query of `longest` bytes; `most` numbers are asked in one.
    Raises InvalidData for a time column that is absent or does not hold times, cuts that do not
    rise or are too many for a query, and Unavailable when the table grew between the queries.
    """
    borders = checked_cuts(cuts)
    [schema] = ask([schema_question(table)])
    types = {str(row["ColumnName"]): str(row["ColumnType"]) for row in schema}
    if time_column not in types:
        raise InvalidData(
            f"There is no time column {time_column}; the columns are {', '.join(types)}."
        )
    asked = Asked(
        base,
        {name: kind_of_type(kind) for name, kind in types.items()},
        time_column,
        {name: why for name, column in base.columns.items() if (why := why_not_asked(column))},
    )
    span = Span(table, time_column, types[time_column], borders)
    questions = count_questions(span, asked.columns(), types, longest=longest, most=most)
    answers = _together(table, ask(questions))
    if unreadable := int((answers.pop(_UNREADABLE, {})).get(ROWS) or 0):
        raise InvalidData(
            f"{time_column} does not hold times: {unreadable} values cannot be read as one."
        )
    examples = _examples(ask, span, asked, answers, longest)
    return [
        asked.profile(answers.get(at, {}), examples.get(at, {}), start, end)
        for at, (start, end) in enumerate(pairwise(borders))
    ]


def _together(table: str, answered: Sequence[Rows]) -> dict[int, dict[str, Any]]:
    """The numbers of all queries by piece."""
    found: dict[int, dict[str, Any]] = {}
    counted = [{int(row[PIECE]): int(row[ROWS]) for row in rows} for rows in answered]
    if any(rows != counted[0] for rows in counted):
        raise Unavailable(f"{table} got new rows while it was counted; it is counted again.")
    for rows in answered:
        for row in rows:
            found.setdefault(int(row[PIECE]), {}).update(row)
    return found


def _examples(
    ask: Ask,
    span: Span,
    asked: Asked,
    answers: Mapping[int, Mapping[str, Any]],
    longest: int,
) -> dict[int, dict[str, tuple[str, ...]]]:
    questions: dict[str, Question] = {}
    for name, (at, column) in asked.columns().items():
        pieces = [p for p, answer in answers.items() if unseen_in(at, column, answer) > 0]
        if pieces and isinstance(column, CategoricalColumn):
            question = example_question(span, at, name, column, sorted(pieces), longest=longest)
            if question is not None:
                questions[name] = question
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    answered = ask(list(questions.values())) if questions else []
    for name, rows in zip(questions, answered, strict=True):
        new: dict[int, list[str]] = {}
        for row in rows:
            new.setdefault(int(row[PIECE]), []).append(str(row[VALUE]))
        for piece, values in new.items():
            found.setdefault(piece, {})[name] = tuple(sorted(values))
    return found
