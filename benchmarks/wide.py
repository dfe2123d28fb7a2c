"""What a model costs by the number of its columns: registered, then looked at once, end to end.

`python -m benchmarks.wide` runs the real service on the embedded adapters, one process a size, and
prints the table of docs/limits.md: bytes that are kept, the processor's time and the most memory.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

COLUMNS = (120, 500, 2_000, 5_000)
TRAINING_ROWS, WINDOW_ROWS, DAYS = 2_000, 2_000, 7
SUBJECT = "model/wide"
NOW = datetime(2026, 2, 3, 12, tzinfo=UTC)


def main() -> None:
    """Measure every size, or the one that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--columns", type=int)
    asked = parser.parse_args()
    if asked.columns is not None:
        print(json.dumps(measured(asked.columns)))
        return
    print("| columns | profile | evidence of a look | decision | state | in its row | ", end="")
    print("register s | look s | MB |")
    print("| " + "--- | " * 9)
    for columns in COLUMNS:
        command = [sys.executable, "-m", "benchmarks.wide", "--columns", str(columns)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        told = json.loads(done.stdout.splitlines()[-1])
        print("| " + " | ".join(str(value) for value in told.values()) + " |", flush=True)


def measured(columns: int) -> dict[str, str]:
    """One size, in this process."""
    from shared.adapters.azure.table_rows import texts
    from shared.bootstrap import build
    from shared.domain.canonical import canonical_json
    from shared.domain.event import Check
    from shared.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write_model(home, columns)
        settings = Settings(home=home, workspace=home / "workspace", policies=home / "policies")
        app = build(settings, clock=lambda: NOW)
        began = process_time()
        app.service.receive(registered(), via="benchmark")
        app.worker().drain()
        registering = process_time() - began
        began = process_time()
        app.service.fan_out(Check.DRIFT)
        app.worker().drain()
        looking = process_time() - began
        profile = app.profiles.load("model/wide/1")
        decision = next(
            one
            for one in app.ledger.decisions(SUBJECT)
            if any(finding["rule"] == "drift" for finding in one["findings"])
        )
        state = canonical_json(app.ledger.state(SUBJECT).state).decode()
        row = sum(len(part) for part in texts(state, "It").values() if not isinstance(part, int))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {
            "columns": f"{columns:,}".replace(",", " "),
            "profile": spelled(len(canonical_json(profile))),
            "evidence": spelled(len(app.evidence.get(decision["evidence"]))),
            "decision": spelled(len(canonical_json(decision))),
            "state": spelled(len(state)),
            "row": spelled(row),
            "register": f"{registering:.1f}",
            "look": f"{looking:.1f}",
            "memory": f"{memory:.0f}",
        }


def write_model(home: Path, columns: int) -> None:
    """Training data, a week of collected rows of which a few columns moved, and a policy."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    for name in ("policies", "workspace/data", "workspace/inference", "workspace/models/wide"):
        (home / name).mkdir(parents=True)
    random = np.random.default_rng(1)

    def rows(count: int, moved: float) -> dict[str, object]:
        return {
            f"feature_{at:04d}": random.normal(moved if at < 3 else 0.0, 1.0, count)
            for at in range(columns)
        }

    midnight = NOW.replace(hour=0)
    times = [midnight - timedelta(days=DAYS * (1 - at / WINDOW_ROWS)) for at in range(WINDOW_ROWS)]
    parquet.write_table(pa.table(rows(TRAINING_ROWS, 0.0)), home / "workspace/data/train.parquet")
    parquet.write_table(
        pa.table({**rows(WINDOW_ROWS, 1.0), "time": pa.array(times)}),
        home / "workspace/inference/rows.parquet",
    )
    written = {
        "policies/wide.yaml": "model: wide\ntraining_data: train\ndrift: {window: 7d}\n",
        "workspace/models/wide/1.yaml": "metrics: {auc: 0.9}\n",
        "workspace/data/train.yaml": "paths: train.parquet\n",
        "workspace/inference/wide.yaml": "paths: rows.parquet\ntime_column: time\n",
    }
    for name, text in written.items():
        (home / name).write_text(text, encoding="utf-8")


def registered() -> bytes:
    """The event that says version 1 was registered."""
    path = Path(__file__).parents[1] / "samples/events/aml_model_registered.eventgrid.json"
    [event] = json.loads(path.read_bytes())
    told = {"modelName": "wide", "modelVersion": "1"}
    return json.dumps([{**event, "eventTime": NOW.isoformat(), "data": told}]).encode()


def spelled(size: int) -> str:
    """Bytes as kilobytes or megabytes of a thousand."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} KB"


if __name__ == "__main__":
    main()
