"""What counting the rows of one model once a day costs a month, by the engine that does it.

In the function, by parts, in Log Analytics or as a Spark job. Only what the engine adds: the look
that asks for it is in the bill. What is free of each price is left out, since others use it up.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from math import ceil

from benchmarks.cost_bill import DAYS, USUAL, fact, reading_seconds, seconds, table
from benchmarks.cost_rows import ENVELOPE
from benchmarks.cost_sources import look, measured
from shared.domain.decisions.profiling.choosing import part_bytes
from shared.domain.policy.profiles import SPARK_CORES, SparkPolicy
from shared.domain.profiling import Capacity

INSTANCE = Capacity()
WHOLE_SECONDS, WHOLE_BYTES = INSTANCE.most_seconds, INSTANCE.most_bytes
PART_BYTES = part_bytes(INSTANCE)
PART_ASKED = {
    "blob read": 2.0,
    "blob write": 3.0,
    "workspace storage": 1.0,
    "Service Bus send": 2.0,
}
"""A part reads its order and its file and writes its profile; the decision that takes it in reads
that, beside what any decision asks, and its event is archived."""
EXECUTORS, CORES = SparkPolicy().executors, SPARK_CORES[SparkPolicy().instance]
"""As a policy has them that says nothing else; the driver is one machine more."""


def _each(name: str) -> float:
    return float(table()["prices"][name]["price"])


def in_function(rows: float, kept_as: str = "json lines") -> float | None:
    """Dollars a month in one execution; None where it is more than one plans for."""
    spent = reading_seconds(rows, kept_as)
    if spent > WHOLE_SECONDS or rows * file_bytes(kept_as) > WHOLE_BYTES:
        return None
    return _billed(spent) * _each("functions_gb_seconds") * DAYS


def by_parts(rows: float, kept_as: str = "json lines") -> float:
    """Dollars a month in parts, each counted by an execution and taken in by a decision."""
    parts = ceil(rows * file_bytes(kept_as) / PART_BYTES)
    decision = look("alerts", 1, {})
    asked = Counter(decision.asked) + Counter(PART_ASKED)
    time = _billed(reading_seconds(rows / parts, kept_as)) + _billed(seconds(decision))
    records = sum(asked.values()) + 2 * USUAL.records
    part = (
        time * _each("functions_gb_seconds")
        + 2 * _each("functions_executions") / 1e6
        + 6 * _each("bus_operations") / 1e6
        + (asked["blob write"] + asked["blob list"]) * _each("blob_writes") / 1e4
        + asked["blob read"] * _each("blob_reads") / 1e4
        + asked["table"] * _each("table_operations") / 1e4
        + records * USUAL.record_kb * _each("logs_ingested") / 1e6
    )
    return parts * part * DAYS


def in_spark(rows: float, kept_as: str = "json lines") -> float:
    """Dollars a month as one Spark job a day: its start, and the work shared by its executors."""
    minutes = fact("least_minutes") + reading_seconds(rows, kept_as) / (EXECUTORS * CORES) / 60
    return minutes / 60 * (1 + EXECUTORS) * CORES * _each("spark_vcore_hours") * DAYS


def file_bytes(kept_as: str) -> float:
    """Bytes of a row in its file."""
    return float(measured()["rows"][kept_as]["bytes a row"])


def in_logs(rows: float, plan: str) -> float:
    """Dollars a month for rows in Log Analytics: they are written, and scanned once a day.

    Queries of Analytics Logs cost nothing; those of Basic and Auxiliary Logs by the GB scanned.
    """
    gigabytes = rows * row_bytes() / 1e9
    scanned = 0.0 if plan == "logs_ingested" else _each("logs_scanned")
    return gigabytes * (_each(plan) + scanned) * DAYS


def row_bytes() -> float:
    """Bytes of a row as JSON, without the envelope it is collected in."""
    return file_bytes("json lines") - len(json.dumps({**ENVELOPE, "data": []}))


ENGINES: Mapping[str, Callable[[float], float | None]] = {
    "`local`, collected JSON Lines": in_function,
    "`local`, Parquet": lambda rows: in_function(rows, "parquet"),
    "`local` in parts, JSON Lines": by_parts,
    "`local` in parts, Parquet": lambda rows: by_parts(rows, "parquet"),
    "`log_analytics`: the query of Analytics Logs": lambda _: 0.0,
    "the rows written to Analytics Logs for it": lambda rows: in_logs(rows, "logs_ingested"),
    "written to Basic Logs and scanned": lambda rows: in_logs(rows, "logs_basic"),
    "written to Auxiliary Logs and scanned": lambda rows: in_logs(rows, "logs_auxiliary"),
    "`spark`, JSON Lines": in_spark,
    "`spark`, Parquet": lambda rows: in_spark(rows, "parquet"),
}


def _billed(spent: float) -> float:
    """GB-seconds of one execution by itself."""
    return ceil(max(spent, USUAL.least_seconds) * 10) / 10 * USUAL.instance_gb
