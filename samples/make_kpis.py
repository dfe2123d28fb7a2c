"""Derives the sample KPI from the car-loan data: approved loans that were repaid, by day.

An outcome is taken to be known thirty days after the loan was granted, so that the KPI arrives
late, as it does in life. Run it from the repository: python samples/make_kpis.py
"""

import csv
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pyarrow import parquet

SAMPLES = Path(__file__).resolve().parent
OUTCOME_DELAY = timedelta(days=30)


def repaid_by_day() -> dict[datetime, tuple[int, int]]:
    """Repaid and approved loans by the day their outcome became known."""
    folder = SAMPLES / "car-loan"
    outcomes = parquet.read_table(folder / "analysis_targets.parquet").to_pydict()
    known = dict(zip(outcomes["id"], outcomes["repaid"], strict=True))
    counts: dict[datetime, list[int]] = defaultdict(lambda: [0, 0])
    for name in ("reference", "analysis"):
        table = parquet.read_table(folder / f"{name}.parquet")
        for row in table.to_pylist():
            if row["y_pred"] != 1:
                continue
            granted = datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC)
            day = (granted + OUTCOME_DELAY).replace(hour=0, minute=0, second=0, microsecond=0)
            counts[day][0] += int(row.get("repaid", known.get(row["id"])))
            counts[day][1] += 1
    return {day: (repaid, approved) for day, (repaid, approved) in sorted(counts.items())}


def main() -> None:
    """Write the KPI file of the sample workspace."""
    path = SAMPLES / "workspace" / "kpis" / "loan-default" / "approved_and_repaid.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["time", "value", "weight"])
        for day, (repaid, approved) in repaid_by_day().items():
            writer.writerow([day.strftime("%Y-%m-%dT%H:%M:%SZ"), repaid, approved])


if __name__ == "__main__":
    main()
