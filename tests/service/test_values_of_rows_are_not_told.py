"""No value that a row held is told to anybody, unless the policy of the model says `show`.

Every column of the training data and of what is scored holds values that stand nowhere else; all
that is decided, sent, logged and shown is searched for them. Longer than most: days of rows.
"""

import json
import logging
import re

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from shared.domain.event import Check
from shared.service.queries import events, shown
from tests.service.collecting import DAY, collect, envelope, file_of, write_lines

MARK = "zanzibar"
NUMBER = 918_270_000
POLICY = """\
model: loan-default
endpoint: loan-endpoint
training_data: train
drift: {{window: 2d, alarm: {alarm}}}
gates: {{drift: {{mode: enforce, max_age: 3d}}}}
privacy: {{values: {values}}}
"""
BLUE = '{blue: {model: "loan-default:7", sampling: 100, outputs_sampling: 100}}'
_VALUE = re.compile(rf"{MARK}|91827|9\.1827|918[ ,._  ]27", re.IGNORECASE)


def of_training(rng, n):
    return {
        "income": NUMBER + rng.normal(0.0, 100.0, n),
        "children": NUMBER + rng.integers(0, 4, n),
        "purpose": rng.choice([f"{MARK}-{word}" for word in ("car", "house", "boat")], n),
        "answer": rng.choice([f"{MARK}-yes", f"{MARK}-no"], n, p=[0.5, 0.5]),
    }


def of_now(rng, n):
    return {
        "income": NUMBER + rng.normal(250.0, 100.0, n),
        "children": NUMBER + rng.integers(3, 6, n),
        "purpose": rng.choice([f"{MARK}-{word}" for word in ("car", "yacht", "plane")], n),
        "answer": rng.choice([f"{MARK}-yes", f"{MARK}-no"], n, p=[0.9, 0.1]),
    }


def answers(rng, n):
    return {"decision": rng.choice([f"{MARK}-granted", f"{MARK}-refused"], n)}


def other_answers(rng, n):
    return {"decision": rng.choice([f"{MARK}-granted", f"{MARK}-refused"], n, p=[0.1, 0.9])}


class Told:
    """Whatever left the service of a scene, by where it was found."""

    def __init__(self, scene, caplog):
        self._scene = scene
        self._log = caplog

    def __call__(self):
        app = self._scene.application
        subjects = ("model/loan-default", "endpoint/loan-endpoint", "alerts/loan-default")
        decided = [one for subject in subjects for one in app.ledger.decisions(subject, limit=200)]
        yield from (("decision", json.dumps(one)) for one in decided)
        yield from (("decision shown", json.dumps(shown(one))) for one in decided)
        yield from (("state", json.dumps(app.ledger.state(one).state)) for one in subjects)
        yield from (("event", json.dumps(one)) for one in events(app.archive))
        yield from (("notice", json.dumps(one)) for one in self._scene.notices)
        yield from (("request", json.dumps(one)) for one in self._scene.requests)
        yield from (
            ("log", f"{one.getMessage()} {one.exc_text or ''} {vars(one)}")
            for one in self._log.records
        )
        for path in (self._scene.home / "channels").rglob("*"):
            if path.is_file():
                yield "channel", path.read_text()

    def values(self):
        """Where a value was told, with the text around it."""
        return [
            (where, text[max(0, m.start() - 80) : m.end() + 40])
            for where, text in self()
            for m in [_VALUE.search(text)]
            if m is not None
        ]


@pytest.fixture
def told(scene, caplog):
    caplog.set_level(logging.DEBUG)
    return Told(scene, caplog)


@pytest.fixture
def midnight(scene):
    scene.clock.now = scene.clock.now.replace(hour=0, minute=5)
    return scene.clock.now.replace(minute=0)


@pytest.fixture
def model(scene, registered, midnight):  # noqa: ARG001  the clock has to stand there
    def make(values, alarm="limits"):
        scene.policy(POLICY.format(values=values, alarm=alarm))
        scene.model("7", "metrics: {auc: 0.9}\n")
        (scene.home / "workspace/data").mkdir(parents=True, exist_ok=True)
        table = pa.table(of_training(np.random.default_rng(3), 4_000))
        parquet.write_table(table, scene.home / "workspace/data/train.parquet")
        scene.write("workspace/data/train.yaml", "paths: train.parquet\n")
        scene.endpoint("{blue: 100}", BLUE)
        scene.send(registered("7"))
        return scene

    return make


def look(scene, *checks):
    for check in checks or (Check.DRIFT,):
        scene.application.service.fan_out(check)
        scene.drain()
    return scene.last("model/loan-default")


