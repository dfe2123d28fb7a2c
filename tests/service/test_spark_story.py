"""A look for drift whose rows a Spark job counts: from the check, over the job, to the decision."""

import json
import shutil
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest
import yaml
from pyarrow import parquet

from shared.bootstrap import build
from shared.domain.event import Check
from shared.domain.profiling import ProfilingOrder
from shared.domain.world import PROFILING_TAG
from shared.profiles.pieces import pieces_of
from shared.profiles.sources.unread import Faults
from shared.scenarios.azure_events import run_ended
from shared.service.codec import decode
from shared.settings import Settings
from shared.statistics import Profile
from tests.conftest import NOON, Scene, StoppedClock
from tests.service.collecting import collect

MODEL, PROFILING = "model/loan-default", "profiling/loan-default"
MINUTE = timedelta(minutes=1)
POLICY = """\
model: loan-default
endpoint: loan-endpoint
training_data: train
drift: {window: 2d, alarm: limits}
profiles: {engine: %s}
"""


@pytest.fixture
def world(tmp_path, registered):
    """Two days of collected rows whose incomes have moved, and a policy naming the engine."""

    def make(engine="spark"):
        home = tmp_path / engine
        for folder in ("policies", "workspace/endpoints", "workspace/models", "workspace/data"):
            (home / folder).mkdir(parents=True)
        clock = StoppedClock(NOON.replace(hour=0, minute=5))
        settings = Settings(home=home, workspace=home / "workspace", policies=home / "policies")
        scene = Scene(home=home, clock=clock, application=build(settings, clock=clock))
        scene.policy(POLICY % engine)
        scene.model("7", "metrics: {auc: 0.9}\n")
        rng = np.random.default_rng(3)
        table = pa.table({"income": rng.normal(0, 1, 3_000), "age": rng.normal(0, 1, 3_000)})
        parquet.write_table(table, home / "workspace/data/train.parquet")
        scene.write("workspace/data/train.yaml", "paths: train.parquet\n")
        scene.endpoint("{blue: 100}", '{blue: {model: "loan-default:7"}}')
        scene.send(registered("7"))
        midnight = clock.now.replace(minute=0)
        collect(
            scene,
            midnight - timedelta(days=2),
            midnight,
            inputs=lambda rng, n: {"income": rng.normal(2, 1, n), "age": rng.normal(0, 1, n)},
            outputs=lambda rng, n: {"score": rng.random(n)},
        )
        return scene

    return make


def look(scene, check=Check.DRIFT):
    scene.application.service.fan_out(check)
    scene.drain()
    return scene.last(MODEL)


def job_of(scene):
    """The last job that was started: its file, and the order it has."""
    [*_, path] = sorted((scene.home / "workspace/jobs").glob("profile-*.yaml"))
    asked = json.loads((path.with_suffix("") / "order.json").read_bytes())
    return path, decode(asked["order"], ProfilingOrder), Profile.from_json(asked["baseline"])


def end(path, state):
    facts = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({**facts, "state": state}))


def count(scene):
    """What Spark would write: its own counting is held against this one in tests of its own."""
    path, order, base = job_of(scene)
    made = {}
    for name, files in (("inputs", order.inputs), ("outputs", order.outputs)):
        places = [file.place for file in files]
        found = pieces_of(places, base, order.cuts, "@time", faults=Faults.COUNT)
        made[name] = [piece.to_json() for piece in found]
    (path.with_suffix("") / "profile.json").write_text(json.dumps(made))


def told(scene, run=None, *, model="loan-default", state="Completed"):
    """The event of a run with our tag, as Azure sends it."""
    scene.clock.now += MINUTE
    path, order, _ = job_of(scene)
    scene.send(
        json.loads(
            run_ended(
                run or path.stem,
                state,
                at=scene.clock.now,
                experiment="driftgate-profiling",
                tags={PROFILING_TAG: model, "driftgate-order": order.id},
            )
        )
    )
    scene.drain()


def test_no_job_is_started_where_nothing_was_collected(world):
    scene = world()
    scene.clock.advance(timedelta(days=6))

    decision = look(scene)

    assert not list((scene.home / "workspace/jobs").glob("profile-*"))
    assert decision["event"]["type"] == "io.driftgate.CheckDue"
    assert decision["findings"][-1]["thing"] == "engine/local"


def test_bodies_of_requests_are_no_rows_that_a_job_could_count(world):
    scene = world()
    kept = scene.home / "workspace/inference/loan-endpoint/blue"
    shutil.rmtree(kept / "model_outputs")
    (kept / "model_inputs").rename(kept / "request")

    look(scene)

    assert not list((scene.home / "workspace/jobs").glob("profile-*"))


def test_no_job_is_started_for_rows_whose_times_are_not_known(world):
    scene = world()
    scene.write("workspace/inference/loan-default.yaml", "paths: ../data/train.parquet\n")

    decision = look(scene)

    assert not list((scene.home / "workspace/jobs").glob("profile-*"))
    assert decision["verdict"] == "error"
    assert "have no `time_column`" in decision["findings"][0]["sentence"]


