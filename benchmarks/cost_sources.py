"""Where the counts come from: the fleet simulation, or the measured day of a hundred models.

Requests are what `benchmarks.cost_measured` counted of the real SDKs, or the meter of the
simulation; the processor's time is measured with the SDKs, or estimated by their requests.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.cost_counts import EVENTS, Counts, Kind

MEASURED = Path(__file__).with_name("cost_measured.json")
FLEET = Path(__file__).with_name("fleet.json")
FEW = "alerts"
WAITING = 0.2
"""The share of the models whose version waited on the measured day."""
WITH_ROWS = 0.2
EVENTS_A_DAY = 3
"""What Event Grid tells a model, where the source of counts has no such events."""


@cache
def measured() -> dict[str, Any]:
    """What `benchmarks.cost_measured` and `benchmarks.cost_rows` kept."""
    kept: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return kept


@cache
def fleets() -> dict[str, dict[str, Any]]:
    """The runs of `benchmarks.fleet`, by their names; none where it did not run."""
    if not FLEET.exists():
        return {}
    kept: dict[str, dict[str, Any]] = json.loads(FLEET.read_text(encoding="utf-8"))
    return kept


@cache
def counted_day() -> Counts:
    """The day of a hundred models that `benchmarks.cost_measured` counted.

    Reconciled are as many models as endpoints, those with a version on its way apart.
    """
    day = measured()["day"]
    messages: dict[str, float] = {"event": EVENTS_A_DAY * day["models"]}
    for name, many in day["messages"].items():
        if name == "reconcile":
            messages[name] = many / 2
            messages["reconcile model"] = WAITING * many / 2
            messages["reconcile calm model"] = (1 - WAITING) * many / 2
        else:
            known = name if name in measured()["looks"] else "event" if name in EVENTS else FEW
            messages[known] = messages.get(known, 0.0) + many
    told = float(sum(day["told"].values()))
    others = {"told": told} | {
        "sweep" if name == "SWEEP" else f"timer {name.lower()}": many
        for name, many in day["timers"].items()
    }
    bursts = {kind: _sizes(sizes) for kind, sizes in day["at_once"].items()}
    return Counts(
        models=day["models"],
        kinds={
            name: look(name, many, bursts.get(name.partition(" ")[0], {}), checked=name in messages)
            for name, many in (messages | others).items()
        },
        told=told,
        outside=float(EVENTS_A_DAY * day["models"]),
        listings=0.0,
        kept_bytes=float(day["bytes"].get("driftgate.db", 0)),
        waiting=WAITING,
        with_rows=WITH_ROWS,
    )


def simulated_day(run: Mapping[str, Any]) -> Counts:
    """The mean day of one run of the fleet simulation, as its meter has it.

    The share of models with a version on its way is that of which a firing of the promotion's timer
    asks. Reconciled models are told apart by it, and ask what was measured of each.
    """
    days, by_kind = run["hours"] / 24, run["by_kind"]
    asked = by_kind["timer promotion"]["executions"] * run["models"]
    waiting = by_kind["promotion"]["executions"] / asked
    kinds: dict[str, Kind] = {}
    for name, counted in by_kind.items():
        executions, bursts = counted["executions"] / days, _sizes(run["bursts"].get(name, {}))
        if name == "reconcile model":
            shares = {name: waiting, "reconcile calm model": 1 - waiting}
            kinds |= {one: look(one, share * executions, bursts) for one, share in shares.items()}
            continue
        kinds[_known(name)] = Kind(
            executions=executions,
            asked=counted["asked"],
            processor=counted["processor_ms"] / 1000
            + seconds_a_request() * sum(counted["asked"].values()),
            bursts=bursts,
            checked=not name.startswith("timer ") and " " not in _known(name) and name != "intake",
        )
    queues = run["queues"]["received"]
    return Counts(
        models=run["models"],
        kinds=kinds,
        told=(sum(queues.values()) - queues["checks"]) / days,
        outside=run["totals"]["events_from_outside"] / days,
        listings=run["totals"]["policy_listings"] / days,
        kept_bytes=run["totals"]["kept_bytes"] / days,
        waiting=waiting,
        with_rows=WITH_ROWS,
    )


def day_of(models: int, schedules: str = "default") -> Counts:
    """A day of so many models: of the simulated fleet nearest in size, else of the measured one."""
    runs = [run for name, run in fleets().items() if f", {schedules}," in name]
    if not runs:
        return counted_day().at(models)
    nearest = min(runs, key=lambda run: abs(run["models"] - models))
    day = simulated_day(nearest)
    return day if day.models == models else day.at(models)


def look(
    name: str, executions: float, bursts: Mapping[int, float], *, checked: bool = True
) -> Kind:
    """A kind whose requests and processor time were measured with the SDKs, or the nearest."""
    looks = measured()["looks"]
    known = looks.get(name) or looks[FEW if name == "told" else "timer alerts"]
    return Kind(
        executions=executions,
        asked={service: each for service, each in known.items() if service != "processor seconds"},
        processor=known["processor seconds"],
        bursts=bursts,
        checked=checked,
    )


@cache
def seconds_a_request() -> float:
    """Processor seconds that a request takes with the SDKs: the median of the measured looks."""
    shares = []
    for one in measured()["looks"].values():
        spent = one["processor seconds"]
        shares.append(spent / (sum(one.values()) - spent))
    return median(shares)


def _known(name: str) -> str:
    return {"reconcile endpoint": "reconcile", "timer sweep": "sweep"}.get(name, name)


def _sizes(sizes: Mapping[str, float]) -> dict[int, float]:
    return {int(size): many for size, many in sizes.items()}
