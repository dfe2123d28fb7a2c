"""A model whose rows lie in a table of Log Analytics: drift, its gate and silence are judged."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from shared.domain.event import Check
from shared.domain.policy import Engine, Policy, ProfilesPolicy
from shared.domain.policy.gates import DriftGate
from shared.domain.world import ModelVersion
from shared.errors import InvalidData, NoPermission, NotFound, Throttled, Unavailable
from shared.service.readings.drift import read_drift
from shared.service.smoke.models import models
from shared.service.world import World
from shared.settings import Settings

HEAD = "time,deployment,status,duration_ms"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TABLE = "LoanRows_CL"
POLICY = """\
model: loan-default
training_data: train
drift: {{window: 7d}}
profiles: {{{profiles}}}
"""
IN_TABLE = f"engine: log_analytics, table: {TABLE}"


@pytest.fixture
def watched(scene, registered):
    """A model with a baseline of 20 000 standard normal incomes."""
    scene.policy(POLICY.format(profiles=IN_TABLE))
    scene.model("7", "metrics: {auc: 0.9}\n")
    (scene.home / "workspace/data").mkdir(parents=True)
    table = pa.table({"income": np.random.default_rng(3).normal(0.0, 1.0, 20_000)})
    parquet.write_table(table, scene.home / "workspace/data/train.parquet")
    scene.write("workspace/data/train.yaml", "paths: train.parquet\n")
    scene.send(registered("7"))
    scene.requests.clear()
    return scene


def rows_before(scene, center, *, rows=4_000, days=7):
    """Rows spread over the days before the last midnight."""
    random = np.random.default_rng(7)
    start = scene.clock.now.replace(hour=0) - timedelta(days=days)
    times = [start + timedelta(days=days) * (index / rows) for index in range(rows)]
    return pa.table({"income": random.normal(center, 1.0, rows), "TimeGenerated": pa.array(times)})


def fill(scene, center, **spread):
    path = scene.home / f"workspace/tables/{TABLE}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(rows_before(scene, center, **spread), path)


def fill_files(scene, center, model="loan-files"):
    path = scene.home / "workspace/inference/rows.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(rows_before(scene, center), path)
    scene.write(
        f"workspace/inference/{model}.yaml",
        "paths: rows.parquet\ntime_column: TimeGenerated\n",
    )


def look(scene, check=Check.DRIFT):
    scene.application.service.fan_out(check)
    scene.drain()
    return scene.last("model/loan-default")


def of_rule(decision, rule):
    return [one for one in decision["findings"] if one["rule"] == rule]


class Broken:
    """A table that cannot be asked."""

    def __init__(self, fault):
        self.fault = fault

    def listed(self, *_, **__):
        raise self.fault

    profiles = listed


def break_table(scene, monkeypatch, fault):
    """The next questions fail so."""
    logged = scene.application.adapters.logged_rows
    broken = Broken(fault)
    monkeypatch.setattr(type(logged), "listed", broken.listed)
    monkeypatch.setattr(type(logged), "profiles", broken.profiles)


@pytest.mark.parametrize("engine", ["log_analytics", "auto"])
def test_drift_in_a_table_is_told_with_what_counted_it(watched, engine):
    watched.policy(POLICY.format(profiles=f"engine: {engine}, table: {TABLE}"))
    fill(watched, 1.5)

    decision = look(watched)

    assert watched.told() == [("PostAlert", "drift")]
    [counted] = of_rule(decision, "engine")
    assert counted["sentence"] == (
        "The rows lie in the table LoanRows_CL of Log Analytics and are counted there; no row "
        "leaves it, only counts and a few values that are new."
    )


def test_drift_in_a_table_ends_by_itself(watched):
    fill(watched, 1.5)
    look(watched)
    watched.clock.advance(8 * DAY)
    fill(watched, 0.0)

    look(watched)

    assert watched.told() == [("PostAlert", "drift"), ("ResolveAlert", "drift")]


@pytest.mark.parametrize("center", [0.0, 0.05, 1.5])
def test_a_table_is_judged_as_the_same_rows_in_a_file_are(watched, registered, center):
    """Two models that differ in where their rows lie: the same findings, but what counted them."""
    files = POLICY.format(profiles="engine: local").replace("loan-default", "loan-files")
    watched.write("policies/files.yaml", files)
    watched.model("7", "metrics: {auc: 0.9}\n", name="loan-files")
    watched.send(registered("7", model="loan-files"))
    fill(watched, center)
    fill_files(watched, center)

    in_table = look(watched)
    in_files = watched.last("model/loan-files")

    judged = [one for one in in_table["findings"] if one["rule"] == "drift"]
    assert judged == [one for one in in_files["findings"] if one["rule"] == "drift"]
    assert judged[0]["n"] == 4_000
    assert in_table["verdict"] == in_files["verdict"]
    assert [one["thing"] for one in of_rule(in_table, "engine")] == ["engine/log_analytics"]
    assert [one["thing"] for one in of_rule(in_files, "engine")] == ["engine/local"]


def test_rows_that_come_late_are_counted_once_more(watched):
    fill(watched, 0.0, rows=400)
    look(watched)
    fill(watched, 0.0, rows=4_000)
    watched.clock.advance(3 * HOUR)

    decision = look(watched)

    [late] = [one for one in decision["findings"] if one["reason"] == "late_data"]
    assert "400 rows 4000" in late["sentence"]


def test_rows_of_after_a_window_are_no_reason_to_count_it_again(watched, monkeypatch):
    """The hour that follows a window holds no row of it, so only the next one is counted."""
    fill(watched, 0.0)
    look(watched)
    asked = []
    logged = type(watched.application.adapters.logged_rows)
    counts = logged.profiles

    def noted(self, table, time_column, baseline, cuts):
        asked.append(cuts)
        return counts(self, table, time_column, baseline, cuts)

    monkeypatch.setattr(logged, "profiles", noted)
    path = watched.home / f"workspace/tables/{TABLE}.parquet"
    before = parquet.read_table(path)
    watched.clock.advance(DAY)
    more = rows_before(watched, 0.0, rows=500, days=1)
    parquet.write_table(pa.concat_tables([before, more]), path)

    look(watched)

    midnight = watched.clock.now.replace(hour=0, minute=0)
    [cuts] = asked
    assert (cuts[0], cuts[-1]) == (midnight - 7 * DAY, midnight)


@pytest.mark.parametrize(
    ("fault", "reason", "sentence"),
    [
        (NotFound("The workspace has no table 'X'; name it."), "cannot_look", "has no table"),
        (InvalidData("There is no time column at."), "cannot_look", "no time column"),
        (InvalidData("Could not count within 5 min; give"), "cannot_look", "within 5 min"),
        (NoPermission("May not count: needs the role R."), "no_permission", "needs the role R"),
    ],
)
def test_a_table_that_cannot_be_counted_is_a_finding_and_the_next_look_asks_again(
    watched, monkeypatch, fault, reason, sentence
):
    fill(watched, 1.5)
    with monkeypatch.context() as patch:
        break_table(watched, patch, fault)
        decision = look(watched)

    [finding] = decision["findings"]
    assert (decision["verdict"], finding["reason"]) == ("error", reason)
    assert sentence in finding["sentence"]
    assert watched.told() == []
    watched.clock.advance(HOUR)
    look(watched)
    assert watched.told() == [("PostAlert", "drift")]


@pytest.mark.parametrize("fault", [Throttled("Wait.", 5.0), Unavailable("Only a part.")])
def test_a_table_that_does_not_answer_decides_nothing_and_the_message_comes_again(
    watched, monkeypatch, fault
):
    fill(watched, 1.5)
    before = watched.last("model/loan-default")
    with monkeypatch.context() as patch:
        break_table(watched, patch, fault)
        watched.application.service.fan_out(Check.DRIFT)
        watched.drain()

    assert watched.last("model/loan-default") == before
    watched.clock.advance(10 * timedelta(minutes=1))
    watched.drain()
    assert watched.told() == [("PostAlert", "drift")]


def gate(scene, policy):
    world = World.of(scene.application.adapters, Settings())
    candidate = ModelVersion(name="loan-default", version="7")
    return read_drift(candidate, policy, DriftGate(window=7 * DAY), world, scene.clock.now)


def test_the_gate_of_promotion_counts_in_the_table_too(watched):
    fill(watched, 0.0)
    fill_files(watched, 0.0, "loan-default")
    policy = Policy(
        model="loan-default",
        profiles=ProfilesPolicy(engine=Engine.LOG_ANALYTICS, table=TABLE),
    )

    in_table = gate(watched, policy)
    in_files = gate(watched, replace(policy, profiles=ProfilesPolicy()))

    assert in_table.window["rows"] == in_files.window["rows"] == 4_000
    assert in_table.window["columns"] == in_files.window["columns"]
    assert in_table.problem is None


def test_the_gate_says_that_the_table_is_missing(watched):
    policy = Policy(model="loan-default", profiles=ProfilesPolicy(table="Other_CL"))

    assert gate(watched, policy).problem == (
        "The workspace has no table 'Other_CL'; name the one that holds the rows in "
        "`profiles.table`."
    )


def test_silence_of_a_table_is_told_against_the_requests_of_the_models_deployments(watched):
    """Requests of other models on the same endpoint let expect no rows."""
    watched.policy(POLICY.format(profiles=IN_TABLE) + "endpoint: loan-endpoint\n")
    watched.endpoint(
        "{blue: 50, red: 50}",
        "{blue: {model: 'loan-default:7'}, red: {model: 'other:1'}}",
    )
    fill(watched, 0.0)
    midnight = watched.clock.now.replace(hour=0, minute=0)

    def requests(deployment):
        lines = [
            f"{(midnight + minute * timedelta(minutes=1)).isoformat()},{deployment},200,12"
            for minute in range(1_440)
        ]
        watched.write("workspace/requests/loan-endpoint.csv", "\n".join([HEAD, *lines, ""]))

    requests("red")
    quiet = look(watched, Check.COLLECTION)
    requests("blue")
    watched.clock.advance(9 * HOUR)
    silent = look(watched, Check.COLLECTION)

    assert of_rule(quiet, "collection")[0]["reason"] == "no_traffic"
    assert of_rule(silent, "collection")[0]["reason"] == "no_rows"
    assert watched.told() == [("PostAlert", "no_inference_data")]


def test_a_missing_table_is_a_finding_of_the_look_at_the_rows(watched):
    decision = look(watched, Check.COLLECTION)

    [finding] = of_rule(decision, "collection")
    assert (finding["verdict"], finding["reason"]) == ("error", "cannot_look")
    assert finding["sentence"].startswith("The workspace has no table 'LoanRows_CL'; name the one")


@pytest.mark.parametrize(
    ("hours_ago", "expected"),
    [(0, "17 hours of this span in the table LoanRows_CL"), (48, "0 hours of this span in the")],
)
def test_the_smoke_test_looks_into_the_table(watched, hours_ago, expected):
    watched.clock.advance(-hours_ago * HOUR)
    fill(watched, 0.0)
    watched.clock.advance(hours_ago * HOUR)
    now = watched.clock.now.replace(hour=5, minute=0)

    found = models(watched.application.adapters, now - DAY + 2 * HOUR, now)

    [rows] = [
        one for one in found if one.question == "Are rows that loan-default scored collected?"
    ]
    assert rows.saw.startswith(expected)
