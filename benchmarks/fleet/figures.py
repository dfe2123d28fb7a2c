"""What a run came to, as it is kept: totals, per model and week, by kind, bursts, memory."""

from collections import Counter
from collections.abc import Mapping
from math import ceil
from typing import Any

from benchmarks.cost_bill import USUAL
from benchmarks.fleet.meter import Spent
from benchmarks.fleet.operations import LIST, LOGS, MANAGER, METRICS, SERVICES, of_policies
from benchmarks.fleet.week import Week
from shared.policies.listing import good_for

WEEK_HOURS = 168
DECIDED = ("intake", "timer")
"""What is an execution of its own and no message of a queue."""


def figures(week: Week, schedules: Mapping[str, str]) -> dict[str, Any]:
    """Everything that is kept of one run."""
    spent = week.spent()
    world = week.world
    listings = policy_listings(week, spent)
    totals = _totals(week, spent, listings)
    share = WEEK_HOURS / world.hours / world.models
    handled = max(1, sum(week.meter.received.values()))
    return {
        "models": world.models,
        "hours": world.hours,
        "seed": world.seed,
        "schedules": dict(schedules),
        "totals": totals,
        "per_model_week": {
            name: round(value * share, 4) for name, value in totals.items() if _is_number(value)
        },
        "queues": {
            "sent": dict(sorted(week.meter.sent.items())),
            "received": dict(sorted(week.meter.received.items())),
        },
        "by_kind": {kind: _kind(week, one) for kind, one in spent.items()},
        "bursts": {
            kind: {str(size): many for size, many in sorted(sizes.items())}
            for kind, sizes in sorted(week.due.bursts.items())
        },
        "busiest_second": week.due.busiest_second,
        "busiest_minute": week.due.busiest_minute,
        "fan_out": {name: one.told() for name, one in sorted(week.due.spreads.items())},
        "processor_ms_a_message": round(1000 * _of_messages(spent) / handled, 3),
        "memory": _memory(week),
        "by_hour": week.hours,
    }


def seconds(kind: Spent) -> float:
    """How long one execution of a kind takes: its processor and what it waits for, as assumed."""
    many = max(1, kind.executions)
    waits = sum(USUAL.waits.get(service, 0.0) * asked for service, asked in kind.asked.items())
    return (kind.processor + waits) / many


def gb_seconds(week: Week, spent: Mapping[str, Spent]) -> float:
    """What is billed: so many executions of one kind that are due together share an instance."""
    total = 0.0
    for kind, one in spent.items():
        billed = ceil(max(seconds(one), USUAL.least_seconds) * 10) / 10
        total += _instances(week, kind, one.executions) * billed
    return total * USUAL.instance_gb


def policy_listings(week: Week, spent: Mapping[str, Spent]) -> int:
    """Listings of the policies: each instance that is busy in a minute lists as often as it has to.

    With few files that is once an execution.
    """
    files = week.world.models + 1
    decided = [one for one in spent.values() if one.decides]
    many = sum(one.executions for one in decided)
    good = good_for(files)
    if not good or not many:
        return many * of_policies(files)
    mean = sum(seconds(one) * one.executions for one in decided) / many
    listings = 0
    for messages in week.due.minutes.values():
        instances = ceil(messages * mean / (60 * USUAL.together))
        listings += min(messages, ceil(instances * 60 / good))
    return listings * of_policies(files)


def _instances(week: Week, kind: str, executions: int) -> float:
    """How many instances are busy for the executions of a kind, added up over its bursts."""
    bursts = week.due.bursts.get(kind)
    if not bursts:
        return float(executions)
    runs = sum(size * many for size, many in bursts.items())
    busy = sum(ceil(size / USUAL.together) * many for size, many in bursts.items())
    return executions * busy / runs


def _totals(week: Week, spent: Mapping[str, Spent], listings: int) -> dict[str, Any]:
    asked = Counter[str]()
    for one in spent.values():
        asked.update(one.asked)
    asked[LIST] += listings
    return {
        "messages_sent": sum(week.meter.sent.values()),
        "messages_received": sum(week.meter.received.values()),
        "executions": sum(one.executions for one in spent.values()),
        "events_from_outside": week.meter.outside,
        **{service: asked[service] for service in SERVICES},
        "policy_listings": listings,
        "query_units": asked[LOGS] + asked[METRICS] + asked[MANAGER],
        "gb_seconds": round(gb_seconds(week, spent), 1),
        "processor_seconds": round(sum(one.processor for one in spent.values()), 2),
        "kept_bytes": round(1e6 * (week.hours[-1]["ledger_mb"] if week.hours else 0.0)),
    }


def _kind(week: Week, one: Spent) -> dict[str, Any]:
    many = max(1, one.executions)
    return {
        "executions": one.executions,
        "decided_before": one.repeated,
        "per_model_week": round(
            one.executions * WEEK_HOURS / week.world.hours / week.world.models, 4
        ),
        "processor_ms": round(1000 * one.processor / many, 3),
        "seconds": round(seconds(one), 3),
        "asked": {
            service: round(one.asked[service] / many, 3)
            for service in SERVICES
            if one.asked[service]
        },
    }


def _memory(week: Week) -> dict[str, float]:
    """Megabytes by hour: in the first day, at the end, and how far it rose since that day."""
    told = [hour["resident_mb"] for hour in week.hours]
    if not told:
        return {}
    settled = told[: max(1, min(24, len(told) // 2))]
    return {
        "first_day_most_mb": max(settled),
        "end_mb": told[-1],
        "most_mb": max(told),
        "rose_mb": round(told[-1] - max(settled), 1),
    }


def _of_messages(spent: Mapping[str, Spent]) -> float:
    return sum(one.processor for kind, one in spent.items() if not kind.startswith(DECIDED))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)
