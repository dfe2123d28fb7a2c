"""What azure-ai-ml sends of a Spark job, with its code uploaded to a real storage account."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pytest

from shared.adapters.azure.blob_cache import BlobCache
from shared.adapters.azure.machine_learning import MachineLearning
from shared.adapters.azure.spark_jobs import SparkJobs
from shared.adapters.azure.workspace_blobs import WorkspaceBlobs
from shared.domain.collected import ROW_TIME, CollectedFile, Collection
from shared.domain.policy import Engine
from shared.domain.policy.profiles import SparkPolicy
from shared.domain.profiling import ProfilingOrder
from shared.domain.spark_task import Task
from shared.errors import NoPermission, NotFound, Unavailable
from shared.profiles import baseline
from shared.profiles.compute import window_of_parts
from tests.integration.loopback.blobs import ACCOUNT, CONTAINER
from tests.integration.loopback.registry import cloud_metadata
from tests.integration.loopback.resource_manager import WORKSPACE
from tests.integration.loopback.server import refusal
from tests.integration.loopback.spark import serve_spark
from tests.integration.workspace.scene import serve_scene

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore::PendingDeprecationWarning",
    "ignore::FutureWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
TEN = datetime(2026, 2, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
BASE = baseline(pa.table({"income": np.arange(300) / 7.0}))
NAME = "profile-loan-default-0123456789abcdef0123-1"
OUTPUT = f"driftgate/profiling/{NAME}/profile.json"


def file(place, collection=Collection.INPUTS):
    return CollectedFile(
        place=place,
        version="1",
        bytes=10,
        collection=collection,
        deployment="blue",
        start=TEN,
        end=TEN + HOUR,
        time_column=ROW_TIME,
    )


ORDER = ProfilingOrder(
    model="loan-default",
    version="7",
    baseline_hash=BASE.baseline_hash,
    engine=Engine.SPARK,
    cuts=(TEN, TEN + HOUR, TEN + 2 * HOUR),
    inputs=(
        file(f"{ACCOUNT}/{CONTAINER}/modelDataCollector/a.jsonl"),
        file("lake/rows/2026/b.parquet"),
    ),
    outputs=(file(f"{ACCOUNT}/{CONTAINER}/modelDataCollector/o.jsonl", Collection.OUTPUTS),),
    spark=SparkPolicy(executors=3, instance="Standard_E8s_v3"),
)


@pytest.fixture
def scene(loopback, account, monkeypatch):
    monkeypatch.setenv("AZUREML_CURRENT_CLOUD", "AzureCloud")
    scene = serve_scene(loopback)
    scene.codes = serve_spark(loopback.router, scene.state, account)
    yield scene
    scene.close()


@pytest.fixture
def jobs(scene, tmp_path):
    url = scene.server.url
    learning = MachineLearning(
        scene.credential,
        scene.resources(),
        cloud=f"Loopback{url.rpartition(':')[2]}",
        cloud_metadata=cloud_metadata(url),
        retry_total=0,
    )
    blobs = WorkspaceBlobs(
        scene.resources(),
        scene.credential,
        BlobCache(tmp_path / "cache"),
        address_of_account=lambda name: f"{url}/{name}",
        retry_total=0,
    )
    scene.opened.append(blobs)
    return SparkJobs(learning, blobs)


def sent(scene):
    [put] = scene.server.router.requests("PUT", f"{WORKSPACE}/jobs/{NAME}")
    return put.json()["properties"]


def test_a_job_is_sent_with_its_identity_its_size_and_the_tags_it_is_known_by(scene, jobs):
    started = jobs.start(ORDER, BASE.to_json(), NAME)

    asked = sent(scene)
    assert (started.name, started.state) == (NAME, "NotStarted")
    assert asked["jobType"] == "Spark"
    assert asked["experimentName"] == "driftgate-profiling"
    assert asked["tags"] == {"driftgate-profiling": "loan-default", "driftgate-order": ORDER.id}
    assert asked["identity"] == {"identityType": "Managed"}
    assert asked["resources"] == {"instanceType": "Standard_E8s_v3", "runtimeVersion": "3.5"}
    assert asked["conf"] == {
        "spark.driver.cores": "8",
        "spark.driver.memory": "56g",
        "spark.executor.cores": "8",
        "spark.executor.memory": "56g",
        "spark.executor.instances": "3",
    }
    assert asked["entry"] == {
        "sparkJobEntryType": "SparkJobPythonEntry",
        "file": "driftgate_job.py",
    }
    assert asked["pyFiles"] == ["driftgate_job.zip"]


def test_files_are_read_below_roots_and_the_profile_is_written_to_the_workspaces_store(scene, jobs):
    jobs.start(ORDER, BASE.to_json(), NAME)

    asked = sent(scene)
    own, other = asked["inputs"]["root0"], asked["inputs"]["root1"]
    assert own["uri"].endswith("/datastores/workspaceblobstore/paths/")
    assert other["uri"] == "abfss://rows@lake.dfs.core.windows.net/"
    assert {own["mode"], other["mode"], asked["outputs"]["profile"]["mode"]} == {"Direct"}
    assert asked["outputs"]["profile"]["uri"].endswith(f"paths/driftgate/profiling/{NAME}/")
    assert asked["args"] == (
        "--roots ${{inputs.root0}} ${{inputs.root1}} --output ${{outputs.profile}}"
    )


def test_the_uploaded_archive_holds_the_task_and_no_module_of_the_service(scene, jobs, account):
    jobs.start(ORDER, BASE.to_json(), NAME)

    [code] = scene.codes.values()
    container, _, folder = (
        code["properties"]["codeUri"].partition(f"{account.blob_endpoint}/")[2].partition("/")
    )
    blobs = account.blobs.get_container_client(container)
    held = {blob.name: blobs.download_blob(blob.name).readall() for blob in blobs.list_blobs()}
    [archive] = [content for name, content in held.items() if name.endswith("driftgate_job.zip")]
    with ZipFile(io.BytesIO(archive)) as packed:
        names = set(packed.namelist())
        task = Task.from_json(packed.read("driftgate_task/task.json"))
    assert any(name.endswith("driftgate_job.py") for name in held)
    assert all(name.startswith(folder) for name in held)
    assert [(one.root, one.path) for one in task.inputs.files] == [
        (0, "modelDataCollector/a.jsonl"),
        (1, "2026/b.parquet"),
    ]
    assert task.outputs.time_column == ROW_TIME
    assert (task.cuts, task.inputs.files[0].start) == (ORDER.cuts, TEN)
    assert "narwhals/__init__.py" in names
    assert not [name for name in names if name.startswith(("shared/service", "shared/adapters"))]


def test_a_job_that_is_there_is_returned_and_nothing_is_uploaded_again(scene, jobs):
    jobs.start(ORDER, BASE.to_json(), NAME)
    scene.state.jobs[NAME]["properties"]["status"] = "Running"

    assert jobs.start(ORDER, BASE.to_json(), NAME).state == "Running"

    assert len(scene.server.router.requests("PUT", f"{WORKSPACE}/jobs/{NAME}")) == 1
    assert len(scene.codes) == 1


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (refusal(403, "AuthorizationFailed", "No."), NoPermission, "AzureML Data Scientist"),
        (refusal(503, "Busy", "Later."), Unavailable, "Azure answered 503"),
    ],
)
def test_a_job_that_cannot_be_started_says_why(scene, jobs, answer, error, sentence):
    scene.server.router.fail_next("PUT", f"{WORKSPACE}/jobs/{NAME}", answer)

    with pytest.raises(error, match=sentence):
        jobs.start(ORDER, BASE.to_json(), NAME)


def test_a_name_that_azure_could_not_have_given_is_refused(jobs):
    with pytest.raises(NotFound, match="no name of a job"):
        jobs.start(ORDER, BASE.to_json(), "../x")


def pieces(base=BASE, order=ORDER):
    return [
        window_of_parts((), base, start=start, end=end).to_json() for start, end in order.pieces
    ]


def write(scene, made, pad=0):
    """As Spark writes a text: a folder with parts, and a mark that it is whole."""
    line = json.dumps(made) + " " * pad + "\n"
    scene.blobs[f"{OUTPUT}/_SUCCESS"] = b""
    scene.blobs[f"{OUTPUT}/part-00000-1.txt"] = line.encode()


def test_what_a_job_wrote_is_read_whatever_its_size(scene, jobs):
    write(scene, {"inputs": pieces(), "outputs": pieces()}, pad=3 << 20)

    made = jobs.made(ORDER, NAME)

    assert made == {"inputs": pieces(), "outputs": pieces()}


OTHER = baseline(pa.table({"income": np.arange(300) / 3.0}))


@pytest.mark.parametrize(
    "made",
    [
        None,
        [],
        {"inputs": pieces(), "outputs": []},
        {"inputs": pieces()[:1], "outputs": pieces()},
        {"inputs": pieces(OTHER), "outputs": pieces(OTHER)},
        {"inputs": pieces()[::-1], "outputs": pieces()},
        {"inputs": [1, 2], "outputs": pieces()},
    ],
)
def test_what_is_not_the_profile_of_the_order_is_as_if_nothing_were_there(scene, jobs, made):
    """Whoever may write to the store could have put it there."""
    if made is not None:
        write(scene, made)

    assert jobs.made(ORDER, NAME) is None


def test_the_same_task_is_the_same_code_however_often_it_is_tried(scene, jobs):
    jobs.start(ORDER, BASE.to_json(), NAME)

    jobs.start(replace(ORDER), BASE.to_json(), NAME[:-1] + "2")

    assert len(scene.codes) == 1
