"""The rows a model is asked to score, collected or not, and those it was trained on."""

import json

from shared.errors import InvalidScenario
from shared.scenarios.phrases import Found
from shared.scenarios.rows import Column, Rows, table
from shared.scenarios.stage import Stage
from shared.scenarios.verbs.verb import Undo, Vocabulary

verbs = Vocabulary()
COLUMN = "COLUMN about NUMBER give or take NUMBER_2"
_OUTPUT = "answers COLUMN about NUMBER give or take NUMBER_2"


@verbs.add("rows NUMBER an hour of DEPLOYMENT [of ENDPOINT]", clauses=(_OUTPUT, COLUMN), lasts=True)
def rows(stage: Stage, found: Found) -> Undo:
    """So many are collected, a request each, until the next sentence about the same."""
    return _set(stage, found, _rows(found, "no rows of"))


@verbs.add("no rows of DEPLOYMENT [of ENDPOINT]", lasts=True)
def no_rows(stage: Stage, found: Found) -> Undo:
    """None is collected from now on."""
    return _set(stage, found, None)


@verbs.add("rows NUMBER an hour into TABLE", clauses=(_OUTPUT, COLUMN), lasts=True)
def into(stage: Stage, found: Found) -> Undo:
    """So many come into a table of Log Analytics, until the next sentence about the same."""
    return _set_table(stage, found, _rows(found, "no rows into"))


@verbs.add("no rows into TABLE", lasts=True)
def none_into(stage: Stage, found: Found) -> Undo:
    """None comes into it from now on."""
    return _set_table(stage, found, None)


def _rows(found: Found, otherwise: str) -> Rows:
    if found.number("number") <= 0:
        raise InvalidScenario(f"line {found.line}: give a number above 0, or write `{otherwise}`.")
    return Rows(
        an_hour=found.number("number"),
        inputs=columns_of(found) or (Column(name="amount", mean=100.0, deviation=20.0),),
        outputs=columns_of(found, _OUTPUT),
    )


def _set_table(stage: Stage, found: Found, rows: Rows | None) -> Undo:
    table = found.text("table")
    before = stage.rows.into(table)
    stage.rows.set_table(table, rows)
    return lambda: stage.rows.set_table(table, before)


def _set(stage: Stage, found: Found, collected: Rows | None) -> Undo:
    endpoint, deployment = stage.endpoint(found), found.text("deployment")
    before = stage.rows.rows(endpoint, deployment)
    stage.rows.set(endpoint, deployment, collected)
    return lambda: stage.rows.set(endpoint, deployment, before)


@verbs.add("data NAME holds COUNT rows", clauses=(COLUMN,))
def holds(stage: Stage, found: Found) -> None:
    """A data asset that is drawn: what a model was trained on."""
    name, columns = found.text("name"), columns_of(found)
    if not columns:
        raise InvalidScenario(f"line {found.line}: say which columns: `{COLUMN}`.")
    stage.files.write(f"data/{name}.csv", table(columns, int(found.text("count")), name))
    stage.files.write(f"data/{name}.yaml", json.dumps({"paths": [f"{name}.csv"]}))


def columns_of(found: Found, form: str = COLUMN) -> tuple[Column, ...]:
    """The columns that a sentence describes."""
    return tuple(
        Column(name=one.text("column"), mean=one.number("number"), deviation=one.number("number_2"))
        for one in found.all(form)
    )
