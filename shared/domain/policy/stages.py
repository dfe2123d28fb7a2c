"""The stages a version passes on its way to production, and what happens at each."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar

from shared.domain.policy.gates import Gates


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelinePolicy:
    """The pipeline that deploys: an Azure DevOps pipeline's number, or a GitHub workflow.

    A `workflow` is written `owner/repository/file.yml`. Besides `parameters` it is given `model`,
    `version`, `stage` and `correlationId`.
    """

    SHORT: ClassVar[str] = "number"
    number: int | None = None
    workflow: str | None = None
    branch: str = "main"
    parameters: dict[str, str] = field(default_factory=dict)


class ApprovalPlace(StrEnum):
    """Where approvals are given: in the pipeline's environment, to Driftgate, or in either."""

    PIPELINE = "pipeline"
    DRIFTGATE = "driftgate"
    EITHER = "either"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalPolicy:
    """How many people have to approve, who counts, and where they say so.

    `given` in the `pipeline` is in its environment; to `driftgate` is before a run is ordered.
    `by` empty counts whoever may approve there. Who registered the version or started the run
    never counts. An approval is good for `lasts`, and only for the evidence it was given on.
    """

    SHORT: ClassVar[str] = "needed"
    needed: int = 0
    by: list[str] = field(default_factory=list)
    lasts: timedelta = timedelta(days=3)
    given: ApprovalPlace = ApprovalPlace.PIPELINE


class RolloutMode(StrEnum):
    """Whether traffic is left to the pipeline, only planned for people, or moved by Driftgate."""

    OFF = "off"
    PLAN = "plan"
    ACT = "act"


class OnFail(StrEnum):
    """What to do with a version that fails with traffic: give it back, or stop and tell."""

    RETURN = "return"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPolicy:
    """Per cent of the traffic, step by step, each with its `bake` and its judgement.

    `mirror` per cent of the requests are mirrored first, for `mirror_for`. The plan is shown for
    `shown_for` before it acts. A step that stays inconclusive for `patience` is told.
    """

    SHORT: ClassVar[str] = "mode"
    mode: RolloutMode = RolloutMode.OFF
    steps: list[float] = field(default_factory=lambda: [10.0, 50.0, 100.0])
    bake: timedelta = timedelta(hours=1)
    mirror: float = 0.0
    mirror_for: timedelta = timedelta(hours=1)
    shown_for: timedelta = timedelta()
    patience: timedelta = timedelta(hours=6)
    on_fail: OnFail = OnFail.RETURN


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPolicy:
    """For so long a promoted version is watched; should it fail, a rollback is asked for."""

    SHORT: ClassVar[str] = "time"
    time: timedelta = timedelta(hours=2)
    on_fail: OnFail = OnFail.RETURN


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePolicy:
    """One stage: where it is, how a version gets there, and what it has to show before.

    The gates of a stage are those of the policy unless it has its own. `workspace` names another
    one of the settings, `registry` is what a version is shared to first. `pipeline` deploys,
    `rollback` undoes it. What came through is tagged `stage` with the stage's name. A check of its
    environment that is not decided after `answer_within`, 47 hours at most, fails.
    """

    name: str
    endpoint: str | None = None
    workspace: str | None = None
    registry: str | None = None
    pipeline: PipelinePolicy | None = None
    rollback: PipelinePolicy | None = None
    gates: Gates | None = None
    approvals: ApprovalPolicy = field(default_factory=ApprovalPolicy)
    rollout: RolloutPolicy = field(default_factory=RolloutPolicy)
    watch: WatchPolicy = field(default_factory=WatchPolicy)
    finish_within: timedelta = timedelta(days=7)
    answer_within: timedelta = timedelta(hours=24)
