"""Rows in a table of Log Analytics, counted there: only counts and a few new values leave it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

from shared.adapters.azure.kql import with_parameters
from shared.adapters.azure.log_queries import NoTable, TooSlow, rows_of
from shared.adapters.azure.logs import PUBLIC_CLOUD
from shared.domain.canonical import format_time
from shared.domain.collected import CollectedFile
from shared.domain.table_names import is_column_name, is_table_name
from shared.domain.wording import spell_seconds
from shared.errors import InvalidData, NotFound
from shared.profiles.engine_faults import no_time_column

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from shared.profiles.kusto.texts import Question

    Rows = list[Mapping[str, Any]]

LONGEST_QUERY = 180
"""Seconds that one query may take; the service itself stops at ten minutes."""
LOGGED_AFTER = timedelta(days=31)
"""Rows with a time column of their own are found when they were logged at most so much later."""
_LOGGED_BEFORE = timedelta(days=2)
_HOUR, _SECOND = timedelta(hours=1), timedelta(seconds=1)
_LOGGED = "TimeGenerated"
_STANDARD = frozenset(
    {
        "Computer",
        "MG",
        "ManagementGroupName",
        "RawData",
        "SourceSystem",
        "TenantId",
        _LOGGED,
        "Type",
    }
)
"""Columns that every table may have beside its own; those with an underscore first are too."""


class AzureLoggedRows:
    """Asks one Log Analytics workspace, by the id that Azure calls customer id.

    Queries go out one after the other, so that a look takes one of the five places that Azure gives
    an identity at a time. All of one call together have `seconds`.
    """

    def __init__(
        self,
        workspace: str,
        credential: "TokenCredential",
        *,
        endpoint: str = PUBLIC_CLOUD,
        seconds: float = 300.0,
        clock: Callable[[], float] = monotonic,
        **options: Any,
    ) -> None:
        """`clock` counts seconds and never goes back."""
        from azure.monitor.query import LogsQueryClient

        from shared.adapters.azure.retries import within_budget

        self._workspace = workspace
        self._seconds = seconds
        self._clock = clock
        # An answer is never asked for twice: one that was too slow would be so again.
        self._client = LogsQueryClient(
            credential,
            endpoint=endpoint,
            **within_budget(options, retry_total=1, retry_status=0),
        )

    def listed(
        self, table: str, time_column: str, *, start: datetime, end: datetime
    ) -> Sequence[CollectedFile]:
        """The hours of [start, end) that have rows, each with a version of its own.

        Raises NotFound for the table, InvalidData for its time column, NoPermission, Unavailable.
        """
        from shared.profiles.kusto.hours import hours_of, hours_question, whole_hours
        from shared.profiles.kusto.texts import Span

        table, time_column = _named(table, time_column)
        ask = self._asking(f"list the hours of {table}", table)
        borders = whole_hours(start, end)
        span = _logged_within(time_column, *borders)
        kind = _kind_of_time(ask, table, time_column, span)
        asked = hours_question(Span(table, time_column, kind, borders))
        return [
            CollectedFile(
                place=f"{table}/{format_time(hour.start)}",
                version=hour.version,
                bytes=hour.bytes,
                start=hour.start,
                end=hour.start + _HOUR,
                time_column=time_column,
                exact=True,
            )
            for hour in hours_of(ask(asked, span))
        ]

    def profiles(
        self,
        table: str,
        time_column: str,
        baseline: Mapping[str, Any],
        cuts: Sequence[datetime],
    ) -> Sequence[Mapping[str, Any]]:
        """The profile of the rows between each two cuts, in the bins of a baseline.

        Raises NotFound for the table, InvalidData for its time column and for what is not counted
        in time, NoPermission, and Unavailable where only a part was answered.
        """
        from shared.profiles.kusto.questions import schema_question
        from shared.profiles.kusto.table import count_table
        from shared.statistics import Profile

        table, time_column = _named(table, time_column)
        base = Profile.from_json(dict(baseline))
        ask = self._asking(f"count the rows of {table}", table)
        span = _logged_within(time_column, cuts[0], cuts[-1])
        schema = schema_question(table)
        kept = {time_column, *base.columns}

        def answered(questions: "Sequence[Question]") -> "list[Rows]":
            found = []
            for question in questions:
                rows = ask(question, span)
                found.append(_own(rows, kept) if question == schema else rows)
            return found

        pieces = count_table(answered, table, base, time_column=time_column, cuts=cuts)
        return [piece.to_json() for piece in pieces]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _asking(
        self, doing: str, table: str
    ) -> "Callable[[Question, tuple[datetime, datetime]], Rows]":
        """Asks one question after the other until the time of the call is over."""
        until = self._clock() + self._seconds

        def ask(question: "Question", span: tuple[datetime, datetime]) -> "Rows":
            seconds = min(LONGEST_QUERY, int(until - self._clock()))
            if seconds < 1:
                raise InvalidData(_too_slow(doing, self._seconds))
            query = with_parameters(question.text, {}, question.lists)
            try:
                return rows_of(
                    self._client, self._workspace, query, doing=doing, span=span, seconds=seconds
                )
            except NoTable as problem:
                raise NotFound(
                    f"The workspace has no table {table!r}; name the one that holds the rows in "
                    "`profiles.table`."
                ) from problem
            except TooSlow as problem:
                raise InvalidData(_too_slow(doing, seconds)) from problem

        return ask


def _named(table: str, time_column: str) -> tuple[str, str]:
    """Both as they are. Raises NotFound and InvalidData for what can be no name of theirs."""
    if not is_table_name(table):
        raise NotFound(f"The workspace has no table {table[:80]!r}; names are letters and digits.")
    if not is_column_name(time_column):
        raise InvalidData(f"There is no time column {time_column[:80]!r}; names are plain.")
    return table, time_column


def _kind_of_time(
    ask: "Callable[[Question, tuple[datetime, datetime]], Rows]",
    table: str,
    time_column: str,
    span: tuple[datetime, datetime],
) -> str:
    """The type of the time column: that which every table has needs not be asked for."""
    from shared.profiles.kusto.questions import schema_question

    if time_column == _LOGGED:
        return "datetime"
    rows = ask(schema_question(table), span)
    types = {str(row["ColumnName"]): str(row["ColumnType"]) for row in rows}
    if time_column not in types:
        raise no_time_column(time_column, types)
    return types[time_column]


def _logged_within(time_column: str, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """When rows of [start, end) can have been logged, which is what Azure asks of every query.

    The SDK writes milliseconds, so a second more keeps the last row; the query cuts exactly.
    """
    if time_column == _LOGGED:
        return start, end + _SECOND
    return start - _LOGGED_BEFORE, end + LOGGED_AFTER


def _own(rows: "Rows", kept: set[str]) -> "Rows":
    """A schema without the columns that Azure adds to every table, but those the model knows."""
    return [
        row
        for row in rows
        if row["ColumnName"] in kept
        or not (row["ColumnName"] in _STANDARD or str(row["ColumnName"]).startswith("_"))
    ]


def _too_slow(doing: str, seconds: float) -> str:
    return (
        f"Could not {doing} within {spell_seconds(seconds)}; give a shorter `drift.window`, leave "
        "columns out by `drift.exclude`, or have the rows written to files and name a Spark in "
        "`profiles.spark`."
    )
