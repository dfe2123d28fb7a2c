"""What Log Analytics knows: observed requests, the console of a deployment, business KPIs."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.adapters.azure.kpi_series import query_of, read_batch, without_query
from shared.adapters.azure.kql import with_parameters
from shared.adapters.azure.log_queries import NoTable, Span, rows_of, told_of_logs
from shared.adapters.azure.traffic_log import ANSWERS, REQUESTS, SERVED, buckets_of, served_of
from shared.domain.world import AnswerBucket, SeriesAnswer, SeriesQuestion, Served

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

PUBLIC_CLOUD = "https://api.loganalytics.azure.com"
MOST_QUERIES = 20
LOGGED_BEFORE = timedelta(days=14)
_CONSOLE_KEPT = timedelta(days=7)

_CONSOLE = """AmlOnlineEndpointConsoleLog
| where DeploymentName =~ tostring(parameters.deployment)
| where tostring(split(_ResourceId, "/")[-1]) =~ tostring(parameters.endpoint)
| order by TimeGenerated desc
| take 1000
| project TimeGenerated, Message
"""
_WITHIN = "\n| where _ResourceId startswith tostring(parameters.within)\n"


class WorkspaceLogs:
    """Asks one Log Analytics workspace, by the id that Azure calls customer id.

    `within` is the resource id of the workspace whose endpoints are meant, where several send here.
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
        within: str | None = None,
        **options: Any,
    ) -> None:
        from azure.monitor.query import LogsQueryClient

        from shared.adapters.azure.retries import within_budget

        self._workspace = workspace
        self._server_timeout = server_timeout
        self._within = within
        self._client = LogsQueryClient(
            credential, endpoint=endpoint, **within_budget(options, retry_total=1)
        )

    def requests(self, endpoint: str, start: datetime, end: datetime) -> Mapping[str, int] | None:
        """Observed requests by deployment in [start, end).

        None when not one request of the endpoint was logged in the two weeks before either: then
        the log is probably off, and silence says nothing.
        """
        since = start - LOGGED_BEFORE
        rows = self._rows(
            f"count the requests of {endpoint}",
            self._query(
                REQUESTS, {"endpoint": endpoint, "since": since, "start": start, "end": end}
            ),
            (since, end),
        )
        if not rows:
            return None
        return {
            str(row["DeploymentName"]): int(row["requests"]) for row in rows if row["requests"] > 0
        }

    def served(
        self, endpoint: str, start: datetime, end: datetime, slow_ms: float | None
    ) -> Mapping[str, Served] | None:
        """What each deployment answered in [start, end); None when nothing is logged at all.

        Whose fault an answer was is said as `shared.domain.blame` says it.
        """
        limit = slow_ms or 0.0
        query = self._query(
            SERVED, {"endpoint": endpoint, "start": start, "end": end, "slow_ms": limit}
        )
        rows = self._rows(f"read the answers of {endpoint}", query, (start, end))
        if not rows:
            return None if self.requests(endpoint, start, end) is None else {}
        return {
            str(row["DeploymentName"]): served_of(row, counts_slow=slow_ms is not None)
            for row in rows
            if row["DeploymentName"]
        }

    def answers(
        self,
        endpoint: str,
        start: datetime,
        end: datetime,
        *,
        every: timedelta,
        deployments: Collection[str],
        slow_ms: float | None = None,
    ) -> Mapping[str, Sequence[AnswerBucket]] | None:
        """What each of some deployments answered, bucket by bucket; None when nothing is logged.

        One query counts in the log, so that no request is read.
        """
        count = max(0, (end - start) // every)
        until, seconds = start + count * every, int(every.total_seconds())
        query = self._query(
            ANSWERS,
            {
                "endpoint": endpoint,
                "start": start,
                "end": until,
                "every": seconds,
                "slow_ms": slow_ms or 0.0,
            },
        )
        rows = self._rows(f"read the answers of {endpoint}", query, (start, until)) if count else []
        if not rows and self.requests(endpoint, start, end) is None:
            return None
        found = buckets_of(rows or [], start, every, counts_slow=slow_ms is not None)
        starts = [start + place * every for place in range(count)]
        return {
            name: [
                found.get((name, time)) or AnswerBucket(time=time, requests=0) for time in starts
            ]
            for name in deployments
        }

    def console_logs(self, endpoint: str, deployment: str, tail: int) -> str:
        """The last lines a deployment's container wrote in a week, a thousand at most."""
        rows = self._rows(
            f"read the console of {endpoint}/{deployment}",
            self._query(_CONSOLE, {"endpoint": endpoint, "deployment": deployment}),
            _CONSOLE_KEPT,
        )
        lines = [str(row["Message"]).rstrip("\n") for row in reversed(rows or [])]
        return "".join(f"{line}\n" for line in lines[-tail:]) if tail > 0 else ""

    def kpis(self, model: str, asked: Sequence[SeriesQuestion]) -> Sequence[SeriesAnswer]:
        """KPIs in the order asked, by their owners' queries, twenty in one call.

        A query reads `parameters.model`, `.kpi`, `.start` and `.end`, and answers with the columns
        `bucket`, `value` and, for a proportion, `weight`; a column `deployment` tells deployments
        apart. A bucket without value is left out.
        Raises NoPermission and NotFound for the workspace, Unavailable when no query was answered.
        """
        answers = [without_query(model, question) for question in asked]
        open_ones = [place for place, answer in enumerate(answers) if answer is None]
        for start in range(0, len(open_ones), MOST_QUERIES):
            places = open_ones[start : start + MOST_QUERIES]
            found = self._batch(model, [asked[place] for place in places])
            for place, answer in zip(places, found, strict=True):
                answers[place] = answer
        return [answer for answer in answers if answer is not None]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _query(self, query: str, parameters: Mapping[str, Any]) -> str:
        if self._within is None:
            return with_parameters(query, parameters)
        mine = query.replace("\n", _WITHIN, 1)
        return with_parameters(mine, {**parameters, "within": f"{self._within}/"})

    def _batch(self, model: str, asked: Sequence[SeriesQuestion]) -> list[SeriesAnswer]:
        from azure.monitor.query import LogsBatchQuery

        queries = [
            LogsBatchQuery(
                self._workspace,
                query_of(model, question),
                timespan=(question.start, question.end),
                server_timeout=self._server_timeout,
            )
            for question in asked
        ]
        with told_of_logs(f"read the KPIs of {model}", self._workspace):
            results = self._client.query_batch(queries)
            return read_batch(asked, results)

    def _rows(self, doing: str, query: str, span: Span) -> list[Mapping[str, Any]] | None:
        """The rows of the first table; None when the query's table does not exist yet."""
        try:
            return rows_of(
                self._client,
                self._workspace,
                query,
                doing=doing,
                span=span,
                seconds=self._server_timeout,
            )
        except NoTable:
            return None
