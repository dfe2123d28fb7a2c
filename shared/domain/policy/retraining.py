"""When a model is trained again, by what, and when that is given up."""

from dataclasses import dataclass, field
from datetime import timedelta

from shared.domain.policy.gates import Freeze
from shared.domain.policy.stages import PipelinePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPolicy:
    """A job of Azure Machine Learning: a registered `component` (`name:version`) on a `compute`."""

    component: str
    compute: str
    experiment: str = "driftgate-retraining"
    inputs: dict[str, str] = field(default_factory=dict)


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
    pipeline: PipelinePolicy | None = None
    causes: int = 1
    within: timedelta = timedelta(days=1)
    debounce: timedelta = timedelta()
    cool_down: timedelta = timedelta(days=3)
    most: int = 4
    per: timedelta = timedelta(days=30)
    cost: float | None = None
    approve_above: float | None = None
    without_gain: int = 3
    blackout: list[Freeze] = field(default_factory=list)
    stalls_after: timedelta = timedelta(days=1)
