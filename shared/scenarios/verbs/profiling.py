"""Spark jobs count the rows of a model: they complete, with what they made, or fail."""

import json
from pathlib import Path
from typing import Any

from shared.domain.collected import CollectedFile
from shared.domain.profiling import ProfilingOrder
from shared.domain.spark_task import MADE
from shared.domain.world import PROFILING_TAG
from shared.errors import InvalidScenario
from shared.scenarios.azure_events import run_ended
from shared.scenarios.phrases import Found
from shared.scenarios.pipelines import read_mapping, write_mapping
from shared.scenarios.stage import Stage
from shared.scenarios.verbs.verb import TELLING, Vocabulary
from shared.scenarios.workspace import written
from shared.service.codec import decode

verbs = Vocabulary()
_OPEN = frozenset({"NotStarted", "Running"})


@verbs.add("Spark job of NAME completes", clauses=TELLING)
def completes(stage: Stage, found: Found) -> None:
    """It has counted the rows of its order; the local engine counts them in Spark's place."""
    state, order, baseline = _open(stage, found)

    def show() -> None:
        made = {
            "inputs": _counted(order.inputs, order, baseline),
            "outputs": _counted(order.outputs, order, baseline) if order.outputs else [],
        }
        (state.with_suffix("") / MADE).write_text(json.dumps(made), encoding="utf-8")
        _end(stage, state, "Completed")

    stage.show(found, show)
    _tell(stage, found, state, order, "Completed")


@verbs.add("Spark job of NAME fails", clauses=TELLING)
def fails(stage: Stage, found: Found) -> None:
    """It has not."""
    state, order, _ = _open(stage, found)
    stage.show(found, lambda: _end(stage, state, "Failed"))
    _tell(stage, found, state, order, "Failed")


def _open(stage: Stage, found: Found) -> tuple[Path, ProfilingOrder, dict[str, Any]]:
    """The job under way for a model: its file, and what it is to count."""
    model = found.text("name")
    for path in sorted((stage.files.folder / "jobs").glob("*/order.json")):
        state = path.parent.with_suffix(".yaml")
        asked = json.loads(path.read_bytes())
        order = decode(asked["order"], ProfilingOrder)
        if order.model == model and read_mapping(state).get("state") in _OPEN:
            return state, order, asked["baseline"]
    raise InvalidScenario(f"line {found.line}: no Spark job of {model} is under way.")


def _counted(
    files: tuple[CollectedFile, ...], order: ProfilingOrder, baseline: dict[str, Any]
) -> list[dict[str, Any]]:
    from shared.profiles.pieces import pieces_of
    from shared.profiles.sources.unread import Faults
    from shared.statistics import Profile

    base = Profile.from_json(baseline)
    column = files[0].time_column if files else None
    pieces = pieces_of(
        [file.place for file in files], base, order.cuts, column or "", faults=Faults.COUNT
    )
    return [piece.to_json() for piece in pieces]


def _end(stage: Stage, state: Path, how: str) -> None:
    write_mapping(state, {**read_mapping(state), "state": how, "ended": written(stage.now)})


def _tell(stage: Stage, found: Found, state: Path, order: ProfilingOrder, how: str) -> None:
    tags = {PROFILING_TAG: order.model, "driftgate-order": order.id}
    payload = run_ended(state.stem, how, at=stage.now, experiment="driftgate-profiling", tags=tags)
    stage.tell(found, payload)
