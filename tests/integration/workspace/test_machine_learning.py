"""What azure-ai-ml sends for us, and what it must not be imported for."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from shared.adapters.azure.machine_learning import AzureJobs, AzureModels, MachineLearning
from shared.domain.world import Training
from shared.errors import NoPermission, NotFound, Refused, Unavailable
from tests.integration.loopback.registry import (
    REGISTRY,
    cloud_metadata,
    serve_registry,
    serve_training,
)
from tests.integration.loopback.resource_manager import WORKSPACE
from tests.integration.loopback.server import Answer, refusal
from tests.integration.workspace.scene import serve_scene

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore::PendingDeprecationWarning",
    "ignore::FutureWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
MODEL = f"{WORKSPACE}/models/loan/versions/9"
TRAINING = Training(
    name="retrain-1",
    component="retrain:1",
    compute="cpu",
    experiment="loan",
    inputs={"data": "azureml:train:1", "depth": 6},
)


@pytest.fixture
def scene(loopback, monkeypatch):
    monkeypatch.setenv("AZUREML_CURRENT_CLOUD", "AzureCloud")
    scene = serve_scene(loopback)
    scene.register("loan", "9", {"tags": {"owner": "risk"}})
    serve_registry(loopback.router, scene.state, {})
    serve_training(loopback.router, scene.state, {})
    yield scene
    scene.close()


@pytest.fixture
def learning(scene):
    url = scene.server.url
    return MachineLearning(
        scene.credential,
        scene.resources(),
        cloud=f"Loopback{url.rpartition(':')[2]}",
        cloud_metadata=cloud_metadata(url),
        retry_total=0,
        polling_interval=0.01,
    )


def test_reading_the_workspace_never_imports_azure_ai_ml():
    code = (
        "import sys, shared.adapters.azure.workspace, shared.adapters.azure.machine_learning;"
        "sys.exit(any(name.startswith('azure.ai') for name in sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603  our own code

    assert done.returncode == 0


def test_a_training_is_a_pipeline_of_the_registered_component(scene, learning):
    AzureJobs(learning).start(TRAINING)

    [put] = scene.server.router.requests("PUT", f"{WORKSPACE}/jobs/retrain-1")
    sent = put.json()["properties"]
    [step] = sent["jobs"].values()
    assert sent["jobType"] == "Pipeline"
    assert sent["experimentName"] == "loan"
    assert step["componentId"].endswith("components/retrain/versions/1")
    assert "train" in json.dumps(step["inputs"]["data"])
    assert str(step["inputs"]["depth"]["value"]) == "6"


def test_what_a_training_makes_is_recognised_by_its_job_and_by_its_step(scene, learning):
    """The step registers the version, so it has the tags too, and the inputs that it asks for."""
    training = replace(
        TRAINING,
        inputs={"data": "azureml:train:1", "depth": "6"},
        offers={"retraining": "0123456789abcdef", "cause": "drift"},
        tags={"driftgate-retraining": "0123456789abcdef"},
    )

    AzureJobs(learning).start(training)

    [put] = scene.server.router.requests("PUT", f"{WORKSPACE}/jobs/retrain-1")
    sent = put.json()["properties"]
    [step] = sent["jobs"].values()
    assert sent["tags"] == step["tags"] == training.tags
    assert sent["settings"]["default_compute"].endswith("computes/cpu")
    assert step["inputs"]["retraining"]["value"] == "0123456789abcdef"
    assert step["inputs"]["depth"]["value"] == "6"
    assert "cause" not in step["inputs"]


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ({"component": "other:1"}, NotFound, "component other:1"),
        ({"component": "retrain"}, NotFound, "no name of a component with a version"),
        ({"inputs": {"width": 1}}, Refused, "retrain:1 has no input 'width'"),
    ],
)
def test_a_training_that_cannot_start_says_why(learning, change, error, sentence):
    facts = {name: getattr(TRAINING, name) for name in ("name", "component", "compute", "inputs")}

    with pytest.raises(error, match=sentence):
        AzureJobs(learning).start(Training(**{**facts, "experiment": "loan", **change}))


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (refusal(403, "AuthorizationFailed", "No."), NoPermission, "AzureML Data Scientist"),
        (refusal(503, "Busy", "Later."), Unavailable, "Azure answered 503"),
        (Answer(hang_up=True), Unavailable, "no answer from Azure"),
    ],
)
def test_a_fault_while_tagging_is_told_in_a_sentence(scene, learning, answer, error, sentence):
    scene.server.router.fail_next("PUT", MODEL, answer)

    with pytest.raises(error, match=sentence):
        AzureModels(learning).tag("loan", "9", {"gate": "passed"})


def test_threads_that_share_at_once_do_not_disturb_each_other(scene, learning):
    models = AzureModels(learning)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: models.share("loan", "9", "shared"), range(4)))

    assert len(scene.server.router.requests("POST", f"{REGISTRY}/import")) == 1
    assert models.tag("loan", "9", {"a": "b"}) == {"owner": "risk", "a": "b"}
