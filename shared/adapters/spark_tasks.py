"""An order as the task of a Spark job, and what the job made of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.domain.collected import CollectedFile, time_column_of
from shared.domain.profiling import ProfilingOrder
from shared.domain.spark_task import Side, Task, TaskFile
from shared.errors import InvalidData

Split = Callable[[str], tuple[str, str]]
"""A file's place as a root, from which the job reads, and a path below it."""


def task_of(
    order: ProfilingOrder, baseline: Mapping[str, Any], split: Split
) -> tuple[Task, list[str]]:
    """The task, and the roots of its files in the order in which it numbers them."""
    roots: dict[str, int] = {}

    def side(files: Sequence[CollectedFile]) -> Side:
        found = []
        for file in files:
            root, path = split(file.place)
            number = roots.setdefault(root, len(roots))
            found.append(TaskFile(root=number, path=path, start=file.start))
        return Side(files=tuple(found), time_column=time_column_of(files))

    task = Task(
        baseline=baseline,
        cuts=order.cuts,
        inputs=side(order.inputs),
        outputs=side(order.outputs),
    )
    return task, list(roots)


def made_of(order: ProfilingOrder, text: bytes) -> Mapping[str, Any] | None:
    """What a job wrote, None where it is not what this order asks for: nobody else's is taken."""
    from shared.statistics.profile import Profile

    try:
        plain = json.loads(text)
        inputs, outputs = plain["inputs"], plain["outputs"]
        pieces = [Profile.from_json(piece) for piece in (*inputs, *outputs)]
    except (ValueError, KeyError, TypeError, AttributeError, InvalidData):
        return None
    whole = len(inputs) == len(order.pieces)
    whole = whole and len(outputs) == (len(order.pieces) if order.outputs else 0)
    ours = all(piece.baseline_hash == order.baseline_hash for piece in pieces)
    spans = [(piece.start, piece.end) for piece in pieces]
    if not (whole and ours) or spans != order.pieces * (2 if order.outputs else 1):
        return None
    return {"inputs": inputs, "outputs": outputs}
