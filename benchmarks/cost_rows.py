"""What the rows of a model take to be counted in the function: processor seconds and bytes a row.

Twenty columns, fifteen of numbers and five of texts; as Azure Machine Learning collects them, one
row a line of JSON with its envelope, and as Parquet. The processor's time, which other work on the
machine does not lengthen by much; the median of some rounds.
Run: python -m benchmarks.cost_rows [--rows 100000]; it writes `rows` into cost_measured.json.
"""

import argparse
import json
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.cost_measured import KEPT

if TYPE_CHECKING:
    import pyarrow as pa

NUMBERS, TEXTS, LEVELS = 15, 5, 12
ROUNDS = 3
ENVELOPE = {
    "specversion": "1.0",
    "id": "dddddddd-3333-4444-5555-eeeeeeeeeeee",
    "source": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/group/providers"
    "/Microsoft.MachineLearningServices/workspaces/workspace/onlineEndpoints/endpoint"
    "/deployments/blue",
    "type": "azureml.inference.model_inputs",
    "datacontenttype": "application/json",
    "time": "2026-11-02T08:00:00Z",
}


def table(rows: int) -> "pa.Table":
    """The rows, the same each time."""
    import pyarrow as pa

    random = np.random.default_rng(7)
    columns: dict[str, Any] = {f"x{n}": random.normal(n, 1 + n, rows) for n in range(NUMBERS)}
    for n in range(TEXTS):
        columns[f"t{n}"] = [f"value {level}" for level in random.integers(0, LEVELS, rows)]
    return pa.table(columns)


def lines(path: Path, rows: "pa.Table") -> None:
    """Write them as they are collected."""
    with path.open("w", encoding="utf-8") as file:
        for row in rows.to_pylist():
            file.write(json.dumps({**ENVELOPE, "data": [row]}) + "\n")


def counted(rows: int) -> dict[str, Any]:
    """Processor seconds and bytes of a million rows, by how they are kept."""
    import pyarrow.parquet as pq

    from shared.profiles import baseline, window

    made = table(rows)
    base = baseline(made.slice(0, 20_000))
    found: dict[str, Any] = {"rows": rows, "columns": made.num_columns}
    with TemporaryDirectory(prefix="driftgate-rows-") as folder:
        files = {
            "json lines": Path(folder) / "rows.jsonl",
            "parquet": Path(folder) / "rows.parquet",
        }
        lines(files["json lines"], made)
        pq.write_table(made, files["parquet"])
        for name, path in files.items():
            times = []
            for _ in range(ROUNDS):
                begun = process_time()
                profile = window(path, base)
                times.append(process_time() - begun)
            if profile.rows != rows:
                raise RuntimeError(f"{path.name} has {rows} rows, of which {profile.rows} counted")
            found[name] = {
                "processor seconds a million": round(statistics.median(times) * 1e6 / rows, 2),
                "bytes a row": round(path.stat().st_size / rows, 1),
            }
    return found


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    kept["rows"] = counted(parser.parse_args().rows)
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(kept["rows"], indent=1))


if __name__ == "__main__":
    main()
