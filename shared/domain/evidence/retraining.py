"""What a decision about a retraining rests on."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.pipelines import Approval, PipelineRun
from shared.domain.policy import Fleet
from shared.domain.promotion import Promotion
from shared.domain.world import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedVersion:
    """A version that a retraining registered, as far as its job, run or tags tell."""

    version: str
    registered: datetime | None = None
    job: str | None = None
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainingEvidence:
    """What has become of the retraining that is on its way.

    `job` or `run` as they are now (also the job of a request whose start nobody told), `approvals`
    that the run waits for, `versions` registered since it was asked for, `promotions` and the
    gates' `verdicts` by version as the model's own state has them. `over` says by cause when the
    last alert of what it found ended, where none of it fires. The world was `looked` at only where
    it is asked of it: what is told is believed without a look. `problems` says what could not be
    read, `fleet_problem` that it is the fleet's file.
    """

    taken: datetime
    fleet: Fleet = field(default_factory=Fleet)
    job: Job | None = None
    run: PipelineRun | None = None
    approvals: tuple[Approval, ...] = ()
    versions: tuple[TrainedVersion, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    verdicts: dict[str, str] = field(default_factory=dict)
    over: dict[str, datetime] = field(default_factory=dict)
    looked: bool = False
    fleet_problem: str | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetEvidence:
    """What the fleet's retrainings may cost together, and where those that asked stand.

    `standings` is the phase by retraining as its governor has it, of those models whose `known`
    state was read; one that is missing there has ended long ago.
    """

    taken: datetime
    fleet: Fleet = field(default_factory=Fleet)
    standings: dict[str, str] = field(default_factory=dict)
    known: tuple[str, ...] = ()
    problem: str | None = None
