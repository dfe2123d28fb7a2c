"""Versions are registered, and the data they were trained on."""

import json
import os
from collections.abc import Mapping
from typing import Any

from shared.errors import InvalidScenario
from shared.scenarios.azure_events import model_registered
from shared.scenarios.phrases import Found
from shared.scenarios.stage import Stage
from shared.scenarios.verbs.verb import TELLING, Vocabulary
from shared.scenarios.workspace import written

verbs = Vocabulary()


VERSION = (
    "tag NAME TEXT",
    "takes COLUMN KIND",
    "trained on NAME",
    "by PERSON",
    "METRIC NUMBER",
    *TELLING,
)
"""Clauses of whatever registers a version."""


@verbs.add("model MODEL is registered", clauses=VERSION, block=True)
def registered(stage: Stage, found: Found) -> None:
    """A new version, with its metrics; lines below are added to its file as they are."""
    register(stage, found, tags={})


def register(stage: Stage, found: Found, *, tags: Mapping[str, str]) -> None:
    """The version that a sentence names, with what its clauses say and these tags."""
    name, _, version = found.text("model").partition(":")
    facts: dict[str, Any] = {
        "registered": written(stage.now),
        "metrics": {m.text("metric"): m.number("number") for m in found.all("METRIC NUMBER")},
        "tags": {**{t.text("name"): t.text("text") for t in found.all("tag NAME TEXT")}, **tags},
        "inputs": [
            {"name": one.text("column"), "type": one.text("kind")}
            for one in found.all("takes COLUMN KIND")
        ],
        **_mapping(found),
    }
    trained = found.clause("trained on NAME")
    if trained is not None:
        facts["training_data"] = trained.text("name")
    by = found.clause("by PERSON")
    if by is not None:
        facts["created_by"] = by.text("person")
    stage.show(found, lambda: stage.files.write(f"models/{name}/{version}.yaml", json.dumps(facts)))
    stage.tell(found, model_registered(name, version, at=stage.now))


@verbs.add("data NAME", needs_block=True)
def data(stage: Stage, found: Found) -> None:
    """A data asset: the lines below name its files beside the scenario."""
    facts = _mapping(found)
    paths = facts.get("paths")
    if not isinstance(paths, list) or not paths:
        raise InvalidScenario(
            f"line {found.line}: data {found.text('name')} needs `paths: [FILE, ...]` below it."
        )
    folder = stage.files.folder / "data"
    facts["paths"] = [os.path.relpath(stage.folder / str(path), folder) for path in paths]
    stage.files.write(f"data/{found.text('name')}.yaml", json.dumps(facts))


def _mapping(found: Found) -> dict[str, Any]:
    import yaml

    try:
        plain = yaml.safe_load(found.block) if found.block.strip() else {}
    except yaml.YAMLError as problem:
        why = " ".join(str(problem).split())
        raise InvalidScenario(f"line {found.line}: what is below is not YAML: {why}") from problem
    if not isinstance(plain, dict):
        raise InvalidScenario(f"line {found.line}: write `key: value` lines below it.")
    return {str(key): value for key, value in plain.items()}
