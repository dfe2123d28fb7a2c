"""The job's entry: reads the task sent along with it, counts, and writes what was counted.

::

    --roots ADDRESS [ADDRESS ...] --output FOLDER [--task FILE]
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shared.domain.spark_task import MADE, SENT_WITH, Task
from shared.profiles.spark.counting import pieces_of_side
from shared.statistics.profile import Profile

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    "spark.sql.ansi.enabled": "false",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the job. Raises InvalidData, on which the job fails with its sentence."""
    from pyspark.sql import SparkSession

    parser = argparse.ArgumentParser()
    parser.add_argument("--roots", nargs="+", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--task")
    asked = parser.parse_args(arguments)
    spark = SparkSession.builder.appName("driftgate-profile").getOrCreate()
    text = Path(asked.task).read_bytes() if asked.task is not None else _sent()
    run(spark, Task.from_json(text), asked.roots, asked.output)
    spark.stop()


def run(spark: "SparkSession", task: Task, roots: Sequence[str], output: str) -> None:
    """Count both sides and write their pieces as one line of JSON below `output`."""
    for name, value in _SETTINGS.items():
        spark.conf.set(name, value)
    base = Profile.from_json(task.baseline)
    made = {
        name: [piece.to_json() for piece in pieces_of_side(spark, side, roots, base, task.cuts)]
        if side.files or name == "inputs"
        else []
        for name, side in (("inputs", task.inputs), ("outputs", task.outputs))
    }
    line = json.dumps(made, separators=(",", ":"))
    frame = spark.createDataFrame([(line,)], "value string").coalesce(1)
    frame.write.mode("overwrite").text(f"{output.rstrip('/')}/{MADE}")


def _sent() -> bytes:
    from importlib import resources

    return (resources.files(SENT_WITH) / "task.json").read_bytes()
