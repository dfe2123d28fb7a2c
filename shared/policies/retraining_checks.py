"""What the types of a model's retraining cannot say: one thing that trains, numbers of use."""

import re
from collections.abc import Iterator
from datetime import timedelta

from shared.domain.policy import RetrainingPolicy, TrainingPolicy
from shared.policies.gate_checks import freeze_problems
from shared.policies.stage_checks import pipeline_problems

_COMPONENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}:[A-Za-z0-9._-]{1,64}")
_GIVEN = ("model", "cause", "window", "features", "retraining", "correlationId")
_SPANS = ("within", "cool_down", "per", "stalls_after")


def retraining_problems(policy: RetrainingPolicy) -> Iterator[str]:
    """Each fault of `retraining`, as a sentence without its full stop, in the order of the keys."""
    at = "retraining"
    if policy.job is not None and policy.pipeline is not None:
        yield f"{at} has both a job and a pipeline; keep the one that trains"
    if policy.job is not None:
        yield from _job_problems(policy.job, f"{at}.job")
    if policy.pipeline is not None:
        yield from pipeline_problems(policy.pipeline, f"{at}.pipeline", given=_GIVEN)
    yield from _count_problems(policy, at)
    for key in _SPANS:
        span: timedelta = getattr(policy, key)
        if span < timedelta(minutes=1):
            yield f"{at}.{key} is below a minute; give 1h, 1d or the like"
    if policy.causes > 1 and policy.debounce > policy.within:
        yield f"{at}.debounce is longer than `within`; causes are forgotten before it is over"
    yield from freeze_problems(policy.blackout, f"{at}.blackout")


def _job_problems(job: TrainingPolicy, at: str) -> Iterator[str]:
    if not _COMPONENT.fullmatch(job.component):
        yield (
            f"{at}.component is {job.component[:80]!r}; write a registered component as "
            "name:version, such as train-loan:3"
        )
    if not job.compute.strip():
        yield f"{at}.compute is empty; name a compute cluster"
    if not job.experiment.strip():
        yield f"{at}.experiment is empty; name one or leave it out"


def _count_problems(policy: RetrainingPolicy, at: str) -> Iterator[str]:
    counts = {
        "causes": policy.causes,
        "most": policy.most,
        "without_gain": policy.without_gain,
    }
    for key, count in counts.items():
        if count < 1:
            yield f"{at}.{key} is {count}; give 1 or more"
    for key, cost in (("cost", policy.cost), ("approve_above", policy.approve_above)):
        if cost is not None and not 0 <= cost < float("inf"):
            yield f"{at}.{key} is {cost:g}; give 0 or more"
