"""What the types of stages cannot say: a way that can be gone, and what each stage needs."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from shared.domain.policy import (
    ApprovalPlace,
    ApprovalPolicy,
    PipelinePolicy,
    Policy,
    RolloutMode,
    RolloutPolicy,
    StagePolicy,
)
from shared.policies.gate_checks import gate_problems

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_PART = r"(?!\.{1,2}/)[A-Za-z0-9._-]+"
_WORKFLOW = re.compile(rf"{_PART}/{_PART}/{_PART}\.ya?ml")
_GIVEN = ("model", "version", "stage", "correlationId")
_MOST_MIRRORED = 50.0
_ALL = 100.0


def stage_problems(policy: Policy) -> Iterator[str]:
    """Each fault of the stages, as a sentence without its full stop."""
    names = [stage.name for stage in policy.stages]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"stages name {name} twice"
    for number, stage in enumerate(policy.way() if policy.stages else ()):
        at = f"stages[{number}]"
        if not _NAME.fullmatch(stage.name):
            yield (
                f"{at}.name is {stage.name[:80]!r}; write letters, digits, points, hyphens and "
                "underscores"
            )
        yield from _needs(stage, f"stages.{stage.name}")
        for key in ("pipeline", "rollback"):
            pipeline: PipelinePolicy | None = getattr(stage, key)
            if pipeline is not None:
                yield from pipeline_problems(pipeline, f"stages.{stage.name}.{key}")
        yield from _approval_problems(stage.approvals, f"stages.{stage.name}.approvals")
        yield from _rollout_problems(stage.rollout, f"stages.{stage.name}.rollout")
        if stage.finish_within < timedelta(minutes=1):
            yield f"stages.{stage.name}.finish_within is below a minute; give 1d, 7d or the like"
        if stage.gates is not None:
            yield from gate_problems(stage.gates, f"stages.{stage.name}.gates")


def _needs(stage: StagePolicy, at: str) -> Iterator[str]:
    """What a stage asks for has to have a place where it can happen."""
    if stage.rollout.mode is not RolloutMode.OFF and stage.endpoint is None:
        yield f"{at}.rollout moves traffic of no endpoint; name the stage's `endpoint`"
    given = stage.approvals.given
    if stage.pipeline is None and given is ApprovalPlace.EITHER:
        yield f"{at}.approvals.given is either, and there is no pipeline; say driftgate"
    elif stage.approvals.needed > 0 and stage.pipeline is None and given is ApprovalPlace.PIPELINE:
        yield (
            f"{at}.approvals are given in the environment of a pipeline; name the stage's "
            "`pipeline`, or have them given to Driftgate by `given: driftgate`"
        )
    if given is ApprovalPlace.EITHER and stage.pipeline is not None and stage.pipeline.workflow:
        yield (
            f"{at}.approvals.given is either, and GitHub knows people by other names than "
            "Driftgate, so that one could count twice; say pipeline or driftgate"
        )


def pipeline_problems(
    pipeline: PipelinePolicy, at: str, given: Sequence[str] = _GIVEN
) -> Iterator[str]:
    """Each fault of a pipeline below the key `at`; `given` are parameters that are Driftgate's."""
    if (pipeline.number is None) == (pipeline.workflow is None):
        named = "neither a number nor a workflow; name"
        if pipeline.number is not None:
            named = "both a number and a workflow; keep"
        yield f"{at} has {named} one of them"
    if pipeline.number is not None and pipeline.number < 1:
        yield f"{at}.number is {pipeline.number}; give the number in the pipeline's address"
    if pipeline.workflow is not None and not _WORKFLOW.fullmatch(pipeline.workflow):
        yield f"{at}.workflow is {pipeline.workflow[:80]!r}; write it as owner/repository/file.yml"
    if not pipeline.branch.strip():
        yield f"{at}.branch is empty; name one such as main"
    for name in given:
        if name in pipeline.parameters:
            yield f"{at}.parameters.{name} is given by Driftgate; leave it out"


def _approval_problems(approvals: ApprovalPolicy, at: str) -> Iterator[str]:
    if approvals.needed < 0:
        yield f"{at}.needed is {approvals.needed}; give 0 or more"
    people = {person.strip().casefold() for person in approvals.by}
    if "" in people:
        yield f"{at}.by names nobody in one place; write a name or leave it out"
    if approvals.by and len(people) < approvals.needed:
        yield (
            f"{at} needs {approvals.needed} of {len(people)} people; name more in `by`, or "
            "need fewer"
        )


def _rollout_problems(rollout: RolloutPolicy, at: str) -> Iterator[str]:
    steps = rollout.steps
    if not steps or steps[-1] != _ALL:
        yield f"{at}.steps do not end at 100; add it, since all of the traffic is to arrive"
    if any(not 0.0 < step <= _ALL for step in steps):
        yield f"{at}.steps are per cent above 0 and up to 100; mend the one that is not"
    if any(one >= other for one, other in pairwise(steps)):
        yield f"{at}.steps do not rise; write them as [10, 50, 100]"
    if any(not float(step).is_integer() for step in steps):
        yield f"{at}.steps have fractions; Azure splits traffic by whole per cent"
    if not 0.0 <= rollout.mirror <= _MOST_MIRRORED:
        yield f"{at}.mirror is {rollout.mirror:g}; Azure mirrors from 0 to 50 per cent"
    for key, value in (("bake", rollout.bake), ("patience", rollout.patience)):
        if value < timedelta(minutes=1):
            yield f"{at}.{key} is below a minute; give 30m, 1h or the like"
