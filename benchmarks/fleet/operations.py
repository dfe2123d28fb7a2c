"""What the adapters for Azure ask for each call of a port: the requests by the service billed.

Read out of `shared/adapters/azure/` and compared with what was counted there: `looks` of
`benchmarks/cost_measured.json`, and the stores' own requests against Azurite, in the tests. What
only Azure knows is assumed: no traffic log is kept, so that the metrics are asked behind it; a run
was recorded of every version; of a listing of endpoints a page has `ENDPOINTS_A_PAGE`.
"""

from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

MANAGER, LOGS, METRICS = "Resource Manager", "Log Analytics", "metric query"
TABLE, LIST, READ, WRITE = "table", "blob list", "blob read", "blob write"
ROWS, SEND = "workspace storage", "Service Bus send"
SERVICES = (MANAGER, LOGS, METRICS, TABLE, LIST, READ, WRITE, ROWS, SEND)

ENDPOINTS_A_PAGE = 100
ROWS_A_PAGE = 1_000
COUNTS_A_QUERY, COUNTS_BESIDE = 500, 9
POLICIES_A_PAGE = 5_000
LISTINGS = {"reported", "glances", "subjects", "chained"}
"""Calls of the ledger that read the row of every subject."""

Operations = Mapping[str, int]
Price = Callable[[Any, tuple[Any, ...], Mapping[str, Any]], Operations]
"""What a call asks, from its result and arguments."""

ONCE: Mapping[str, Operations] = {
    "ledger.state": {TABLE: 1},
    "ledger.kept_state": {TABLE: 1},
    "ledger.decisions": {TABLE: 1},
    "ledger.oldest_unsent": {TABLE: 1},
    "ledger.unsent": {TABLE: 1},
    "evidence.get": {READ: 1},
    "archive.put": {WRITE: 2},
    "archive.get": {READ: 1},
    "profiles.load": {READ: 1},
    "profiles.save": {WRITE: 1},
    "reports.load": {READ: 1},
    "reports.save": {WRITE: 1},
    "anchors.keep": {WRITE: 1},
    "notes.keep": {WRITE: 1},
    "notes.count": {LIST: 1},
    "dead_events.count_events": {LIST: 1},
    "workspace.endpoint": {MANAGER: 2},
    "workspace.versions": {MANAGER: 1},
    "workspace.model": {MANAGER: 3, ROWS: 1},
    "workspace.requests": {LOGS: 1, METRICS: 1},
    "workspace.health": {LOGS: 2, METRICS: 4},
    "workspace.answers": {LOGS: 2, METRICS: 2},
    "workspace.kpis": {LOGS: 1},
    "workspace.data": {MANAGER: 2, ROWS: 1},
    "workspace.written": {MANAGER: 2, ROWS: 1},
    "workspace.logs": {MANAGER: 1},
    "models.tag": {MANAGER: 2},
    "models.share": {MANAGER: 2},
    "traffic.change": {MANAGER: 3},
    "jobs.start": {MANAGER: 1},
    "jobs.job": {MANAGER: 1},
    "jobs.latest": {MANAGER: 1},
    "logged_rows.listed": {LOGS: 1},
    "profiling_jobs.start": {MANAGER: 4, ROWS: 3},
    "profiling_jobs.made": {ROWS: 2},
    "profiles.remove": {READ: 1},
}
"""Those that always ask the same."""


def _decision(result: Any, *_: Any) -> Operations:
    """The inbox row, and behind it the decision's."""
    return {TABLE: 1 if result is None else 2}


def _parts(_: Any, arguments: tuple[Any, ...], __: Any) -> Operations:
    return {TABLE: len(set(arguments[1]))}


def _endpoints(result: Any, *_: Any) -> Operations:
    return {MANAGER: max(1, ceil(len(result) / ENDPOINTS_A_PAGE))}


def _collected(result: Any, *_: Any) -> Operations:
    """The endpoint, its deployment's collections by name, and a listing of each that there is.

    Of one that is there the asset and its version are read, of any other the answer that it is
    not: of inputs alone that is the outputs', else of all four.
    """
    return {MANAGER: 6} if result is None else {MANAGER: 5, ROWS: 1}


def _counted(_: Any, arguments: tuple[Any, ...], __: Any) -> Operations:
    """Its schema, and a query for so many columns as have that many counts."""
    columns = arguments[2]["columns"]
    counts = sum(len(column["counts"]) + COUNTS_BESIDE for column in columns.values())
    return {LOGS: 1 + ceil(counts / COUNTS_A_QUERY)}


def _walked(*_: Any) -> Operations:
    return {LIST: 1}


def _fetched(_: Any, arguments: tuple[Any, ...], __: Any) -> Operations:
    return {ROWS: len(arguments[0])}


VARIED: Mapping[str, Price] = {
    "ledger.decision": _decision,
    "ledger.parts": _parts,
    "workspace.endpoints": _endpoints,
    "workspace.collected": _collected,
    "workspace.fetch": _fetched,
    "workspace.lend": _fetched,
    "logged_rows.profiles": _counted,
    "profiles.walk": _walked,
}
"""Those where it depends on what is asked or answered."""

POLICIES: Operations = {"policies.all": 1, "policies.fleet": 1, "policies.problems": 3}
"""How often a timer's question lists the policies, where a listing is good for no while."""


def of_listing(subjects: int) -> Operations:
    """To read the row of every subject."""
    return {TABLE: max(1, ceil(subjects / ROWS_A_PAGE))}


def of_commit(messages: int, queues: int, *, changes_holding: bool) -> dict[str, int]:
    """One commit, and how its messages leave: sent, then deleted with the row that leads there.

    The state is read for its ETag; the log's row, the transaction and the subject's row are
    written, the latter before as well where what the subject holds changes.
    """
    table = 4 + changes_holding
    if messages:
        table += 1 + 2 + messages + 2
    return {TABLE: table, **({SEND: queues} if queues else {})}


def of_policies(files: int) -> int:
    """Pages of a listing of the policies."""
    return max(1, ceil(files / POLICIES_A_PAGE))
