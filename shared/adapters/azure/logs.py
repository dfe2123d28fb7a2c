"""What Log Analytics knows: observed requests, the console of a deployment, business KPIs."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import HttpResponseError

from shared.adapters.azure.answers import number
from shared.adapters.azure.faults import told_as_ours
from shared.adapters.azure.kql import Value, with_parameters
from shared.domain.canonical import parse_time
from shared.domain.world import SeriesPoint
from shared.errors import InvalidData, NotFound, Unavailable

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

PUBLIC_CLOUD = "https://api.loganalytics.azure.com"
MOST_LINES = 1000
LOGGED_BEFORE = timedelta(days=14)
_CONSOLE_KEPT = timedelta(days=7)

_REQUESTS = """AmlOnlineEndpointTrafficLog
| where TimeGenerated >= todatetime(parameters.since)
| where TimeGenerated < todatetime(parameters.end)
| where EndpointName =~ tostring(parameters.endpoint)
| summarize requests = countif(TimeGenerated >= todatetime(parameters.start)) by DeploymentName
"""
_CONSOLE = """AmlOnlineEndpointConsoleLog
| where DeploymentName =~ tostring(parameters.deployment)
| where tostring(split(_ResourceId, "/")[-1]) =~ tostring(parameters.endpoint)
| order by TimeGenerated desc
| take 1000
| project TimeGenerated, Message
"""


class WorkspaceLogs:
    """Asks one Log Analytics workspace, by the id that Azure calls customer id.

    Each query has `server_timeout` seconds and is tried once more at most: a query that is slow
    would else hold the function for as long as its message is locked.
    """

    def __init__(
        self,
        workspace: str,
        credential: "TokenCredential",
        *,
        endpoint: str = PUBLIC_CLOUD,
        server_timeout: int = 60,
        **options: Any,
    ) -> None:
        from azure.monitor.query import LogsQueryClient

        self._workspace = workspace
        self._server_timeout = server_timeout
        self._client = LogsQueryClient(
            credential, endpoint=endpoint, **{"retry_total": 1, **options}
        )

    def requests(self, endpoint: str, start: datetime, end: datetime) -> Mapping[str, int] | None:
        """Observed requests by deployment in [start, end).

        None when not one request of the endpoint was logged in the two weeks before either: then
        the log is probably off, and silence says nothing.
        """
        since = start - LOGGED_BEFORE
        rows = self._rows(
            f"count the requests of {endpoint}",
            with_parameters(
                _REQUESTS, {"endpoint": endpoint, "since": since, "start": start, "end": end}
            ),
            (since, end),
        )
        if not rows:
            return None
        return {
            str(row["DeploymentName"]): int(row["requests"]) for row in rows if row["requests"] > 0
        }

    def console_logs(self, endpoint: str, deployment: str, tail: int) -> str:
        """The last lines a deployment's container wrote in a week, a thousand at most."""
        rows = self._rows(
            f"read the console of {endpoint}/{deployment}",
            with_parameters(_CONSOLE, {"endpoint": endpoint, "deployment": deployment}),
            _CONSOLE_KEPT,
        )
        lines = [str(row["Message"]).rstrip("\n") for row in reversed(rows or [])]
        return "".join(f"{line}\n" for line in lines[-tail:]) if tail > 0 else ""

    def kpi(
        self, model: str, name: str, start: datetime, end: datetime, query: str | None = None
    ) -> Sequence[SeriesPoint]:
        """A KPI's buckets in [start, end), by time, out of its owner's query.

        The query reads `parameters.model`, `.kpi`, `.start` and `.end`, and answers with the
        columns `bucket`, `value` and, for a proportion, `weight`. A bucket without value is left
        out.
        Raises NotFound without a query, InvalidData when it is wrong or its columns are.
        """
        if query is None:
            raise NotFound(f"The KPI {name} of {model} has no `query` in the policy; write one.")
        values: dict[str, Value] = {"model": model, "kpi": name, "start": start, "end": end}
        rows = self._rows(f"read the KPI {name}", with_parameters(query, values), (start, end))
        if rows is None:
            raise InvalidData(f"The query of the KPI {name} names a table that does not exist.")
        points = [_point(name, row) for row in rows]
        return sorted(
            (point for point in points if point is not None and start <= point.time < end),
            key=lambda point: point.time,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _rows(
        self, doing: str, query: str, span: timedelta | tuple[datetime, datetime]
    ) -> list[Mapping[str, Any]] | None:
        """The rows of the first table; None when the query's table does not exist yet.

        Raises Unavailable for a part of the answer: it would be taken for all of it.
        """
        from azure.monitor.query import LogsQueryPartialResult

        with told_as_ours(
            doing,
            thing=f"Log Analytics workspace {self._workspace}",
            permission="the role Log Analytics Reader on the Log Analytics workspace",
        ):
            try:
                answer = self._client.query_workspace(
                    self._workspace, query, timespan=span, server_timeout=self._server_timeout
                )
            except HttpResponseError as error:
                if error.status_code != 400:
                    raise
                if "Failed to resolve table" in str(error):
                    return None
                raise InvalidData(
                    f"Could not {doing}: the query is wrong ({_reason(error)})."
                ) from (error)
        if isinstance(answer, LogsQueryPartialResult):
            raise Unavailable(
                f"Could not {doing}: Log Analytics answered only a part "
                f"({getattr(answer.partial_error, 'message', 'no reason')})."
            )
        table = answer.tables[0]
        return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def _point(name: str, row: Mapping[str, Any]) -> SeriesPoint | None:
    for column in ("bucket", "value"):
        if column not in row:
            raise InvalidData(
                f"The query of the KPI {name} has no column `{column}`, only "
                f"{', '.join(map(str, row))}; end it with | project bucket, value, weight."
            )
    time, value, weight = row["bucket"], number(row["value"]), row.get("weight")
    if value is None or time is None:
        return None
    if not isinstance(time, datetime):
        try:
            time = parse_time(str(time))
        except ValueError:
            raise InvalidData(
                f"The query of the KPI {name} has {str(time)[:40]!r} as `bucket`; "
                "make it a datetime."
            ) from None
    read = None if weight is None else number(weight)
    if weight is not None and (read is None or not isfinite(read) or read < 0):
        raise InvalidData(f"The query of the KPI {name} has {weight!r} as `weight`; make it >= 0.")
    return SeriesPoint(time=time, value=value, weight=read)


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
