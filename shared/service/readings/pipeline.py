"""A promotion's run as the delivery platform tells it, and who said what in its environments."""

from datetime import datetime

from shared.domain.evidence.promotion import PipelineReading
from shared.domain.promotion import Promotion
from shared.errors import Refused
from shared.ports import Pipelines


def read_pipeline(
    promotion: Promotion, pipelines: Pipelines | None, now: datetime
) -> PipelineReading:
    """The run of a promotion and its approvals as they are now; empty before there is a run.

    A run that cannot be found or may not be read is a problem in a sentence. Raises Unavailable:
    the message then comes again.
    """
    run = promotion.run
    if run is None:
        return PipelineReading(taken=now)
    if pipelines is None:
        sentence = (
            f"Run {run.number} of {run.pipeline} cannot be looked at: no delivery platform is "
            "named; set DRIFTGATE_DEVOPS_URL or DRIFTGATE_GITHUB_TOKEN."
        )
        return PipelineReading(taken=now, problem=sentence)
    try:
        found = pipelines.run(run.pipeline, run.number)
        approvals = pipelines.approvals(run.pipeline, run.number)
    except Refused as problem:
        return PipelineReading(taken=now, problem=str(problem))
    return PipelineReading(taken=now, run=found, approvals=tuple(approvals))
