"""A Spark job counts a window on Azure's adapters: sent by the SDK, read back from the store."""

import io
import json
from datetime import timedelta
from zipfile import ZipFile

import pytest

from shared.domain.event import Check
from shared.domain.spark_task import Task
from shared.domain.world import PROFILING_TAG
from shared.profiles.pieces import pieces_of
from shared.profiles.sources.unread import Faults
from shared.scenarios.azure_events import run_ended
from shared.statistics import Profile
from tests.integration.loopback.resource_manager import WORKSPACE
from tests.integration.loopback.spark import serve_spark
from tests.integration.story.test_collected_story import (
    HOUR,
    POLICY,
    SUBJECT,
    collect,
    collected,
    look,
)

__all__ = ["collected"]
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore::PendingDeprecationWarning",
    "ignore::FutureWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


def task_of(story, codes):
    """What was uploaded for the last job, read out of its archive as the cluster reads it."""
    uri = list(codes.values())[-1]["properties"]["codeUri"]
    container, _, folder = uri.partition(f"{story.account.blob_endpoint}/")[2].partition("/")
    blobs = story.account.blobs.get_container_client(container)
    content = blobs.download_blob(f"{folder.rstrip('/')}/driftgate_job.zip").readall()
    with ZipFile(io.BytesIO(content)) as packed:
        return Task.from_json(packed.read("driftgate_task/task.json"))


def count(story, task, name, folder):
    """In the cluster's place: the files that the task names, counted where it would count."""
    base, made = Profile.from_json(task.baseline), {}
    for side_name, side in (("inputs", task.inputs), ("outputs", task.outputs)):
        paths = []
        for number, file in enumerate(side.files):
            path = folder / f"{side_name}-{number}.jsonl"
            path.write_bytes(story.workspace.blobs[file.path])
            paths.append(str(path))
        pieces = pieces_of(paths, base, task.cuts, side.time_column, faults=Faults.COUNT)
        made[side_name] = [piece.to_json() for piece in pieces]
    place = f"driftgate/profiling/{name}/profile.json/part-00000-a.txt"
    story.workspace.blobs[place] = json.dumps(made).encode()


def ended(story, name, state):
    """The job has another state, and Azure says so."""
    story.workspace.state.jobs[name]["properties"]["status"] = state
    story.clock.advance(timedelta(minutes=1))
    payload = run_ended(
        name,
        state,
        at=story.clock.now,
        experiment="driftgate-profiling",
        tags={PROFILING_TAG: "loan-default"},
    )
    story.send(payload)
    return story.last(SUBJECT)


def test_the_event_of_a_spark_job_brings_the_decision_back_on_azures_adapters(collected, tmp_path):
    story = collected
    codes = serve_spark(story.loopback.router, story.workspace.state, story.account)
    collect(story, story.now - 4 * HOUR, 4)
    here = look(story, Check.DRIFT)
    collect(story, story.now - HOUR, 1, outputs=False, income=9.0, of_each=50)
    policy = POLICY.replace("training_data", "profiles: {engine: spark}\ntraining_data")
    story.account.keep("policies", "loan-default.yaml", policy)

    waiting = look(story, Check.DRIFT, HOUR)

    assert here["verdict"] == "pass"
    assert waiting["verdict"] == "inconclusive"
    [first] = [name for name in story.workspace.state.jobs if name.startswith("profile-")]
    assert ended(story, first, "Failed")["verdict"] == "inconclusive"
    [second] = [name for name in story.workspace.state.jobs if name > first]
    assert second == f"{first[:-1]}2"
    count(story, task_of(story, codes), second, tmp_path)

    found = ended(story, second, "Completed")

    assert found["verdict"] == "fail"
    assert [n["data"]["alert"]["kind"] for n in story.notices] == ["drift"]
    puts = story.loopback.router.requests("PUT", f"{WORKSPACE}/jobs/{{name}}")
    assert len(puts) == 2
    assert len(codes) == 1, "the second try sends the same code, which is there"
