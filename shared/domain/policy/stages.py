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
    """The number in an Azure DevOps pipeline's address; either this or `workflow`. 1 or more."""
    workflow: str | None = None
    """A GitHub workflow as `owner/repository/file.yml`."""
    branch: str = "main"
    """The branch that is run."""
    parameters: dict[str, str] = field(default_factory=dict)
    """What the run is given besides what Driftgate gives it."""


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
    """How many people have to approve. 0 or more."""
    by: list[str] = field(default_factory=list)
    """Whose approvals count; empty is whoever may approve there."""
    lasts: timedelta = timedelta(days=3)
    """How long an approval is good, if its evidence stands."""
    given: ApprovalPlace = ApprovalPlace.PIPELINE
    """Where they say so: in the pipeline\'s environment, to Driftgate, or in either."""


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
    """`off` leaves traffic to the pipeline, `plan` shows what would be done, `act` moves it."""
    steps: list[float] = field(default_factory=lambda: [10.0, 50.0, 100.0])
    """Whole per cent of the traffic, rising to 100."""
    bake: timedelta = timedelta(hours=1)
    """How long each step is watched before it is judged. 1m or more."""
    mirror: float = 0.0
    """Per cent of the requests that are mirrored first. From 0 to 50."""
    mirror_for: timedelta = timedelta(hours=1)
    """How long they are mirrored."""
    shown_for: timedelta = timedelta()
    """How long the plan is shown before it acts."""
    patience: timedelta = timedelta(hours=6)
    """How long a step may stay inconclusive before that is told. 1m or more."""
    on_fail: OnFail = OnFail.RETURN
    """`return` gives the traffic back, `stop` leaves it and tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPolicy:
    """For so long a promoted version is watched; should it fail, a rollback is asked for."""

    SHORT: ClassVar[str] = "time"
    time: timedelta = timedelta(hours=2)
    """How long a promoted version is watched."""
    on_fail: OnFail = OnFail.RETURN
    """`return` asks for a rollback when it fails, `stop` only tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePolicy:
    """One stage: where it is, how a version gets there, and what it has to show before.

    The gates of a stage are those of the policy unless it has its own. `workspace` names another
    one of the settings, `registry` is what a version is shared to first. `pipeline` deploys,
    `rollback` undoes it. What came through is tagged `stage` with the stage's name. A check of its
    environment that is not decided after `answer_within`, 47 hours at most, fails.
    """

    name: str
    """Letters, digits, points, hyphens and underscores; also the tag of what came through."""
    endpoint: str | None = None
    """The online endpoint of this stage; the last one's is the policy's unless given."""
    workspace: str | None = None
    """The stage's workspace, by its name in `DRIFTGATE_WORKSPACES`."""
    registry: str | None = None
    """The registry that a version is shared to before it goes on."""
    pipeline: PipelinePolicy | None = None
    """What deploys a version here; without one people do."""
    rollback: PipelinePolicy | None = None
    """What brings the version before back."""
    gates: Gates | None = None
    """What a version has to show here, in place of the policy's `gates`."""
    approvals: ApprovalPolicy = field(default_factory=ApprovalPolicy)
    """How many people have to approve, and who counts."""
    rollout: RolloutPolicy = field(default_factory=RolloutPolicy)
    """How traffic is brought to the version."""
    watch: WatchPolicy = field(default_factory=WatchPolicy)
    """How long a version is watched after it came through."""
    finish_within: timedelta = timedelta(days=7)
    """How long the way through the stage may take before it is told. 1m or more."""
    answer_within: timedelta = timedelta(hours=24)
    """How long a check of the pipeline's environment may wait for its answer; 47 hours at most
    count.
    """
