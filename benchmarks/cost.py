"""The tables of docs/cost.md: the bill, how it grows, Azure's own monitoring, the engines.

Run: python -m benchmarks.cost; it writes them into the page.
"""

import re
from dataclasses import replace
from pathlib import Path

from benchmarks.cost_azure_monitoring import (
    CHEAPEST,
    SIGNALS,
    drift_alone,
    out_of_the_box,
    variants,
)
from benchmarks.cost_bill import (
    USUAL,
    Line,
    adjusted,
    bill,
    fact,
    requests,
    seconds,
    table,
    total,
)
from benchmarks.cost_counts import Counts
from benchmarks.cost_engines import ENGINES
from benchmarks.cost_sources import day_of, fleets, simulated_day

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cost.md"
PRIVATE = replace(USUAL, private=True)
FLEETS = (10, 100, 1_000, 10_000)
ROWS = (100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000)
_BLOCK = re.compile(r"<!-- table: (?P<name>[\w-]+) -->\n.*?<!-- end of table -->", re.S)


def tables() -> dict[str, str]:
    """What the page shows, by name."""
    day = day_of(100)
    simulated = {"simulated": _simulated_table()} if fleets() else {}
    return {
        "answer": _answer_table(day),
        "bill": _bill_table(day),
        "growth": _growth_table(day),
        **simulated,
        "monitor": _monitor_table(),
        "monitors": _monitors_table(),
        "engines": _engines_table(),
        "looks": _looks_table(day),
        "sensitivity": _sensitivity_table(day),
        "prices": _prices_table(),
        "facts": _facts_table(),
    }


def _answer_table(day: Counts) -> str:
    monitor, models = out_of_the_box(), day.models
    rows = {
        "Driftgate, all it does": total(bill(day)),
        "the same in a private network": total(bill(day, PRIVATE)),
        "Driftgate, drift alone, daily": drift_alone(day, models),
        "Azure Machine Learning's own monitoring, daily": monitor.month(models),
        "the same, all that is not known in its favour": variants()[CHEAPEST].month(models),
        "Driftgate, drift alone, hourly": drift_alone(day, models, 24),
        "Azure Machine Learning's own monitoring, hourly": monitor.month(models, 24),
    }
    return _rows(
        ["for a hundred models", "dollars a month", "a model"],
        [[name, _number(cost), _number(cost / models)] for name, cost in rows.items()],
    )


def _bill_table(day: Counts) -> str:
    plain, private = bill(day), bill(day, PRIVATE)
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


def _growth_table(day: Counts) -> str:
    rows = []
    for models in FLEETS:
        larger = day.at(models)
        lines = bill(larger)
        fixed = total([line for line in lines if line.fixed])
        asked = requests(larger)["Log Analytics"] / 86_400
        fitting = min(1.0, fact("logs_queries") / asked)
        rows.append(
            [
                _number(models),
                _number(total(lines)),
                _number(fixed),
                f"{total(lines) / models:.2f}",
                _number(total(bill(larger, PRIVATE))),
                _number(drift_alone(day, models)),
                _number(out_of_the_box().month(models)),
                _number(asked),
                _number(total(bill(larger, replace(USUAL, looks=fitting)))),
            ]
        )
    head = (
        "models|Driftgate|of it fixed|a model|in a private network|drift alone, daily"
        "|Azure's own, daily|queries a second|looking as often as they are answered"
    )
    return _rows(head.split("|"), rows)


def _simulated_table() -> str:
    rows = []
    for name, run in fleets().items():
        day, week = simulated_day(run), run["per_model_week"]
        cost, private = total(bill(day)), total(bill(day, PRIVATE))
        queries = requests(day)["Log Analytics"] / 86_400
        rows.append(
            [
                name,
                *(_number(week[one]) for one in ("messages_received", "query_units", "table")),
                _number(week["gb_seconds"]),
                _number(queries),
                _number(cost),
                _number(private),
                f"{cost / day.models:.3f}",
            ]
        )
    head = (
        "fleet|messages|query units|table operations|GB-seconds|queries a second"
        "|dollars a month|in a private network|a model"
    )
    return _rows(head.split("|"), rows)


