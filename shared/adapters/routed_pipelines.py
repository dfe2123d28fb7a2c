"""Runs where a pipeline is: a number in Azure DevOps, `owner/repository/file.yml` on GitHub."""

from collections.abc import Sequence

from shared.domain.pipelines import Approval, PipelineOrder, PipelineRun
from shared.errors import Refused
from shared.ports import Pipelines


class RoutedPipelines:
    """Either may be missing; an order for it is then refused with the setting that names it."""

    def __init__(self, devops: Pipelines | None, github: Pipelines | None) -> None:
        self._devops = devops
        self._github = github

    def start(self, order: PipelineOrder) -> PipelineRun:
        """Start it, or return the run of this order. Raises NotFound, Refused."""
        return self._of(order.pipeline).start(order)

    def run(self, pipeline: str, number: int) -> PipelineRun:
        """A run as it is now. Raises NotFound, Refused."""
        return self._of(pipeline).run(pipeline, number)

    def approvals(self, pipeline: str, number: int) -> Sequence[Approval]:
        """What a run waits for or was given. Raises NotFound, Refused."""
        return self._of(pipeline).approvals(pipeline, number)

    def _of(self, pipeline: str) -> Pipelines:
        if "/" in pipeline:
            if self._github is None:
                raise Refused(
                    f"{pipeline[:120]} is a GitHub workflow; set DRIFTGATE_GITHUB_TOKEN to a "
                    "reference to a token that may start it."
                )
            return self._github
        if self._devops is None:
            raise Refused(
                f"{pipeline[:120]} is an Azure DevOps pipeline; set DRIFTGATE_DEVOPS_URL to its "
                "project, https://dev.azure.com/<organisation>/<project>."
            )
        return self._devops
