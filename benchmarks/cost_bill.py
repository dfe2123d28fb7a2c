"""What a fleet costs a month on Azure: counted messages, measured looks, prices.toml.

Every assumption is a field of `Assumed`.
"""

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

from benchmarks.cost_counts import EVENTS, LOOKS, Counts, Kind
from benchmarks.cost_sources import measured

PRICES = Path(__file__).with_name("prices.toml")
DAYS = 30
SCHEDULED = {*LOOKS, "alerts", "heartbeat", "timer"}
"""What there is more of where the schedules fire more often; the first word of a kind."""
RULES = 5
FILES = 24
"""Collected rows are kept by the hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What was not measured, or cannot be without Azure.

    `waits` are seconds a request takes; `together` how many executions of a burst share an
    instance; `records` and `record_kb` the telemetry of an execution beside one record a request;
    `polls` receives of an idle subscription an hour; `rows_a_day` of a model that has any, read
    `readings` times a day; `messaging_units` of Service Bus, Premium. As counted where they are
    None: `waiting` and `with_rows`, shares of the models with a version on its way and with rows,
    and `events_a_day`, what Event Grid tells a model.
    """

    waits: Mapping[str, float]
    together: int = 5
    instance_gb: float = 2.0
    least_seconds: float = 1.0
    records: float = 5.0
    record_kb: float = 1.0
    sampled: float = 1.0
    waiting: float | None = None
    events_a_day: float | None = None
    polls: float = 60.0
    subscriptions: int = 12
    looks: float = 1.0
    private: bool = False
    rows_a_day: float = 100_000.0
    readings: float = 1.0
    with_rows: float | None = None
    messaging_units: int = 1


