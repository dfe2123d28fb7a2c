"""What a fleet costs a month on Azure: measured calls (cost_measured.json) times prices.toml.

Every assumption is a field of `Assumed`; the page docs/cost.md holds the tables that this prints.
Run: python -m benchmarks.cost; it writes them into the page.
"""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cost.md"
MEASURED = Path(__file__).with_name("cost_measured.json")
PRICES = Path(__file__).with_name("prices.toml")
DAYS = 30
MEASURED_WAITING = 0.2
"""The share of the models whose version waited on the measured day."""
FEW = "alerts"
_BLOCK = re.compile(r"<!-- table: (?P<name>[\w-]+) -->\n.*?<!-- end of table -->", re.S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What was not measured, or cannot be without Azure.

    `waits` are seconds a request takes; `together` how many executions of a burst share an
    instance; `records` and `record_kb` the telemetry of an execution beside one record a request;
    `waiting` is the share of the models with a version on its way, as the measured day has it;
    `events_a_day` what Event Grid tells a model; `polls` receives of an idle subscription an hour.
    """

    waits: Mapping[str, float]
    together: int = 5
    instance_gb: float = 2.0
    least_seconds: float = 1.0
    records: float = 5.0
    record_kb: float = 1.0
    sampled: float = 1.0
    waiting: float = 0.2
    events_a_day: float = 3.0
    polls: float = 60.0
    subscriptions: int = 12
    looks: float = 1.0
    private: bool = False


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
    """One line of the bill: how much of what, and what it costs a month."""

    what: str
    amount: float
    unit: str
    dollars: float


def measured() -> dict[str, Any]:
    """What `benchmarks.cost_measured` kept."""
    kept: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return kept


def prices() -> dict[str, Any]:
    """The price table."""
    return tomllib.loads(PRICES.read_text(encoding="utf-8"))


def executions(kept: Mapping[str, Any], assumed: Assumed) -> Counter[str]:
    """Executions a day by what they handle, as the measured looks name it.

    Reconciled are as many models as endpoints, those with a version on its way apart.
    """
    looks, found = kept["looks"], Counter[str]()
    day = kept["day"]
    for kind, many in day["messages"].items():
        if kind == "reconcile":
            found[kind] += many * assumed.looks / 2
            waiting = assumed.waiting * many * assumed.looks / 2
            found["reconcile model"] += waiting
            found["reconcile calm model"] += many * assumed.looks / 2 - waiting
        elif kind in looks:
            share = assumed.waiting / MEASURED_WAITING if kind == "promotion" else 1.0
            found[kind] += many * assumed.looks * share
        else:
            found["event" if _from_outside(kind) else FEW] += many
    found["event"] += assumed.events_a_day * day["models"]
    found["told"] += sum(day["told"].values())
    for name, many in day["timers"].items():
        known = "sweep" if name == "SWEEP" else f"timer {name.lower()}"
        found[known] += many * (assumed.looks if name != "SWEEP" else 1.0)
    return found


def requests(kept: Mapping[str, Any], assumed: Assumed) -> Counter[str]:
    """Requests a day by service."""
    found = Counter[str]()
    for kind, many in executions(kept, assumed).items():
        for service, each in _asked(kept, kind).items():
            found[service] += many * each
    return found


def seconds(kept: Mapping[str, Any], assumed: Assumed, kind: str) -> float:
    """How long one execution of a kind takes: its processor time and what it waits for."""
    asked = _asked(kept, kind)
    waits = sum(each * assumed.waits.get(service, 0.0) for service, each in asked.items())
    return _measured_seconds(kept, kind) + waits


def gb_seconds(kept: Mapping[str, Any], assumed: Assumed) -> float:
    """What is billed a day: instances are active while any of their executions is.

    Looks at a fleet begin in bursts; so many of a burst share an instance.
    """
    total = 0.0
    for kind, many in executions(kept, assumed).items():
        billed = ceil(max(seconds(kept, assumed, kind), assumed.least_seconds) * 10) / 10
        total += many / _sharing(kept, kind, assumed) * billed
    return total * assumed.instance_gb


def bill(kept: Mapping[str, Any], assumed: Assumed = USUAL) -> list[Line]:
    """Every line of a month."""
    priced = prices()
    runs = sum(executions(kept, assumed).values()) * DAYS
    asked = {service: many * DAYS for service, many in requests(kept, assumed).items()}
    messages = (sum(kept["day"]["messages"].values()) * assumed.looks) * DAYS
    told = sum(kept["day"]["told"].values()) * DAYS
    operations = 3 * messages + 2 * told * 2
    operations += assumed.polls * 24 * DAYS * assumed.subscriptions
    outside = assumed.events_a_day * kept["day"]["models"] * DAYS
    records = sum(asked.values()) + assumed.records * runs
    gigabytes = records * assumed.record_kb * assumed.sampled / 1e6
    stored = kept["day"]["bytes"].get("driftgate.db", 0) * assumed.looks * DAYS / 1e9

    def line(name: str, what: str, amount: float, unit: str, per: float = 1.0) -> Line:
        price = priced[name]
        billed = max(0.0, amount / per - price.get("free", 0.0))
        return Line(what=what, amount=amount, unit=unit, dollars=billed * price["price"])

    writes = asked.get("blob write", 0.0) + asked.get("blob list", 0.0)
    lines = [
        line(
            "functions_gb_seconds",
            "Functions: time",
            gb_seconds(kept, assumed) * DAYS,
            "GB-seconds",
        ),
        line("functions_executions", "Functions: executions", runs, "executions", 1e6),
        line("blob_writes", "Blobs: writes and lists", writes, "operations", 1e4),
        line("blob_reads", "Blobs: reads", asked.get("blob read", 0.0), "operations", 1e4),
        line("table_operations", "Tables: operations", asked.get("table", 0.0), "operations", 1e4),
        line("blob_storage", "What is kept of one month", stored, "GB"),
        line("logs_ingested", "Telemetry in Application Insights", gigabytes, "GB"),
        line("metric_queries", "Metric queries", asked.get("metric query", 0.0), "calls", 1e3),
        line("log_alerts", "Alert rules on logs", 5, "rules"),
        line("metric_alerts", "Alert rules on metrics", 5, "rules"),
        line("event_grid", "Event Grid", 2 * outside, "operations", 1e6),
    ]
    if assumed.private:
        return [
            *lines,
            line("bus_premium", "Service Bus, Premium", 1, "messaging unit"),
            line("private_endpoints", "Private endpoints", 6, "endpoints"),
            line("private_zones", "Private DNS zones", 4, "zones"),
        ]
    return [
        *lines,
        line("bus_standard", "Service Bus, Standard", 1, "namespace"),
        line("bus_operations", "Service Bus: operations", operations, "operations", 1e6),
    ]


def _asked(kept: Mapping[str, Any], kind: str) -> dict[str, float]:
    looks = kept["looks"]
    known = looks.get(kind) or looks.get(FEW if kind == "told" else "timer alerts") or {}
    return {name: each for name, each in known.items() if name != "processor seconds"}


def _measured_seconds(kept: Mapping[str, Any], kind: str) -> float:
    looks = kept["looks"]
    known = looks.get(kind) or looks.get(FEW if kind == "told" else "timer alerts") or {}
    return float(known.get("processor seconds", 0.0))


def _sharing(kept: Mapping[str, Any], kind: str, assumed: Assumed) -> float:
    """Of how many executions one instance is busy with at a time, in the mean over the bursts."""
    bursts = kept["day"]["at_once"].get(kind.partition(" ")[0])
    if not bursts:
        return 1.0
    runs = sum(int(size) * many for size, many in bursts.items())
    instances = sum(ceil(int(size) / assumed.together) * many for size, many in bursts.items())
    return runs / instances


def _from_outside(kind: str) -> bool:
    return kind in {"ModelRegistered", "DeploymentCompleted", "TrafficChanged", "RunCompleted"}


def total(lines: list[Line]) -> float:
    """The sum of a bill."""
    return sum(line.dollars for line in lines)


def tables() -> dict[str, str]:
    """What the page shows, by name."""
    kept = measured()
    return {
        "bill": _bill_table(kept),
        "looks": _looks_table(kept),
        "sensitivity": _sensitivity_table(kept),
        "prices": _prices_table(),
    }


def _bill_table(kept: Mapping[str, Any]) -> str:
    plain, private = bill(kept), bill(kept, replace(USUAL, private=True))
    more = [line for line in private if line.what not in {one.what for one in plain}]
    return "\n".join(
        [
            "| what | a month | | dollars |",
            "| --- | ---: | --- | ---: |",
            *map(_spelled, plain),
            f"| **together** | | | **{total(plain):.0f}** |",
            *map(_spelled, more),
            f"| **together, in a private network** | | | **{total(private):.0f}** |",
        ]
    )


def _spelled(line: Line) -> str:
    return f"| {line.what} | {_number(line.amount)} | {line.unit} | {line.dollars:.2f} |"


def _looks_table(kept: Mapping[str, Any]) -> str:
    counted = executions(kept, USUAL)
    services = ("Resource Manager", "Log Analytics", "metric query", "table")
    rows = [
        "| what is handled | a day | " + " | ".join(services) + " | blob w/l/r | seconds |",
        "| --- | ---: |" + " ---: |" * (len(services) + 2),
    ]
    for kind, many in counted.most_common():
        if many < 1 or kind not in kept["looks"]:
            continue
        asked = _asked(kept, kind)
        blobs = "/".join(f"{asked.get(f'blob {one}', 0):.0f}" for one in ("write", "list", "read"))
        each = " | ".join(f"{asked.get(service, 0):.0f}" for service in services)
        rows.append(
            f"| {kind} | {_number(many)} | {each} | {blobs} | {seconds(kept, USUAL, kind):.2f} |"
        )
    return "\n".join(rows)


def _sensitivity_table(kept: Mapping[str, Any]) -> str:
    base = total(bill(kept))
    slow = {name: 2 * wait for name, wait in USUAL.waits.items()}
    cases = {
        "as above": USUAL,
        "half as many looks (routing and health every 20 minutes, all else likewise)": replace(
            USUAL, looks=0.5
        ),
        "twice as many looks": replace(USUAL, looks=2.0),
        "no version waits for its promotion": replace(USUAL, waiting=0.0),
        "a version of every model waits": replace(USUAL, waiting=1.0),
        "Azure answers half as fast": replace(USUAL, waits=slow),
        "no two executions share an instance": replace(USUAL, together=1),
        "instances of 512 MB": replace(USUAL, instance_gb=0.5),
        "a tenth of the telemetry is kept (sampling)": replace(USUAL, sampled=0.1),
        "a record of telemetry has 2 KB": replace(USUAL, record_kb=2.0),
        "thirty events a model and day": replace(USUAL, events_a_day=30.0),
    }
    rows = ["| if | dollars a month | of the above |", "| --- | ---: | ---: |"]
    for name, assumed in cases.items():
        cost = total(bill(kept, assumed))
        rows.append(f"| {name} | {cost:.0f} | {cost / base:.2f} |")
    return "\n".join(rows)


def _prices_table() -> str:
    rows = ["| price | dollars | free | from |", "| --- | ---: | ---: | --- |"]
    for price in prices().values():
        if isinstance(price, dict):
            free = price.get("free", "")
            source = re.sub(r"(https://\S+)", r"<\1>", price["source"])
            rows.append(f"| {price['unit']} | {_price(price['price'])} | {free} | {source} |")
    return "\n".join(rows)


def _price(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ") if value >= 10 else f"{value:.2g}"


def refreshed(page: str) -> str:
    """The page with its tables as they come out today."""
    made = tables()
    return _BLOCK.sub(
        lambda block: (
            f"<!-- table: {block['name']} -->\n{made[block['name']]}\n<!-- end of table -->"
        ),
        page,
    )


def main() -> None:
    """Write the tables into the page, and print them."""
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    for name, table in tables().items():
        print(f"\n{name}\n{table}")


if __name__ == "__main__":
    main()
