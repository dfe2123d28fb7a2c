"""Writing to the workspace: tags, registries and training jobs, with azure-ai-ml.

Importing azure-ai-ml takes over a second and 80 MiB, so it happens at the first write only.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from shared.adapters.azure.answers import mapping, number, run_tag, text
from shared.adapters.azure.faults import told_as_ours
from shared.adapters.azure.resource_names import named
from shared.adapters.azure.workspace_resources import WorkspaceResources
from shared.domain.world import Job, Training
from shared.errors import NotFound, Refused

if TYPE_CHECKING:
    from azure.ai.ml import MLClient
    from azure.core.credentials import TokenCredential

_MOST_RUNS_READ = 50
_DEPLOYMENT = "azureml.deploymentname"
_THERE_ALREADY = "already exists in registry"
_ONE_AT_A_TIME = Lock()
"""`share` swaps state on its client, and a cloud is registered for the whole process."""


class MachineLearning:
    """A client of azure-ai-ml for one workspace, made when it is first needed.

    Without `cloud` it is the public one; `cloud_metadata` tells the addresses of another, by the
    SDK's keys. `options` go to the SDK, such as `retry_total` and `polling_interval`.
    """

    def __init__(
        self,
        credential: "TokenCredential",
        resources: WorkspaceResources,
        *,
        cloud: str | None = None,
        cloud_metadata: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        self._credential = credential
        self.resources = resources
        self._options = {**options, "show_progress": False}
        if cloud is not None:
            self._options["cloud"] = cloud
        if cloud_metadata is not None:
            self._options["cloud_metadata"] = dict(cloud_metadata)

    @contextmanager
    def client(self, doing: str, *, thing: str, permission: str) -> Iterator["MLClient"]:
        """A client for one call, nobody else's meanwhile; what the SDK raises is told as ours."""
        with _ONE_AT_A_TIME, told_as_ours(doing, thing=thing, permission=permission):
            from azure.ai.ml import MLClient
            from azure.ai.ml.exceptions import MlException

            try:
                yield MLClient(
                    self._credential,
                    self.resources.subscription,
                    self.resources.resource_group,
                    self.resources.workspace,
                    **self._options,
                )
            except MlException as problem:
                said = " ".join(str(problem).split())[:300]
                raise Refused(f"Could not {doing}: {said}") from problem


class AzureModels:
    """Tags and registries."""

    def __init__(self, learning: MachineLearning) -> None:
        self._learning = learning

    def tag(self, name: str, version: str, tags: Mapping[str, str]) -> Mapping[str, str]:
        """Add and change tags, keep the others; returns all of them. Raises NotFound."""
        named("a model version", name, version)
        with self._writing(f"tag {name}:{version}", f"model {name}:{version}") as client:
            model = client.models.get(name, version)
            model.tags = {**(model.tags or {}), **tags}
            return dict(client.models.create_or_update(model).tags)

    def share(self, name: str, version: str, registry: str) -> None:
        """Copy a version to a registry; harmless when it is there. Raises NotFound, Refused."""
        named("a model version", name, version)
        named("a registry", registry)
        self._learning.resources.get(
            "models", name, "versions", version, thing=f"model {name}:{version}"
        )
        try:
            with self._writing(
                f"share {name}:{version} to the registry {registry}",
                f"registry {registry}",
                f" and AzureML Registry User on the registry {registry}",
            ) as client:
                client.models.share(
                    name,
                    version,
                    share_with_name=name,
                    share_with_version=version,
                    registry_name=registry,
                )
        except Refused as refusal:
            if _THERE_ALREADY not in str(refusal):
                raise

    def _writing(self, doing: str, thing: str, also: str = "") -> Any:
        workspace = self._learning.resources.workspace
        role = f"the role AzureML Data Scientist on the workspace {workspace}{also}"
        return self._learning.client(doing, thing=thing, permission=role)


class AzureJobs:
    """Trainings from registered components; the state of a job is read without azure-ai-ml."""

    def __init__(self, learning: MachineLearning) -> None:
        self._learning = learning
        self._role = (
            f"the role AzureML Data Scientist on the workspace {learning.resources.workspace}"
        )

    def start(self, training: Training) -> Job:
        """Start it, or return the job of its name. Raises NotFound, Refused."""
        component, _, version = training.component.partition(":")
        named("a job", training.name)
        named("a component with a version", component, version)
        try:
            return self.job(training.name)
        except NotFound:
            pass
        with self._learning.client(
            f"start {training.name}",
            thing=f"component {component}:{version}",
            permission=self._role,
        ) as client:
            started = client.jobs.create_or_update(_pipeline(client, training, component, version))
            state = getattr(started.status, "value", started.status) or "NotStarted"
        return Job(name=training.name, state=str(state))

    def job(self, name: str) -> Job:
        """A job as it is now, with the times of its run. Raises NotFound."""
        named("a job", name)
        resource = self._learning.resources.get("jobs", name, thing=f"job {name}")
        return self._timed(name, text(mapping(resource, "properties"), "status"))

    def latest(self, endpoint: str, limit: int = 10) -> Sequence[Job]:
        """The jobs of a batch endpoint, last started first. Raises NotFound.

        The service lists names and states only: the times of at most 50 are read one by one.
        Nobody promises the order of its list, so of a longer one both ends are read.
        """
        named("a batch endpoint", endpoint)
        with self._learning.client(
            f"list the jobs of {endpoint}",
            thing=f"batch endpoint {endpoint}",
            permission=self._role,
        ) as client:
            listed = list(client.batch_endpoints.list_jobs(endpoint))
        jobs = [self._timed(str(one.name), one.status) for one in _both_ends(listed)]
        last = datetime.max.replace(tzinfo=UTC)
        jobs.sort(key=lambda job: (job.started or last, job.name), reverse=True)
        return jobs[:limit]

    def _timed(self, name: str, state: str | None) -> Job:
        try:
            run = self._learning.resources.run(name)
        except NotFound:
            run = {}
        info = mapping(run, "info")
        return Job(
            name=name,
            state=state or "Unknown",
            started=_moment(info.get("start_time")),
            ended=_moment(info.get("end_time")),
            deployment=run_tag(run, _DEPLOYMENT),
        )


def _both_ends(listed: list[Any]) -> list[Any]:
    if len(listed) <= _MOST_RUNS_READ:
        return listed
    half = _MOST_RUNS_READ // 2
    return listed[:half] + listed[-half:]


def _moment(milliseconds: object) -> datetime | None:
    value = number(milliseconds)
    return datetime.fromtimestamp(value / 1000, UTC) if value else None


def _pipeline(client: "MLClient", training: Training, component: str, version: str) -> Any:
    """A pipeline of one step: so command and pipeline components start in the same way."""
    from azure.ai.ml import Input
    from azure.ai.ml.dsl import pipeline

    registered = client.components.get(component, version)
    declared = registered.inputs
    unknown = sorted(set(training.inputs) - set(declared))
    if unknown:
        raise Refused(f"The component {training.component} has no input {unknown[0]!r}.")
    offered = {name: value for name, value in training.offers.items() if name in declared}
    given = {
        name: Input(type=declared[name].type, path=value)
        if isinstance(value, str) and value.startswith("azureml:")
        else value
        for name, value in {**offered, **training.inputs}.items()
    }

    @pipeline
    def retraining() -> None:
        step = registered(**given)
        step.tags = dict(training.tags)

    job: Any = retraining()
    job.name = training.name
    job.display_name = training.name
    job.experiment_name = training.experiment
    job.tags = dict(training.tags)
    job.settings.default_compute = training.compute
    return job