USUAL = Assumed(
    waits={
        "Resource Manager": 0.3,
        "Log Analytics": 0.8,
        "metric query": 0.3,
        "table": 0.01,
        "blob list": 0.015,
        "blob read": 0.015,
        "blob write": 0.015,
        "Service Bus send": 0.01,
        "workspace storage": 0.015,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the bill: how much of what, and what it costs a month.

    A `fixed` line is as large with one model as with any number.
    """

    what: str
    amount: float
    unit: str
    dollars: float
    fixed: bool = False


@cache
def table() -> dict[str, Any]:
    """The price table with its date: `dated`, `prices` and `facts`."""
    return tomllib.loads(PRICES.read_text(encoding="utf-8"))


def fact(name: str) -> float:
    """A number that is no price but was looked up or is assumed."""
    return float(table()["facts"][name]["value"])


def priced(name: str, amount: float) -> float:
    """Dollars for so much, in the unit of the price, above what is free of it."""
    price = table()["prices"][name]
    return max(0.0, amount - float(price.get("free", 0.0))) * float(price["price"])


def adjusted(day: Counts, assumed: Assumed = USUAL) -> dict[str, Kind]:
    """The kinds of a day with as many looks, versions on their way and events as assumed."""
    waiting = day.waiting if assumed.waiting is None else assumed.waiting
    events = 1.0
    if assumed.events_a_day is not None and day.outside:
        events = assumed.events_a_day * day.models / day.outside
    shares = {
        "promotion": waiting / day.waiting,
        "reconcile model": waiting / day.waiting,
        "reconcile calm model": (1 - waiting) / (1 - day.waiting),
    }
    found = {}
    for name, kind in day.kinds.items():
        share = shares.get(name, events if name in EVENTS else 1.0)
        if name.partition(" ")[0] in SCHEDULED:
            share *= assumed.looks
        found[name] = kind.times(share)
    return found


def requests(day: Counts, assumed: Assumed = USUAL) -> Counter[str]:
    """Requests a day by service."""
    found = Counter[str]({"blob list": day.listings * assumed.looks})
    for kind in adjusted(day, assumed).values():
        for service, each in kind.asked.items():
            found[service] += kind.executions * each
    return found


def seconds(kind: Kind, assumed: Assumed = USUAL) -> float:
    """How long one execution of a kind takes: its processor time and what it waits for."""
    waits = sum(each * assumed.waits.get(name, 0.0) for name, each in kind.asked.items())
    return kind.processor + waits


def reading_seconds(rows: float, kept_as: str = "json lines") -> float:
    """Processor seconds to count so many rows in the function, as they are collected."""
    return float(rows * measured()["rows"][kept_as]["processor seconds a million"] / 1e6)


def gb_seconds(day: Counts, assumed: Assumed = USUAL) -> float:
    """What is billed a day: instances are active while any of their executions is.

    Looks at a fleet begin in bursts; so many of a burst share an instance, but for reading rows.
    """
    total = 0.0
    for kind in adjusted(day, assumed).values():
        billed = ceil(max(seconds(kind, assumed), assumed.least_seconds) * 10) / 10
        total += kind.executions / _sharing(kind, assumed) * billed
    with_rows = day.with_rows if assumed.with_rows is None else assumed.with_rows
    readings = day.models * with_rows * assumed.readings
    each = reading_seconds(assumed.rows_a_day) + FILES * assumed.waits["workspace storage"]
    return (total + readings * each) * assumed.instance_gb


def bill(day: Counts, assumed: Assumed = USUAL) -> list[Line]:
    """Every line of a month."""
    kinds = adjusted(day, assumed).values()
    runs = sum(kind.executions for kind in kinds) * DAYS
    asked = {service: many * DAYS for service, many in requests(day, assumed).items()}
    checks = sum(kind.executions for kind in kinds if kind.checked) * DAYS
    operations = 3 * checks + 4 * day.told * DAYS
    operations += assumed.polls * 24 * DAYS * assumed.subscriptions
    told = day.outside if assumed.events_a_day is None else assumed.events_a_day * day.models
    records = sum(asked.values()) + assumed.records * runs
    gigabytes = records * assumed.record_kb * assumed.sampled / 1e6
    writes = asked.get("blob write", 0.0) + asked.get("blob list", 0.0)
    lines = [
        _line(
            "functions_gb_seconds",
            "Functions: time",
            gb_seconds(day, assumed) * DAYS,
            "GB-seconds",
        ),
        _line("functions_executions", "Functions: executions", runs, "executions", 1e6),
        _line("blob_writes", "Blobs: writes and lists", writes, "operations", 1e4),
        _line("blob_reads", "Blobs: reads", asked.get("blob read", 0.0), "operations", 1e4),
        _line("table_operations", "Tables: operations", asked.get("table", 0.0), "operations", 1e4),
        _line(
            "table_storage",
            "What is kept of one month",
            day.kept_bytes * assumed.looks * DAYS / 1e9,
            "GB",
        ),
        _line("logs_ingested", "Telemetry in Application Insights", gigabytes, "GB"),
        _line("metric_queries", "Metric queries", asked.get("metric query", 0.0), "calls", 1e3),
        _line("log_alerts", "Alert rules on logs", RULES, "rules", fixed=True),
        _line("metric_alerts", "Alert rules on metrics", RULES, "rules", fixed=True),
        _line("event_grid", "Event Grid", 2 * told * DAYS, "operations", 1e6),
    ]
    if assumed.private:
        units = assumed.messaging_units
        return [
            *lines,
            _line("bus_premium", "Service Bus, Premium", units, "messaging unit", fixed=True),
            _line("private_endpoints", "Private endpoints", 6, "endpoints", fixed=True),
            _line("private_zones", "Private DNS zones", 4, "zones", fixed=True),
        ]
    return [
        *lines,
        _line("bus_standard", "Service Bus, Standard", 1, "namespace", fixed=True),
        _line("bus_operations", "Service Bus: operations", operations, "operations", 1e6),
    ]


def total(lines: list[Line]) -> float:
    """The sum of a bill."""
    return sum(line.dollars for line in lines)


def _line(
    name: str, what: str, amount: float, unit: str, per: float = 1.0, *, fixed: bool = False
) -> Line:
    dollars = priced(name, amount / per)
    return Line(what=what, amount=amount, unit=unit, dollars=dollars, fixed=fixed)


def _sharing(kind: Kind, assumed: Assumed) -> float:
    """Of how many executions one instance is busy with at a time, in the mean over the bursts."""
    if not kind.bursts:
        return 1.0
    runs = sum(size * many for size, many in kind.bursts.items())
    instances = sum(ceil(size / assumed.together) * many for size, many in kind.bursts.items())
    return runs / instances
