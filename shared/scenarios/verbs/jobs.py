"""Batch endpoints score: their jobs start, end or never come."""

import json
import os
from datetime import datetime, timedelta
from typing import Any

from shared.errors import InvalidScenario
from shared.scenarios.azure_events import run_ended
from shared.scenarios.phrases import Found
from shared.scenarios.rows import table
from shared.scenarios.stage import Stage
from shared.scenarios.times import parse_moment
from shared.scenarios.verbs.rows import COLUMN, columns_of
from shared.scenarios.verbs.verb import TELLING, Vocabulary
from shared.scenarios.workspace import written

verbs = Vocabulary()
_WRITING = "writing COUNT rows to NAME"


@verbs.add(
    "batch jobs of ENDPOINT have completed each day at TIME for COUNT days",
    clauses=(_WRITING, COLUMN),
)
def have_completed(stage: Stage, found: Found) -> None:
    """What went well before the story begins, a run of ten minutes a day."""
    first = parse_moment(found.text("time"), stage.start)
    for days in range(int(found.text("count")), 0, -1):
        started = first - timedelta(days=days)
        ended = started + timedelta(minutes=10)
        job = f"{found.text('endpoint')}-{started:%Y%m%d}"
        _write(
            stage,
            job,
            {
                "state": "Completed",
                "endpoint": found.text("endpoint"),
                "started": written(started),
                "ended": written(ended),
            },
        )
        _write_rows(stage, found, job, ended)


@verbs.add("batch job JOB of ENDPOINT starts", clauses=TELLING)
def starts(stage: Stage, found: Found) -> None:
    """A run begins."""
    job = found.text("job")
    facts = {"state": "Running", "endpoint": found.text("endpoint"), "started": written(stage.now)}
    stage.show(found, lambda: _write(stage, job, facts))
    _tell(stage, found, job, found.text("endpoint"), "Running")


@verbs.add("batch job JOB completes", clauses=(_WRITING, COLUMN, *TELLING))
def completes(stage: Stage, found: Found) -> None:
    """It has scored everything."""
    _write_rows(stage, found, found.text("job"), stage.now)
    _end(stage, found, "Completed")


@verbs.add("batch job JOB fails", clauses=TELLING)
def fails(stage: Stage, found: Found) -> None:
    """It has not."""
    _end(stage, found, "Failed")


@verbs.add("batch job JOB is cancelled", clauses=TELLING)
def is_cancelled(stage: Stage, found: Found) -> None:
    """Somebody stopped it."""
    _end(stage, found, "Canceled")


def _end(stage: Stage, found: Found, state: str) -> None:
    job = found.text("job")
    known = stage.kept.get(f"job {job}")
    if not isinstance(known, dict):
        raise InvalidScenario(f"line {found.line}: no batch job {job} has started.")
    facts = {**known, "state": state, "ended": written(stage.now)}
    stage.show(found, lambda: _write(stage, job, facts))
    _tell(stage, found, job, str(facts["endpoint"]), state)


def _write_rows(stage: Stage, found: Found, job: str, at: datetime) -> None:
    """A file of the asset, last written when the run ended."""
    writing = found.clause(_WRITING)
    if writing is None:
        return
    asset = writing.text("name")
    name = f"data/{asset}/{job}.csv"
    stage.files.write(name, table(columns_of(found), int(writing.text("count")), job))
    stamp = (at - timedelta(seconds=30)).timestamp()
    os.utime(stage.files.folder / name, (stamp, stamp))
    stage.files.write(f"data/{asset}.yaml", json.dumps({"paths": [f"{asset}/*.csv"]}))


def _write(stage: Stage, job: str, facts: dict[str, Any]) -> None:
    stage.kept[f"job {job}"] = facts
    stage.files.write(f"jobs/{job}.yaml", json.dumps(facts))


def _tell(stage: Stage, found: Found, job: str, endpoint: str, state: str) -> None:
    tags = {"azureml.batchrun": "true", "azureml.endpointname": endpoint}
    payload = run_ended(job, state, at=stage.now, experiment=endpoint, tags=tags)
    stage.tell(found, payload)
