"""Serverless Spark jobs of Azure Machine Learning that count rows into profiles.

A job runs as the identity attached to the workspace, reads the files where they lie and writes to
the workspace's own datastore. Nothing waits for it: its end is told by Azure, or found by a timer.
"""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from shared.adapters.azure.blob_locations import BlobLocation
from shared.adapters.azure.machine_learning import AzureJobs, MachineLearning
from shared.adapters.azure.resource_names import named
from shared.adapters.azure.workspace_blobs import WorkspaceBlobs
from shared.adapters.spark_bundle import ARCHIVE, ENTRY, write_bundle
from shared.adapters.spark_tasks import made_of, task_of
from shared.domain.policy.profiles import SPARK_CORES, SparkPolicy
from shared.domain.profiling import ProfilingOrder
from shared.domain.spark_task import MADE
from shared.domain.world import PROFILING_TAG, Job
from shared.errors import NotFound

EXPERIMENT = "driftgate-profiling"
_STORE = "azureml://datastores/workspaceblobstore/paths"
_GIGABYTES_OF_A_CORE = {64: 6.25}
"""Seven, but on the largest instance: what Spark may have of the eight that there are."""


class SparkJobs:
    """Starts the jobs of one workspace; `storage` is the end of a storage account's host."""

    def __init__(
        self,
        learning: MachineLearning,
        blobs: WorkspaceBlobs,
        *,
        storage: str = "core.windows.net",
    ) -> None:
        self._learning = learning
        self._blobs = blobs
        self._storage = storage

    def start(self, order: ProfilingOrder, baseline: Mapping[str, Any], name: str) -> Job:
        """Start it, or return the job of its name. Raises Refused, NotFound, NoPermission."""
        named("a job", name)
        try:
            return AzureJobs(self._learning).job(name)
        except NotFound:
            pass
        own = self._blobs.locate(f"{_STORE}/")
        task, roots = task_of(order, baseline, lambda place: self._split(place, own))
        workspace = self._learning.resources.workspace
        with (
            TemporaryDirectory(prefix="driftgate-spark-") as folder,
            self._learning.client(
                f"start {name}",
                thing=f"workspace {workspace}",
                permission=f"the role AzureML Data Scientist on the workspace {workspace}",
            ) as client,
        ):
            write_bundle(Path(folder), task)
            job = _spark_job(name, order, roots, folder)
            started = client.jobs.create_or_update(job)
            state = getattr(started.status, "value", started.status) or "NotStarted"
        return Job(name=name, state=str(state))

    def made(self, order: ProfilingOrder, name: str) -> Mapping[str, Any] | None:
        """What the job wrote; None where there is nothing, or not what the order asks for."""
        named("a job", name)
        folder = self._blobs.locate(f"{_output(name)}/{MADE}/")
        found = [
            blob
            for blob in self._blobs.below(folder)
            if blob.location.path.rpartition("/")[2].startswith("part-")
        ]
        paths = self._blobs.fetch(found, f"the profile of {name}")
        return made_of(order, b"".join(Path(path).read_bytes() for path in paths))

    def _split(self, place: str, own: BlobLocation) -> tuple[str, str]:
        """The workspace's own files by its datastore, others by their account."""
        account, container, path = place.split("/", 2)
        if (account, container) == (own.account, own.container):
            return f"{_STORE}/", path
        return f"abfss://{container}@{account}.dfs.{self._storage}/", path


def _output(name: str) -> str:
    return f"{_STORE}/driftgate/profiling/{name}"


def _spark_job(name: str, order: ProfilingOrder, roots: list[str], folder: str) -> Any:
    from azure.ai.ml import Input, Output, spark
    from azure.ai.ml.entities import ManagedIdentityConfiguration

    policy = order.spark or SparkPolicy()
    identity: Any = ManagedIdentityConfiguration(client_id=policy.identity)
    cores = SPARK_CORES[policy.instance]
    memory = f"{int(cores * _GIGABYTES_OF_A_CORE.get(cores, 7))}g"
    inputs = {
        f"root{number}": Input(type="uri_folder", path=root, mode="direct")
        for number, root in enumerate(roots)
    }
    addresses = " ".join(f"${{{{inputs.{one}}}}}" for one in inputs)
    return spark(
        name=name,
        display_name=name,
        experiment_name=EXPERIMENT,
        tags={PROFILING_TAG: order.model, "driftgate-order": order.id},
        code=folder,
        entry={"file": ENTRY},
        py_files=[ARCHIVE],
        inputs=inputs,
        outputs={"profile": Output(type="uri_folder", path=f"{_output(name)}/", mode="direct")},
        args=f"--roots {addresses} --output ${{{{outputs.profile}}}}",
        driver_cores=cores,
        driver_memory=memory,
        executor_cores=cores,
        executor_memory=memory,
        executor_instances=policy.executors,
        resources={"instance_type": policy.instance, "runtime_version": policy.runtime},
        identity=identity,
    )
