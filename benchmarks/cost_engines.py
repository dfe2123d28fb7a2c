"""What counting the rows of one model once a day costs a month, by the engine that does it.

In the function, by parts, in Log Analytics or as a Spark job. Only what the engine adds: the look
that asks for it is in the bill. What is free of each price is left out, since others use it up.
"""

import json
from collections.abc import Callable, Mapping
from math import ceil

from benchmarks.cost_bill import DAYS, USUAL, fact, reading_seconds, table
from benchmarks.cost_rows import ENVELOPE
from benchmarks.cost_sources import measured

LONGEST = 600.0
"""Seconds: `functionTimeout` in host.json."""
PART_ROWS = 1_000_000
_BUS_OPERATIONS, _RECORDS = 3, 12
EXECUTOR_CORES = 4


def _each(name: str) -> float:
    return float(table()["prices"][name]["price"])


def in_function(rows: float, kept_as: str = "json lines") -> float | None:
    """Dollars a month in one execution; None where it takes longer than an execution may."""
    spent = reading_seconds(rows, kept_as)
    if spent > LONGEST:
        return None
    return _billed(spent) * _each("functions_gb_seconds") * DAYS


def by_parts(rows: float, kept_as: str = "json lines") -> float | None:
    """Dollars a month in parts of a million rows, each a message, a profile kept and read again."""
    parts = ceil(rows / PART_ROWS)
    seconds = reading_seconds(rows / parts, kept_as)
    part = (
        _billed(seconds) * _each("functions_gb_seconds")
        + _each("functions_executions") / 1e6
        + _BUS_OPERATIONS * _each("bus_operations") / 1e6
        + (_each("blob_writes") + _each("blob_reads")) / 1e4
        + _RECORDS * USUAL.record_kb * _each("logs_ingested") / 1e6
    )
    return parts * part * DAYS


def in_spark(rows: float) -> float | None:
    """Dollars a month as one Spark job a day: its start, and the work shared by its executor."""
    minutes = fact("least_minutes") + reading_seconds(rows) / EXECUTOR_CORES / 60
    return minutes / 60 * fact("vcores") * _each("spark_vcore_hours") * DAYS


def in_logs(rows: float, plan: str) -> float | None:
    """Dollars a month for rows in Log Analytics: they are written, and scanned once a day.

    Queries of Analytics Logs cost nothing; those of Basic and Auxiliary Logs by the GB scanned.
    """
    gigabytes = rows * row_bytes() / 1e9
    scanned = 0.0 if plan == "logs_ingested" else _each("logs_scanned")
    return gigabytes * (_each(plan) + scanned) * DAYS


def row_bytes() -> float:
    """Bytes of a row as JSON, without the envelope it is collected in."""
    line = float(measured()["rows"]["json lines"]["bytes a row"])
    return line - len(json.dumps({**ENVELOPE, "data": []}))


ENGINES: Mapping[str, Callable[[float], float | None]] = {
    "`local`, collected JSON Lines": in_function,
    "`local`, Parquet": lambda rows: in_function(rows, "parquet"),
    "`local` by parts of a million rows, JSON Lines": by_parts,
    "`log_analytics`: the query of Analytics Logs": lambda _: 0.0,
    "the rows written to Analytics Logs for it": lambda rows: in_logs(rows, "logs_ingested"),
    "written to Basic Logs and scanned": lambda rows: in_logs(rows, "logs_basic"),
    "written to Auxiliary Logs and scanned": lambda rows: in_logs(rows, "logs_auxiliary"),
    "`spark`: a serverless Spark job": in_spark,
}


def _billed(spent: float) -> float:
    """GB-seconds of one execution by itself."""
    return ceil(max(spent, USUAL.least_seconds) * 10) / 10 * USUAL.instance_gb
