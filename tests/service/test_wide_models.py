"""A model with hundreds of columns and more goes the way of every model, from baseline to alarm."""

import json
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from shared.adapters.azure.table_rows import texts
from shared.domain.canonical import canonical_json
from shared.domain.decisions.drift import columns, windows
from shared.domain.event import Check
from shared.profiles.bounds import MOST_COLUMNS
from shared.profiles.calibrating import windows_of_time
from shared.service.reactions.drift import MOST_PERIODS
from shared.statistics import Profile
from shared.statistics.sequential import Calibration, Detector, State

SUBJECT = "model/loan-default"
COLUMNS = 60
POLICY = """\
model: loan-default
training_data: train
drift: {window: 7d}
"""


def features(generator, rows, count, moved=0.0):
    made = {f"feature_{number:04d}": generator.normal(0.0, 1.0, rows) for number in range(count)}
    made["feature_0003"] = made["feature_0003"] + moved
    return made


def training(scene, table):
    folder = scene.home / "workspace/data"
    folder.mkdir(parents=True, exist_ok=True)
    parquet.write_table(table, folder / "train.parquet")
    scene.write("workspace/data/train.yaml", "paths: train.parquet\n")


def collected(scene, count, moved, rows=700):
    start = scene.clock.now.replace(hour=0) - timedelta(days=7)
    times = [start + timedelta(days=7) * (index / rows) for index in range(rows)]
    table = {**features(np.random.default_rng(5), rows, count, moved), "time": pa.array(times)}
    (scene.home / "workspace/inference").mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table(table), scene.home / "workspace/inference/rows.parquet")
    scene.write("workspace/inference/loan-default.yaml", "paths: rows.parquet\ntime_column: time\n")


def look(scene):
    scene.application.service.fan_out(Check.DRIFT)
    scene.drain()
    return scene.last(SUBJECT)


@pytest.fixture
def watched(scene, registered):
    """Makes the baseline of a model with so many columns."""

    def of(count):
        scene.policy(POLICY)
        scene.model("7", "metrics: {auc: 0.9}\n")
        training(scene, pa.table(features(np.random.default_rng(3), 1_000, count)))
        scene.send(registered("7"))
        return scene

    return of


def test_the_column_that_moved_is_found_among_many_and_what_is_kept_fits_a_row(
    watched, monkeypatch
):
    monkeypatch.setattr(columns, "MOST_FOUND", COLUMNS - 20)
    wide = watched(COLUMNS)
    collected(wide, COLUMNS, moved=1.5)

    decision = look(wide)

    state = wide.application.ledger.state(SUBJECT).state
    found = {one["thing"]: one for one in decision["findings"] if one["rule"] == "drift"}
    assert decision["verdict"] == "fail"
    assert found["feature/feature_0003"]["verdict"] == "fail"
    assert len(found) == COLUMNS - 20 + 1
    assert found["features"]["sentence"].startswith("20 more columns were compared and are not")
    [alert] = [one["alert"] for one in decision["actions"] if one["action"] == "PostAlert"]
    assert "feature_0003: its values are higher" in alert["text"]
    for kept in (decision, state):
        texts(canonical_json(kept).decode(), "It")


@pytest.mark.parametrize("periods", [7, 3])
def test_what_a_look_cannot_take_in_at_once_the_next_ones_take_in_to_the_same_end(
    watched, monkeypatch, periods
):
    wide = watched(8)
    collected(wide, 8, moved=0.2)
    monkeypatch.setattr(windows, "MOST_TAKEN_IN", periods * 8)
    ends = []
    for _ in range(3):
        look(wide)
        watch = wide.application.ledger.state(SUBJECT).state["drift"]
        ends.append(watch["until"][:10])
        wide.clock.advance(timedelta(hours=3))

    stepped = ["2026-01-30", "2026-02-02", "2026-02-03"]
    assert ends == (stepped if periods == 3 else ["2026-02-03"] * 3)
    kept, at_once = State.unpack(watch["packed"]), taken_in_at_once(wide)
    assert kept.windows == at_once.windows == 7
    assert kept.evidence == pytest.approx(at_once.evidence, abs=0.05)


def taken_in_at_once(scene):
    """The evidence of the seven days, by the statistics alone."""
    profiles = scene.application.profiles
    base = Profile.from_json(profiles.load("model/loan-default/7"))
    learnt = Calibration.from_json(profiles.load("calibration/loan-default/7"))
    rows = scene.home / "workspace/inference/rows.parquet"
    detector = Detector(base, learnt)
    state = detector.start()
    for day in windows_of_time(rows, base, timedelta(days=1), "time"):
        state = detector.update(state, day)
    return state


def test_a_model_that_is_too_wide_is_told_so_when_it_is_registered_and_the_next_goes_on(
    scene, registered
):
    scene.policy(POLICY)
    scene.model("7", "metrics: {auc: 0.9}\n")
    few = pa.array([0.5, 1.5])
    training(scene, pa.table({f"c{number}": few for number in range(MOST_COLUMNS + 1)}))
    scene.send(registered("7"))
    [told] = [one for one in scene.last(SUBJECT)["findings"] if one["rule"] == "baseline"]

    scene.model("8", "metrics: {auc: 0.9}\n")
    scene.policy(POLICY.replace("{window: 7d}", f"{{columns: {json.dumps(['c1', 'c2'])}}}"))
    scene.send(registered("8"))

    assert told["reason"] == "no_baseline"
    assert (
        "would have 5001 columns, and 5000 is the most; name those that matter in"
        in (told["sentence"])
    )
    [after] = [one for one in scene.last(SUBJECT)["findings"] if one["rule"] == "baseline"]
    assert after["reason"] == "baseline_saved"
    assert "Its windows are judged by their limits alone" in after["sentence"]


@pytest.mark.parametrize(("behind", "taken"), [(99, 99), (100, 100), (130, 100)])
def test_a_watch_that_fell_behind_takes_in_the_last_hundred_periods(watched, behind, taken):
    scene = watched(8)
    scene.policy(POLICY.replace("{window: 7d}", "{window: 1d, every: 1h}"))
    collected(scene, 8, moved=0.0)
    look(scene)
    before = scene.application.ledger.state(SUBJECT).state["drift"]
    scene.clock.advance(timedelta(hours=behind))
    look(scene)
    after = scene.application.ledger.state(SUBJECT).state["drift"]

    assert MOST_PERIODS == 100
    assert State.unpack(after["packed"]).windows - State.unpack(before["packed"]).windows == taken