ALARMS = ["limits", "sequential"]


@pytest.mark.parametrize("alarm", ALARMS)
@pytest.mark.parametrize("values", ["hide", "show"])
def test_what_drifted_is_told_with_values_only_where_the_policy_shows_them(
    model, told, midnight, values, alarm
):
    scene = model(values, alarm)
    collect(scene, midnight - 2 * DAY, midnight, inputs=of_now, outputs=None, rows=12)

    decision = look(scene)

    failed = [one for one in decision["findings"] if one["verdict"] == "fail"]
    assert {"feature/income", "feature/purpose"} <= {one["thing"] for one in failed}
    assert any("drifted" in json.dumps(one) for one in scene.notices)
    found = told.values()
    if values == "hide":
        assert found == []
    else:
        assert {"decision", "notice"} <= {where for where, _ in found}


def test_hidden_values_are_told_by_their_places(model, midnight):
    scene = model("hide")
    collect(scene, midnight - 2 * DAY, midnight, inputs=of_now, rows=12)

    sentences = {one["thing"]: one["sentence"] for one in look(scene)["findings"]}

    assert re.search(r"share of group \d+ of \d+, lowest first, went", sentences["feature/income"])
    assert "share of values never seen before went from 0.0% to" in sentences["feature/purpose"]
    assert re.search(r"share of value [12] of 2 went from", sentences["feature/answer"])


@pytest.mark.parametrize("values", ["hide", "show"])
def test_predictions_are_values_too(model, told, midnight, values):
    scene = model(values)
    lines = {"inputs": of_training, "lines": 2, "rows": 8}
    collect(scene, midnight - 9 * DAY, midnight - 4 * DAY, **lines, outputs=answers)
    collect(scene, midnight - 4 * DAY, midnight, **lines, outputs=other_answers)
    scene.clock.now -= 5 * DAY
    look(scene)
    scene.clock.now += 5 * DAY
    decision = look(scene)

    of_predictions = [f for f in decision["findings"] if f["thing"] == "prediction/decision"]
    assert [one["verdict"] for one in of_predictions] == ["fail"]
    assert (told.values() != []) is (values == "show")


def test_the_gate_of_drift_and_the_look_at_collection_tell_none(model, told, midnight, registered):
    scene = model("hide")
    collect(scene, midnight - 3 * DAY, midnight, inputs=of_now, outputs=answers, lines=3)
    scene.model("8", "metrics: {auc: 0.9}\n")
    scene.send(registered("8"))

    decision = look(scene, Check.COLLECTION, Check.ROUTING, Check.RECONCILE, Check.ALERTS)

    everything = json.dumps([one for _, one in told()])
    assert "drift_gate" in everything
    assert "collection" in everything
    assert decision is not None
    assert told.values() == []


BROKEN = {
    "broken": "{" + MARK + "\n",
    "text": f'"{MARK}"\n',
    "payload": json.dumps({"specversion": "1.0", "time": "soon", "data": {"x": MARK}}) + "\n",
    "untimed": json.dumps({"specversion": "1.0", "time": MARK, "data": [{"x": MARK}]}) + "\n",
}


def test_lines_that_cannot_be_read_are_not_quoted(model, told, midnight):
    scene = model("hide")
    hour = midnight - DAY
    lines = [envelope([{"income": MARK, "purpose": NUMBER, "children": [MARK]}], hour, "odd")]
    write_lines(scene, file_of(hour), [*lines, *BROKEN.values()])

    look(scene, Check.DRIFT, Check.COLLECTION)

    assert "could not be read" in json.dumps([text for _, text in told()])
    assert told.values() == []


FILES = {
    "train.csv": f"income,children\n1,2\n{MARK},{NUMBER},{MARK}\n",
    "numbers.csv": "income,children\n" + "1,2\n" * 3000 + f"1,{MARK}\n" * 3000,
    "train.parquet": f"PAR1{MARK}",
    "train.jsonl": json.dumps({"income": NUMBER}) + "\n{" + MARK,
}


@pytest.mark.parametrize("name", FILES)
def test_training_data_that_cannot_be_read_is_not_quoted(scene, registered, told, name):
    scene.policy(POLICY.format(values="hide", alarm="limits"))
    scene.model("7", "metrics: {auc: 0.9}\n")
    scene.write(f"workspace/data/{name}", FILES[name])
    scene.write("workspace/data/train.yaml", f"paths: {name}\n")
    scene.endpoint("{blue: 100}", BLUE)

    scene.send(registered("7"))

    assert any("finding" in text for _, text in told())
    assert told.values() == []