def test_lines_that_a_job_could_not_read_are_told(world):
    scene = world()
    [path, *_] = sorted((scene.home / "workspace/inference").rglob("model_inputs/**/*.jsonl"))
    with path.open("a") as file:
        file.write("{broken\n" * 3)
    look(scene)
    count(scene)
    end(job_of(scene)[0], "Completed")

    told(scene)

    [lines] = [f for f in scene.last(MODEL)["findings"] if f["reason"] == "lines_unread"]
    assert lines["verdict"] == "inconclusive"
    assert lines["sentence"].startswith("3 collected lines could not be read, beside 1440 rows")


def features(decision):
    """What was found of each feature, but for when and in which decision."""
    found = [f for f in decision["findings"] if f["thing"].startswith("feature/")]
    return [{key: f[key] for key in f if key not in {"id", "evidence"}} for f in found]


def test_the_jobs_event_resumes_the_look_and_finds_what_the_function_itself_would_find(world):
    scene, other = world(), world("local")

    waiting = look(scene)
    here = look(other)

    assert waiting["verdict"] == "inconclusive"
    assert "counted by a Spark job, as the policy asks" in str(waiting["findings"])
    assert not features(waiting)
    path, _, _ = job_of(scene)
    count(scene)
    end(path, "Completed")
    told(scene)
    found = scene.last(MODEL)
    assert found["verdict"] == here["verdict"] == "fail"
    assert features(found) == features(here)
    assert len(features(found)) == 2


@pytest.mark.parametrize(
    "forge",
    [
        lambda scene: told(scene, "some-other-run"),
        told,
        lambda scene: told(scene, state="Failed"),
        lambda scene: told(scene, model="no-such-model"),
        lambda scene: told(scene, model="../x"),
    ],
    ids=["another run", "not ended", "not failed", "another model", "no name"],
)
def test_an_event_is_no_evidence_the_job_itself_is_looked_at(world, forge):
    """Whoever sends it: the job still runs, so the order stands where it stood."""
    scene = world()
    look(scene)
    before = scene.application.ledger.state(PROFILING).state["profiling"]
    ledger = scene.application.ledger

    forge(scene)

    after = ledger.state(PROFILING).state["profiling"]["profilings"]
    assert [one["phase"] for one in after] == ["running"]
    assert [one["job"] for one in after] == [one["job"] for one in before["profilings"]]
    assert ledger.state("profiling/no-such-model").version == 0
    assert scene.last(MODEL)["verdict"] == "inconclusive"
    assert len(list((scene.home / "workspace/jobs").glob("profile-*.yaml"))) == 1


def test_a_job_that_wrote_somebody_elses_profile_is_tried_again(world):
    scene = world()
    look(scene)
    path, order, base = job_of(scene)
    foreign = {**base.to_json(), "baseline_hash": "0" * 64}
    made = {"inputs": [foreign] * len(order.pieces), "outputs": [foreign] * len(order.pieces)}
    (path.with_suffix("") / "profile.json").write_text(json.dumps(made))
    end(path, "Completed")

    told(scene)

    [one] = scene.application.ledger.state(PROFILING).state["profiling"]["profilings"]
    assert (one["attempt"], one["because"]) == (
        2,
        f"job {path.stem} completed and wrote no profile",
    )
    assert len(list((scene.home / "workspace/jobs").glob("profile-*.yaml"))) == 2


def test_a_job_whose_event_is_lost_is_found_by_the_timer(world):
    scene = world()
    look(scene)
    path, _, _ = job_of(scene)
    count(scene)
    end(path, "Completed")
    scene.clock.now += 10 * MINUTE

    look(scene, Check.PROFILING)

    assert scene.last(MODEL)["verdict"] == "fail"


def test_three_jobs_that_fail_end_the_look_with_a_sentence_and_no_verdict_on_the_rows(world):
    scene = world()
    look(scene)

    for _ in range(3):
        path, _, _ = job_of(scene)
        end(path, "Failed")
        told(scene, state="Failed")

    last = scene.last(MODEL)
    assert "given up after 3 tries" in str(last["findings"])
    assert not features(last)
    assert len(list((scene.home / "workspace/jobs").glob("profile-*.yaml"))) == 3


def test_after_three_jobs_that_failed_no_look_starts_another_of_the_same_for_some_hours(world):
    """Looks come every hour, and each job costs money."""
    scene = world()
    look(scene)
    for _ in range(3):
        path, _, _ = job_of(scene)
        end(path, "Failed")
        told(scene, state="Failed")

    scene.clock.advance(timedelta(hours=1))
    meanwhile = look(scene)
    jobs = len(list((scene.home / "workspace/jobs").glob("profile-*.yaml")))
    scene.clock.advance(timedelta(hours=6))
    look(scene)

    assert "No job is started for it until" in meanwhile["findings"][0]["sentence"]
    assert meanwhile["verdict"] == "error"
    assert jobs == 3
    assert len(list((scene.home / "workspace/jobs").glob("profile-*.yaml"))) == 4
