"""What is watched and what is asked to act: the workspace, its jobs, the pipelines."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol

from shared.domain.collected import CollectedFile
from shared.domain.pipelines import Approval, EnvironmentCheck, PipelineOrder, PipelineRun
from shared.domain.profiling import ProfilingOrder
from shared.domain.world import (
    AnswerBucket,
    DataFiles,
    DeploymentHealth,
    Endpoint,
    Job,
    ModelVersion,
    SeriesAnswer,
    SeriesQuestion,
    Training,
)


class Workspace(Protocol):
    """Reads the machine learning workspace and what was logged about it."""

    def model(self, name: str, version: str) -> ModelVersion:
        """One registered version. Raises `NotFound`."""

    def versions(self, name: str) -> Sequence[str]:
        """Every version of a model, oldest first; empty when the model is unknown."""

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint with its deployments. Raises `NotFound`."""

    def endpoints(self) -> Sequence[str]:
        """The names of all online endpoints."""

    def requests(self, endpoint: str, start: datetime, end: datetime) -> Mapping[str, int] | None:
        """Observed requests by deployment in [start, end); None when nothing is logged at all."""

    def health(
        self,
        endpoint: str,
        start: datetime,
        end: datetime,
        *,
        slow_ms: float | None = None,
        deployments: Collection[str] | None = None,
    ) -> Mapping[str, DeploymentHealth] | None:
        """What each deployment answered in [start, end); None when no source knows the endpoint.

        Answers that took longer than `slow_ms` are counted as slow. Load is of the span's last
        hour; it is read of `deployments`, which are asked for when the caller does not know them.
        Raises `NoPermission` when answers cannot be read; a load that cannot is a `load_problem`.
        """

    def answers(
        self,
        endpoint: str,
        start: datetime,
        end: datetime,
        *,
        every: timedelta,
        deployments: Collection[str],
        slow_ms: float | None = None,
    ) -> Mapping[str, Sequence[AnswerBucket]] | None:
        """What each of `deployments` answered, bucket by bucket; None when no source knows.

        Buckets of `every`, whole minutes, begin at `start`, a whole minute; what is left before
        `end` is no bucket. Each deployment has all of them, those without a request too. What
        mirrored requests were answered counts. Raises `NoPermission` when it cannot be read.
        """

    def logs(self, endpoint: str, deployment: str, tail: int) -> str:
        """The last lines a deployment's container wrote; empty when there are none.

        Where the server wrote nothing or its model did not come, the lines of what fetches the
        model stand below.
        """

    def data(self, name: str) -> DataFiles:
        """A named data asset, such as training data. Raises `NotFound`."""

    def written(self, name: str, start: datetime, end: datetime) -> DataFiles:
        """The files of a data asset that were last written in [start, end); none is no error.

        Raises `NotFound` for the asset.
        """

    def collected(
        self,
        model: str,
        endpoint: str | None,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> Sequence[CollectedFile]:
        """Files that can hold rows the model scored in [start, end): listed, not read.

        Inputs and outputs of every deployment, by place; bodies of requests where only these are
        kept. They may hold other rows too; none in the span is no error. Raises `NotFound` where
        nothing is collected at all.
        """

    def fetch(self, files: Sequence[CollectedFile]) -> DataFiles:
        """Some of the files that were listed, to be read here, as they are now."""

    def lend(self, files: Sequence[CollectedFile]) -> AbstractContextManager[DataFiles]:
        """The same while they are read, for whoever reads them once: nothing of them stays."""

    def kpis(self, model: str, asked: Sequence[SeriesQuestion]) -> Sequence[SeriesAnswer]:
        """The KPIs of a model in the order asked, all of them in as few calls as can be.

        One that cannot be read says so in its place and spoils no other.
        """


class LoggedRows(Protocol):
    """Rows that a model scored in a table of Log Analytics: they are counted there."""

    def listed(
        self, table: str, time_column: str, *, start: datetime, end: datetime
    ) -> Sequence[CollectedFile]:
        """What the table holds of [start, end), hour by hour as if each were a file.

        An hour's version changes when rows come or go. Raises `NotFound` for the table.
        """

    def profiles(
        self,
        table: str,
        time_column: str,
        baseline: Mapping[str, Any],
        cuts: Sequence[datetime],
    ) -> Sequence[Mapping[str, Any]]:
        """The profile of the rows between each two ascending cuts, in the bins of a baseline.

        Profiles are in their JSON form. Raises `InvalidData` where the table cannot be counted.
        """


class ProfilingJobs(Protocol):
    """Starts the jobs that count rows into profiles, and reads what they made."""

    def start(self, order: ProfilingOrder, baseline: Mapping[str, Any], name: str) -> Job:
        """Start it, or return the job of that name. Raises `Refused`, `NotFound`."""

    def made(self, order: ProfilingOrder, name: str) -> Mapping[str, Any] | None:
        """What a job that ended wrote, None where it wrote nothing.

        Under `inputs` and `outputs` a list each, with the profile of each piece of the order in
        its JSON form.
        """


class RequestSource(Protocol):
    """One place where requests are counted."""

    def __call__(self, endpoint: str, start: datetime, end: datetime) -> Mapping[str, int] | None:
        """Requests by deployment in [start, end); None when it knows nothing of the endpoint."""


class Models(Protocol):
    """Writes to registered model versions."""

    def tag(self, name: str, version: str, tags: Mapping[str, str]) -> Mapping[str, str]:
        """Add and change tags, keep the others; returns all of them. Raises `NotFound`.

        Somebody who writes at the same moment may win: the service keeps no version of tags.
        """

    def share(self, name: str, version: str, registry: str) -> None:
        """Copy a version to a registry under its own name; harmless when it is there already.

        Raises `NotFound` for the version or the registry.
        """


class Traffic(Protocol):
    """Writes the shares of an online endpoint."""

    def change(
        self,
        endpoint: str,
        *,
        traffic: Mapping[str, float],
        mirror: Mapping[str, float],
        expected: Mapping[str, float],
        expected_mirror: Mapping[str, float],
    ) -> Endpoint:
        """Set live and mirrored shares where they are still the expected ones; the rest stays.

        Shares that are so already are left alone. Returns the endpoint as it is then; one whose
        state says that it is still being written was taken, and is to be looked at again.
        Raises `ChangedMeanwhile` with the shares that were found, `NotFound` for an endpoint or a
        deployment, `Refused` for shares that cannot be, `Unavailable` when it is worth repeating.
        """


class Jobs(Protocol):
    """Starts trainings and tells what became of jobs."""

    def start(self, training: Training) -> Job:
        """Start it, or return the job that has its name already. Raises `NotFound`, `Refused`."""

    def job(self, name: str) -> Job:
        """A job as it is now. Raises `NotFound`."""

    def latest(self, endpoint: str, limit: int = 10) -> Sequence[Job]:
        """The jobs of a batch endpoint, last started first; those not started come before them."""


class Pipelines(Protocol):
    """Starts runs of a delivery pipeline and reads who approved them."""

    def start(self, order: PipelineOrder) -> PipelineRun:
        """Start it, or return the run that was started for the same order already.

        Raises `NotFound` and `Refused`.
        """

    def run(self, pipeline: str, number: int) -> PipelineRun:
        """A run as it is now. Raises `NotFound`."""

    def approvals(self, pipeline: str, number: int) -> Sequence[Approval]:
        """What a run waits for or was given, in the platform's order; empty when nothing."""


class EnvironmentChecks(Protocol):
    """Answers the checks that a pipeline's stage waits for, each with the token of its own job.

    Every call raises `Refused` for a check whose address is not the platform's own, and sends
    nothing there; `NoPermission` for a token that is no longer valid.
    """

    def accept(self, check: EnvironmentCheck) -> None:
        """Make sure that it could be answered; asks nobody."""

    def begin(self, check: EnvironmentCheck, sentence: str) -> None:
        """Say that it is being looked at, in a sentence of the run's console."""

    def tell(self, check: EnvironmentCheck, lines: Sequence[str]) -> None:
        """Write lines into the run's console."""

    def answer(
        self, check: EnvironmentCheck, passed: bool, sentence: str, log: Sequence[str] = ()
    ) -> None:
        """Complete it with its verdict: why in the console, the whole of it in the check's log.

        What people could not be told never holds the verdict back.
        """
