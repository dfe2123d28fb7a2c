"""Log Analytics: a query is really executed, on tables that a test fills."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from math import isfinite, isnan
from threading import Lock
from typing import Any

import duckdb
import duckdb_kql
import pyarrow as pa

from tests.integration.loopback.server import Answer, Request, Router

WORKSPACE = "22222222-2222-4222-8222-222222222222"
_TAKEN_IN = ("ingestion_time()", "_TakenIn")
"""What says when a row was taken in is a column here, which the engine has instead."""
_TYPES = {"BIGINT": "long", "INTEGER": "int", "DOUBLE": "real", "BOOLEAN": "bool"}


class LogTables:
    """The tables; `partial` makes the next answer a part of itself."""

    def __init__(self) -> None:
        self._connection = duckdb_kql.connect()
        self._connection.execute("SET TimeZone = 'UTC'")
        self._lock = Lock()
        self._loaded: set[str] = set()
        self.queries: list[str] = []
        self.rows_answered: list[int] = []
        self.partial: str | None = None

    def make(self, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
        """A table of DuckDB's types with rows."""
        declared = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        with self._lock:
            self._connection.execute(f'CREATE TABLE "{name}" ({declared})')
        self.add(name, rows)

    def add(self, name: str, rows: Sequence[Sequence[Any]]) -> None:
        """More rows of a table."""
        if not rows:
            return
        marks = ", ".join(f"({', '.join('?' for _ in row)})" for row in rows)
        values = [value for row in rows for value in row]
        with self._lock:
            self._connection.execute(f'INSERT INTO "{name}" VALUES {marks}', values)  # noqa: S608  names of the test

    def load(self, name: str, rows: pa.Table, taken_in: datetime) -> None:
        """A table with the columns of some rows and those that every table has, or more of it."""
        count = len(rows)
        for column, value in (
            ("TenantId", WORKSPACE),
            ("Type", name),
            ("_ItemId", "1"),
            ("_BilledSize", 100.0),
            ("_TakenIn", taken_in),
        ):
            rows = rows.append_column(column, pa.array([value] * count))
        with self._lock:
            found = self._connection.from_arrow(rows)
            if name in self._loaded:
                found.insert_into(name)
            else:
                found.create(name)
            self._loaded.add(name)

    def answer(self, query: str) -> Answer:
        """The rows in the service's form, or its refusal."""
        self.queries.append(query)
        with self._lock:
            try:
                found = duckdb_kql.kql(self._connection, query.replace(*_TAKEN_IN))
                columns = list(zip(found.columns, map(str, found.types), strict=True))
                rows = found.fetchall()
            except duckdb.CatalogException as problem:
                name = str(problem).partition("name ")[2].partition(" ")[0]
                return wrong("SEM0100", f"'where' operator: Failed to resolve table '{name}'")
            except (duckdb_kql.KqlError, duckdb.Error) as problem:
                return wrong("SYN0002", f"Query could not be parsed: {problem}")
        self.rows_answered.append(len(rows))
        table = {
            "name": "PrimaryResult",
            "columns": [{"name": name, "type": _kind(kind)} for name, kind in columns],
            "rows": [[_plain(value) for value in row] for row in rows],
        }
        body: dict[str, Any] = {"tables": [table]}
        if self.partial is not None:
            body["error"] = {
                "code": "PartialError",
                "message": "There were some errors when processing your query.",
                "details": [{"code": "EngineError", "message": self.partial}],
            }
        return Answer(body=body)

    def close(self) -> None:
        """Free the database."""
        self._connection.close()


def wrong(code: str, message: str) -> Answer:
    """A refusal as deep as the service's own."""
    inner = {"code": code, "message": message}
    error = {
        "code": "BadArgumentError",
        "message": "The request had some invalid properties",
        "correlationId": "c",
        "innererror": {
            "code": "SemanticError",
            "message": "A semantic error occurred.",
            "innererror": inner,
        },
    }
    return Answer(status=400, body={"error": error})


def serve_log_analytics(router: Router) -> LogTables:
    """`/v1/workspaces/{id}/query`, and many queries in one call, answered in another order."""
    tables = LogTables()

    def query(request: Request) -> Answer:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return Answer(status=401, body={"error": {"code": "Unauthorized", "message": "No."}})
        if request.parts["workspace"] != WORKSPACE:
            missing = {"code": "PathNotFoundError", "message": "No such workspace."}
            return Answer(status=404, body={"error": missing})
        if "wait=" not in request.headers.get("prefer", ""):
            return wrong("NoTimeout", "A query says how long it may take.")
        body = json.loads(request.body)
        if not body.get("timespan"):
            return wrong("NoTimespan", "A query says which span it reads.")
        return tables.answer(body["query"])

    def batch(request: Request) -> Answer:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return Answer(status=401, body={"error": {"code": "Unauthorized", "message": "No."}})
        responses = []
        for one in request.json()["requests"]:
            if "wait=" not in one["headers"].get("Prefer", ""):
                return wrong("NoTimeout", "A query says how long it may take.")
            if one["workspace"] != WORKSPACE or not one["body"].get("timespan"):
                return wrong("NoTimespan", "A query says which span it reads.")
            answer = tables.answer(one["body"]["query"])
            responses.append({"id": one["id"], "status": answer.status, "body": answer.body})
        return Answer(body={"responses": list(reversed(responses))})

    router.add("POST", "/v1/workspaces/{workspace}/query", query)
    router.add("POST", "/v1/$batch", batch)
    return tables


def _kind(kind: str) -> str:
    return "datetime" if kind.startswith("TIMESTAMP") else _TYPES.get(kind, "string")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "") + "Z"
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, float) and not isfinite(value):
        return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
