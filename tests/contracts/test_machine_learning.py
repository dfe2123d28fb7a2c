"""What every adapter promises that writes tags, shares versions and starts jobs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from shared.adapters.azure.machine_learning import AzureJobs, AzureModels, MachineLearning
from shared.adapters.embedded.machine_learning import FileJobs, FileModels
from shared.domain.world import Job, Training
from shared.errors import NotFound
from tests.integration.loopback.registry import cloud_metadata, serve_registry, serve_training
from tests.integration.workspace.scene import serve_scene

TRAINING = Training(
    name="retrain-loan-1",
    component="retrain:1",
    compute="cpu",
    experiment="loan",
    inputs={"data": "azureml:train:1", "depth": 6},
    tags={"requested-by": "driftgate"},
)
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore::PendingDeprecationWarning",
    "ignore::FutureWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
"""azure-ai-ml uses what marshmallow gives up; that is between the two of them."""
STARTED = datetime(2026, 2, 3, 10, tzinfo=UTC)


@dataclass
class Sides:
    """The two ports, and ways to set and see their world."""

    models: Any
    jobs: Any
    set_jobs: Any
    shared: Any


def on_files(folder):
    (folder / "models/loan").mkdir(parents=True)
    (folder / "registries/shared").mkdir(parents=True)
    (folder / "jobs").mkdir()
    (folder / "models/loan/9.yaml").write_text("tags: {owner: risk}\nmetrics: {auc: 0.9}\n")

    def set_jobs(endpoint, jobs, deployment=None):
        for name, started in jobs.items():
            facts = {"state": "Completed", "started": started, "endpoint": endpoint}
            facts["deployment"] = deployment
            (folder / f"jobs/{name}.yaml").write_text(yaml.safe_dump(facts))

    return Sides(
        models=FileModels(folder),
        jobs=FileJobs(folder),
        set_jobs=set_jobs,
        shared=lambda: [p.stem for p in (folder / "registries/shared/loan").glob("*.yaml")],
    )


def on_azure(scene):
    server = scene.server
    scene.register("loan", "9", {"tags": {"owner": "risk"}})
    registry, listed = {}, {}
    serve_registry(server.router, scene.state, registry)
    serve_training(server.router, scene.state, listed)

    def set_jobs(endpoint, jobs, deployment=None):
        listed[endpoint] = list(jobs)
        for name, started in jobs.items():
            if deployment is not None:
                scene.tags[name] = {"azureml.deploymentname": deployment}
            scene.state.jobs[name] = scene.state.resource(f"jobs/{name}", {"status": "Completed"})
            if started is not None:
                scene.runs[name] = {}
                scene.started[name] = int(started.timestamp() * 1000)

    learning = MachineLearning(
        scene.credential,
        scene.resources(),
        cloud=f"Loopback{server.url.rpartition(':')[2]}",
        cloud_metadata=cloud_metadata(server.url),
        retry_total=0,
        polling_interval=0.01,
    )
    return Sides(
        models=AzureModels(learning),
        jobs=AzureJobs(learning),
        set_jobs=set_jobs,
        shared=lambda: [key.partition(":")[2] for key in registry],
    )


@pytest.fixture(params=["files", "azure"])
def sides(request, tmp_path, monkeypatch):
    if request.param == "files":
        yield on_files(tmp_path)
        return
    monkeypatch.setenv("AZUREML_CURRENT_CLOUD", "AzureCloud")
    scene = serve_scene(request.getfixturevalue("loopback"))
    yield on_azure(scene)
    scene.close()


def test_a_tag_is_added_or_changed_and_the_others_stay(sides):
    assert sides.models.tag("loan", "9", {"gate": "passed"}) == {"owner": "risk", "gate": "passed"}
    assert sides.models.tag("loan", "9", {"gate": "failed"}) == {"owner": "risk", "gate": "failed"}


def test_a_version_is_shared_once_however_often_it_is_asked(sides):
    sides.models.share("loan", "9", "shared")
    sides.models.share("loan", "9", "shared")

    assert sides.shared() == ["9"]


def test_a_training_is_started_once_under_its_name(sides):
    started = sides.jobs.start(TRAINING)

    assert started == Job(name="retrain-loan-1", state="NotStarted")
    assert sides.jobs.start(TRAINING) == sides.jobs.job("retrain-loan-1") == started


def test_the_jobs_of_a_batch_endpoint_come_last_started_first(sides):
    sides.set_jobs("scoring", {"a": STARTED, "c": None, "b": STARTED.replace(day=4)})

    latest = sides.jobs.latest("scoring", 2)

    assert latest == [
        Job(name="c", state="Completed"),
        Job(name="b", state="Completed", started=STARTED.replace(day=4)),
    ]


def test_a_job_says_which_deployment_of_the_batch_endpoint_scored(sides):
    sides.set_jobs("scoring", {"a": STARTED}, deployment="churn-7")

    [job] = sides.jobs.latest("scoring")

    assert job.deployment == "churn-7"


def test_the_newest_of_very_many_jobs_are_found_whichever_way_they_are_listed(sides):
    """Nobody promises the order of the service's list."""
    started = {f"job-{number:03}": STARTED + timedelta(hours=number) for number in range(60)}
    for order in (list(started), list(reversed(started))):
        sides.set_jobs("scoring", {name: started[name] for name in order})

        latest = sides.jobs.latest("scoring", 2)

        assert [job.name for job in latest] == ["job-059", "job-058"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda s: s.models.tag("loan", "10", {}),
        lambda s: s.models.tag("../loan", "9", {}),
        lambda s: s.models.share("loan", "10", "shared"),
        lambda s: s.models.share("loan", "9", "other"),
        lambda s: s.models.share("loan", "9", "../shared"),
        lambda s: s.jobs.job("other"),
        lambda s: s.jobs.job("a/b"),
    ],
)
def test_what_cannot_be_written_to_is_not_found(sides, ask):
    with pytest.raises(NotFound):
        ask(sides)
