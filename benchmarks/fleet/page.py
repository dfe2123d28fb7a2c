"""The tables of docs/capacity.md about a fleet's week, out of benchmarks/fleet.json.

Run: python -m benchmarks.fleet.page; it writes them into the page.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.fleet.__main__ import KEPT
from benchmarks.fleet.operations import (
    LIST,
    LOGS,
    MANAGER,
    METRICS,
    READ,
    ROWS,
    SEND,
    TABLE,
    WRITE,
)

PAGE = Path(__file__).resolve().parents[2] / "docs" / "capacity.md"
WITHIN = 0.10
"""So far a model's own cost may differ between two sizes."""
_BLOCK = re.compile(r"<!-- fleet: (?P<name>[\w-]+) -->\n.*?<!-- end of fleet -->", re.S)
_SHOWN = (
    ("executions", "executions"),
    (TABLE, "operations on tables"),
    (WRITE, "writes of blobs"),
    (READ, "reads of blobs"),
    (MANAGER, "reads of Resource Manager"),
    (LOGS, "queries of Log Analytics"),
    (METRICS, "metric queries"),
    (ROWS, "reads of the workspace's rows"),
    (SEND, "sends"),
)

Run = Mapping[str, Any]


def kept() -> dict[str, Run]:
    """Every run, by its name."""
    runs: dict[str, Run] = json.loads(KEPT.read_text(encoding="utf-8"))
    return runs


def weeks(runs: Mapping[str, Run]) -> list[Run]:
    """The whole weeks at the calm schedules, smallest first: those that are compared."""
    found = [run for name, run in runs.items() if name.endswith(", calm, 168 h")]
    return sorted(found, key=lambda run: int(run["models"]))


def of_models(run: Run, *, timers: bool = False) -> dict[str, float]:
    """A model's week by what is asked: for its messages and events, or for the timers alone.

    Driftgate's look at itself is no model's.
    """
    found = dict.fromkeys((name for name, _ in _SHOWN), 0.0)
    found["processor ms"] = 0.0
    for kind, one in run["by_kind"].items():
        if (kind.startswith("timer") or kind == "heartbeat") is not timers:
            continue
        found["executions"] += one["per_model_week"]
        found["processor ms"] += one["per_model_week"] * one["processor_ms"]
        for service, asked in one["asked"].items():
            if service in found:
                found[service] += one["per_model_week"] * asked
    return found


def differs(runs: Iterable[Run]) -> float:
    """The largest difference of what a model asks between the sizes, as a share of the least.

    Of what a model asks at least once a week; the processor is not among it.
    """
    costs = [of_models(run) for run in runs]
    most = 0.0
    for name, _ in _SHOWN:
        values = [cost[name] for cost in costs]
        if values and min(values) >= 1.0:
            most = max(most, max(values) / min(values) - 1.0)
    return most


def tables() -> dict[str, str]:
    """What the page shows, by name."""
    runs = weeks(kept())
    return {
        "a-model": _a_model(runs),
        "timers": _timers(runs),
        "busiest": _busiest(runs),
        "spread": _spread(runs),
        "memory": _memory(runs),
        "schedules": _schedules(runs),
    }


def _a_model(runs: list[Run]) -> str:
    return _by_size(runs, [of_models(run) for run in runs])


def _timers(runs: list[Run]) -> str:
    made = _by_size(runs, [of_models(run, timers=True) for run in runs])
    listed = " | ".join(_number(run["totals"]["policy_listings"]) for run in runs)
    asked = " | ".join(_number(run["totals"][LIST]) for run in runs)
    return (
        f"{made}\n| lists of blobs, the whole fleet | {asked} |"
        f"\n| of these for decisions, the policies | {listed} |"
    )


def _by_size(runs: list[Run], costs: list[dict[str, float]]) -> str:
    rows = [_head("a model and week", runs)]
    for name, said in (*_SHOWN, ("processor ms", "milliseconds of the processor, here")):
        rows.append(_row(said, [_number(cost[name]) for cost in costs]))
    return "\n".join(rows)


def _busiest(runs: list[Run]) -> str:
    seconds, minutes = (
        [run[which] for run in runs] for which in ("busiest_second", "busiest_minute")
    )
    return "\n".join(
        [
            _head("", runs),
            _row("messages in a week", [_number(r["totals"]["messages_received"]) for r in runs]),
            _row("most due in one second", [_number(one["messages"]) for one in seconds]),
            _row("in that second", [_kinds(one["kinds"]) for one in seconds]),
            _row("most due in one minute", [_number(one["messages"]) for one in minutes]),
            _row("in that minute", [_kinds(one["kinds"]) for one in minutes]),
        ]
    )


def _spread(runs: list[Run]) -> str:
    if not runs:
        return ""
    largest = runs[-1]
    rows = [
        f"| timer, of {_number(largest['models'])} models | asked | over | in its fullest second "
        "| of an even spread | kept their place | changed it |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, one in largest["fan_out"].items():
        cells = [
            _number(one["most_asked"]),
            f"{one['over_seconds']} s",
            _number(one["most_in_a_second"]),
            f"{one['fullest_second_over_even']:.1f}",
            _number(one["kept_their_place"]),
            _number(one["changed_their_place"]),
        ]
        rows.append(_row(name.removeprefix("timer "), cells))
    return "\n".join(rows)


def _memory(runs: list[Run]) -> str:
    memory = [run["memory"] for run in runs]
    names = {
        "first_day_most_mb": "most in the first day, MB",
        "most_mb": "most in the week, MB",
        "end_mb": "at its end, MB",
    }
    kept_mb = [_number(run["totals"]["kept_bytes"] / 1e6) for run in runs]
    return "\n".join(
        [
            _head("", runs),
            *(_row(said, [_number(one[name]) for one in memory]) for name, said in names.items()),
            _row("what is kept of the week on the disk, MB", kept_mb),
        ]
    )


def _schedules(runs: list[Run]) -> str:
    rows = ["| setting | schedule |", "| --- | --- |"]
    for name, text in (runs[0]["schedules"] if runs else {}).items():
        rows.append(f"| `DRIFTGATE_{name}_SCHEDULE` | `{text}` |")
    return "\n".join(rows)


def _head(first: str, runs: list[Run]) -> str:
    sizes = " | ".join(f"{_number(run['models'])} models" for run in runs)
    return f"| {first} | {sizes} |\n| --- |{' ---: |' * len(runs)}"


def _row(first: str, cells: list[str]) -> str:
    return f"| {first} | {' | '.join(cells)} |"


def _kinds(kinds: Mapping[str, int]) -> str:
    """The three that are most of it."""
    most = sorted(kinds.items(), key=lambda one: -one[1])[:3]
    return ", ".join(f"{_number(many)} {kind}" for kind, many in most)


def _number(value: float) -> str:
    if value >= 10 or value == int(value):
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.2f}"


def refreshed(page: str) -> str:
    """The page with its tables as they come out of the kept runs."""
    made = tables()
    return _BLOCK.sub(
        lambda block: (
            f"<!-- fleet: {block['name']} -->\n{made[block['name']]}\n<!-- end of fleet -->"
        ),
        page,
    )


def main() -> None:
    """Write the tables into the page, and print them."""
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    for name, table in tables().items():
        print(f"\n{name}\n{table}")
    print(f"\nlargest difference between sizes: {differs(weeks(kept())):.1%}")


if __name__ == "__main__":
    main()
