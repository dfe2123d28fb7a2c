"""One query of a Log Analytics workspace: all of its answer, or in our words why there is none."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import HttpResponseError

from shared.adapters.azure.faults import told_as_ours
from shared.errors import InvalidData, NotFound, TimedOut, Unavailable

if TYPE_CHECKING:
    from azure.monitor.query import LogsQueryClient

Span = timedelta | tuple[datetime, datetime]


class NoTable(NotFound):
    """The workspace has no table of the name that a query begins with."""


class TooSlow(TimedOut):
    """The workspace gave a query up after the time it was given."""


def told_of_logs(doing: str, workspace: str) -> AbstractContextManager[None]:
    """Faults of the SDK told as ours; `doing` completes "Could not ..."."""
    return told_as_ours(
        doing,
        thing=f"Log Analytics workspace {workspace}",
        permission="the role Log Analytics Reader on the Log Analytics workspace",
    )


def rows_of(
    client: "LogsQueryClient", workspace: str, query: str, *, doing: str, span: Span, seconds: int
) -> list[Mapping[str, Any]]:
    """The rows of the first table by column; the workspace gives up after so many `seconds`.

    Raises NoTable, TooSlow, InvalidData for a query that is wrong, and Unavailable for a part of
    the answer: it would be taken for all of it. What else fails is told as ours.
    """
    from azure.monitor.query import LogsQueryPartialResult

    with told_of_logs(doing, workspace):
        try:
            answer = client.query_workspace(workspace, query, timespan=span, server_timeout=seconds)
        except HttpResponseError as error:
            if error.status_code == 504:
                raise TooSlow(
                    f"Could not {doing}: Log Analytics gave up after {seconds} s."
                ) from error
            if error.status_code != 400:
                raise
            if "Failed to resolve table" in str(error):
                raise NoTable(f"Could not {doing}: the workspace has no such table.") from error
            raise InvalidData(
                f"Could not {doing}: the query is wrong ({_reason(error)})."
            ) from error
    if isinstance(answer, LogsQueryPartialResult):
        raise Unavailable(
            f"Could not {doing}: Log Analytics answered only a part "
            f"({getattr(answer.partial_error, 'message', 'no reason')})."
        )
    table = answer.tables[0]
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def _reason(error: HttpResponseError) -> str:
    """The innermost message, which names the word that is wrong."""
    inner: Any = getattr(error, "error", None)
    message = error.message
    while inner is not None:
        message = getattr(inner, "message", None) or message
        inner = getattr(inner, "innererror", None)
        if isinstance(inner, dict):
            while isinstance(inner, dict):
                message = inner.get("message") or message
                inner = inner.get("innererror")
            break
    return " ".join(str(message).split())[:300]
