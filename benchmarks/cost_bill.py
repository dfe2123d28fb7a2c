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

from benchmarks.cost_counts import Counts, measured

PRICES = Path(__file__).with_name("prices.toml")
DAYS = 30
FEW = "alerts"
OUTSIDE = {"ModelRegistered", "DeploymentCompleted", "TrafficChanged", "RunCompleted"}
RULES = 5
FILES = 24
"""Collected rows are kept by the hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What was not measured, or cannot be without Azure.

    `waits` are seconds a request takes; `together` how many executions of a burst share an
    instance; `records` and `record_kb` the telemetry of an execution beside one record a request;
    `waiting` is the share of the models with a version on its way, as counted where it is None;
    `events_a_day` what Event Grid tells a model; `polls` receives of an idle subscription an hour;
    `rows_a_day` of a model that has any, read `readings` times a day, `with_rows` the share of
    those models, as counted where it is None; `messaging_units` of Service Bus, Premium.
    """

    waits: Mapping[str, float]
    together: int = 5
    instance_gb: float = 2.0
    least_seconds: float = 1.0
    records: float = 5.0
    record_kb: float = 1.0
    sampled: float = 1.0
    waiting: float | None = None
    events_a_day: float = 3.0
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


def executions(day: Counts, assumed: Assumed = USUAL) -> Counter[str]:
    """Executions a day by what they handle, as the measured looks name it.

    Reconciled are as many models as endpoints, those with a version on its way apart.
    """
    found = Counter[str]()
    waiting = day.waiting if assumed.waiting is None else assumed.waiting
    for kind, many in day.messages.items():
        looks = many * assumed.looks
        if kind == "reconcile":
            found[kind] += looks / 2
            found["reconcile model"] += waiting * looks / 2
            found["reconcile calm model"] += (1 - waiting) * looks / 2
        elif kind == "promotion":
            found[kind] += looks * waiting / day.waiting
        elif kind in measured()["looks"]:
            found[kind] += looks
        else:
            found["event" if kind in OUTSIDE else FEW] += many
    found["event"] += assumed.events_a_day * day.models
    found["told"] += day.told
    for name, many in day.timers.items():
        known = "sweep" if name == "SWEEP" else f"timer {name.lower()}"
        found[known] += many * (assumed.looks if name != "SWEEP" else 1.0)
    return found


def requests(day: Counts, assumed: Assumed = USUAL) -> Counter[str]:
    """Requests a day by service."""
    found = Counter[str]()
    for kind, many in executions(day, assumed).items():
        for service, each in asked_by(kind).items():
            found[service] += many * each
    return found


def seconds(kind: str, assumed: Assumed = USUAL) -> float:
    """How long one execution of a kind takes: its processor time and what it waits for."""
    waits = sum(each * assumed.waits.get(name, 0.0) for name, each in asked_by(kind).items())
    return float(_look(kind).get("processor seconds", 0.0)) + waits


def reading_seconds(rows: float, kept_as: str = "json lines") -> float:
    """Processor seconds to count so many rows in the function, as they are collected."""
    return float(rows * measured()["rows"][kept_as]["processor seconds a million"] / 1e6)


def gb_seconds(day: Counts, assumed: Assumed = USUAL) -> float:
    """What is billed a day: instances are active while any of their executions is.

    Looks at a fleet begin in bursts; so many of a burst share an instance, but for reading rows.
    """
    total = 0.0
    for kind, many in executions(day, assumed).items():
        billed = ceil(max(seconds(kind, assumed), assumed.least_seconds) * 10) / 10
        total += many / _sharing(day, kind, assumed) * billed
    with_rows = day.with_rows if assumed.with_rows is None else assumed.with_rows
    readings = day.models * with_rows * assumed.readings
    each = reading_seconds(assumed.rows_a_day) + FILES * assumed.waits["workspace storage"]
    return (total + readings * each) * assumed.instance_gb


def bill(day: Counts, assumed: Assumed = USUAL) -> list[Line]:
    """Every line of a month."""
    runs = sum(executions(day, assumed).values()) * DAYS
    asked = {service: many * DAYS for service, many in requests(day, assumed).items()}
    operations = 3 * sum(day.messages.values()) * assumed.looks * DAYS + 4 * day.told * DAYS
    operations += assumed.polls * 24 * DAYS * assumed.subscriptions
    outside = assumed.events_a_day * day.models * DAYS
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
            day.ledger_bytes * assumed.looks * DAYS / 1e9,
            "GB",
        ),
        _line("logs_ingested", "Telemetry in Application Insights", gigabytes, "GB"),
        _line("metric_queries", "Metric queries", asked.get("metric query", 0.0), "calls", 1e3),
        _line("log_alerts", "Alert rules on logs", RULES, "rules", fixed=True),
        _line("metric_alerts", "Alert rules on metrics", RULES, "rules", fixed=True),
        _line("event_grid", "Event Grid", 2 * outside, "operations", 1e6),
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


def asked_by(kind: str) -> dict[str, float]:
    """Requests of one execution by service."""
    return {name: each for name, each in _look(kind).items() if name != "processor seconds"}


def _look(kind: str) -> Mapping[str, float]:
    looks = measured()["looks"]
    known: Mapping[str, float] = looks.get(kind) or looks[FEW if kind == "told" else "timer alerts"]
    return known


def _line(
    name: str, what: str, amount: float, unit: str, per: float = 1.0, *, fixed: bool = False
) -> Line:
    dollars = priced(name, amount / per)
    return Line(what=what, amount=amount, unit=unit, dollars=dollars, fixed=fixed)


def _sharing(day: Counts, kind: str, assumed: Assumed) -> float:
    """Of how many executions one instance is busy with at a time, in the mean over the bursts."""
    bursts = day.bursts.get(kind.partition(" ")[0])
    if not bursts:
        return 1.0
    runs = sum(size * many for size, many in bursts.items())
    instances = sum(ceil(size / assumed.together) * many for size, many in bursts.items())
    return runs / instances