def _monitor_table() -> str:
    monitor = out_of_the_box()
    names = (*SIGNALS, "collected_jobs", "manifest_jobs")
    rows = [[table()["facts"][name]["unit"], f"{fact(name):.0f}"] for name in names]
    return _rows(
        ["one run", ""],
        [
            *rows,
            ["Spark jobs together", str(monitor.jobs)],
            ["vCores each, minutes each", f"{monitor.vcores:.0f}, {monitor.minutes:.0f}"],
            ["vCore-hours", f"{monitor.vcore_hours:.1f}"],
            ["**dollars**", f"**{monitor.run:.2f}**"],
        ],
    )


def _monitors_table() -> str:
    rows = [
        [
            name,
            str(monitor.jobs),
            f"{monitor.run:.2f}",
            _number(monitor.month(100)),
            _number(monitor.month(100, 24)),
        ]
        for name, monitor in variants().items()
    ]
    return _rows(["if", "jobs a run", "dollars a run", "daily", "hourly"], rows)


def _engines_table() -> str:
    rows = []
    for name, dollars in ENGINES.items():
        each = [dollars(rows_a_day) for rows_a_day in ROWS]
        rows.append([name, *map(_cents, each)])
    return _rows(["rows a day", *map(_number, ROWS)], rows)


def _cents(dollars: float | None) -> str:
    if dollars is None:
        return "too much"
    return f"{dollars:.2f}" if dollars >= 0.01 or dollars == 0 else "under 0.01"


def _looks_table(day: Counts) -> str:
    services = ("Resource Manager", "Log Analytics", "metric query", "table")
    rows = []
    kinds = sorted(adjusted(day).items(), key=lambda one: -one[1].executions)
    for name, kind in kinds:
        if kind.executions < 1:
            continue
        asked = kind.asked
        blobs = "/".join(f"{asked.get(f'blob {one}', 0):.0f}" for one in ("write", "list", "read"))
        each = [f"{asked.get(service, 0):.0f}" for service in services]
        rows.append([name, _number(kind.executions), *each, blobs, f"{seconds(kind):.2f}"])
    return _rows(["what is handled", "a day", *services, "blob w/l/r", "seconds"], rows)


def _sensitivity_table(day: Counts) -> str:
    base = total(bill(day))
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
        "rows of every model are read, a million a day": replace(
            USUAL, with_rows=1.0, rows_a_day=1e6
        ),
    }
    costs = {name: total(bill(day, assumed)) for name, assumed in cases.items()}
    return _rows(
        ["if", "dollars a month", "of the above"],
        [[name, f"{cost:.0f}", f"{cost / base:.2f}"] for name, cost in costs.items()],
    )


def _prices_table() -> str:
    rows = [
        [price["unit"], _decimals(price["price"]), str(price.get("free", "")), _linked(price)]
        for price in table()["prices"].values()
    ]
    return _rows(["price", "dollars", "free", "from"], rows, right=2)


def _facts_table() -> str:
    rows = [
        [one["unit"], _decimals(one["value"]), _linked(one)] for one in table()["facts"].values()
    ]
    return _rows(["what", "value", "from"], rows, right=1)


def _linked(entry: dict[str, str]) -> str:
    return re.sub(r"(https://[^\s,;)]+)", r"<\1>", entry["source"])


def _rows(head: list[str], rows: list[list[str]], right: int | None = None) -> str:
    """A table whose first column is text, and so many after it numbers, all where none is said."""
    many = len(head) - 1 if right is None else right
    marks = ["---", *["---:"] * many, *["---"] * (len(head) - 1 - many)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, marks, *rows))


def _decimals(value: float) -> str:
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
    for name, made in tables().items():
        print(f"\n{name}\n{made}")


if __name__ == "__main__":
    main()
