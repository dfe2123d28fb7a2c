"""When a model is trained again, by what, and when that is given up."""

from dataclasses import dataclass, field
from datetime import timedelta

from shared.domain.policy.gates import Freeze
from shared.domain.policy.stages import PipelinePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPolicy:
    """A job of Azure Machine Learning: a registered `component` (`name:version`) on a `compute`."""

    component: str
    """A registered component, `name:version`."""
    compute: str
    """The compute cluster it runs on."""
    experiment: str = "driftgate-retraining"
    """The experiment its runs are listed under."""
    inputs: dict[str, str] = field(default_factory=dict)
    """Inputs of the component by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainingPolicy:
    """How causes become one retraining, and what it may cost.

    A request is made when `causes` of them came `within` a span, `debounce` after the first of
    these, so that those that belong together are one; then none for `cool_down` after the last one
    was asked for. `most` of them may be asked for `per` span. One costs `cost`; above
    `approve_above` it has to be a `pipeline`, in whose environment somebody approves. After
    `without_gain` retrainings in a row whose version was not promoted, no more is asked for until
    somebody says so. `blackout` spans wait. One that does not go on for `stalls_after` is told.
    """

    job: TrainingPolicy | None = None
    """A job of Azure Machine Learning that trains; either this or `pipeline`."""
    pipeline: PipelinePolicy | None = None
    """A pipeline that trains."""
    causes: int = 1
    """So many causes make a request. 1 or more."""
    within: timedelta = timedelta(days=1)
    """Within so long. 1m or more."""
    debounce: timedelta = timedelta()
    """So long after the first of them, so that those that belong together are one."""
    cool_down: timedelta = timedelta(days=3)
    """None is asked for so long after the last one was. 1m or more."""
    most: int = 4
    """So many at most `per` span. 1 or more."""
    per: timedelta = timedelta(days=30)
    """The span of `most`. 1m or more."""
    cost: float | None = None
    """What one costs, in the unit of the fleet's budget. 0 or more."""
    approve_above: float | None = None
    """Above this cost somebody has to approve, in a pipeline's environment. 0 or more."""
    without_gain: int = 3
    """After so many whose version was not promoted, none is asked for until somebody says so. 1 or
    more.
    """
    blackout: list[Freeze] = field(default_factory=list)
    """Spans in which requests wait."""
    stalls_after: timedelta = timedelta(days=1)
    """One that does not go on for so long is told. 1m or more."""
