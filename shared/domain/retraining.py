"""What is remembered of a model's retrainings: what asked for one, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class RetrainingPhase(StrEnum):
    """Where a retraining stands; the last six are its ends."""

    ASKED = "asked"
    REQUESTED = "requested"
    APPROVING = "approving"
    RUNNING = "running"
    TRAINED = "trained"
    REGISTERED = "registered"
    PROMOTED = "promoted"
    NOT_PROMOTED = "not_promoted"
    FAILED = "failed"
    REFUSED = "refused"
    NO_VERSION = "no_version"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether anything is still to come of it."""
        return self not in _ENDS


_ENDS = frozenset(
    {
        RetrainingPhase.PROMOTED,
        RetrainingPhase.NOT_PROMOTED,
        RetrainingPhase.FAILED,
        RetrainingPhase.REFUSED,
        RetrainingPhase.NO_VERSION,
        RetrainingPhase.CANCELLED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainingCause:
    """One finding that asks for a retraining: what, over which window, in which features.

    While it lasts it is told again: `time` is when it was told first, `last` when it was last, and
    the window has grown meanwhile.
    """

    cause: str
    window: str
    time: datetime
    last: datetime | None = None
    features: tuple[str, ...] = ()
    decision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraining:
    """One retraining from its causes to its end.

    `id` is the hash of model, cause and window, and the id of its message: `cause` joins the words
    of its `causes`, `window` holds all of theirs, `features` are united. `job` or `pipeline` and
    `run` name what trains, `version` what came of it; `because` says why it stands where it does.
    It was `asked` for, the fleet's `budget` was asked last, it was `granted` and `requested` then;
    `posted` for others to take, where the policy names neither job nor pipeline. Its phase
    `changed` last then.
    """

    id: str
    phase: RetrainingPhase
    causes: tuple[RetrainingCause, ...]
    cause: str = ""
    window: str = ""
    features: tuple[str, ...] = ()
    cost: float | None = None
    asked: datetime
    changed: datetime
    budget: datetime | None = None
    granted: datetime | None = None
    requested: datetime | None = None
    posted: bool = False
    job: str | None = None
    pipeline: str | None = None
    run: int | None = None
    address: str | None = None
    version: str | None = None
    ended: datetime | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainingWatch:
    """A model's retrainings, oldest first, and the causes that wait to become one.

    `stopped` is since when no more is asked for because none helped; somebody `resumed` it last.
    `promoted` is when a version last came through, whatever trained it. The next look is `asked`
    for then; the last one `looked` then.
    """

    causes: tuple[RetrainingCause, ...] = ()
    retrainings: tuple[Retraining, ...] = ()
    stopped: datetime | None = None
    resumed: datetime | None = None
    resumed_by: str | None = None
    promoted: datetime | None = None
    asked: datetime | None = None
    looked: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetEntry:
    """A retraining that the fleet's budget was asked for; `granted` None while it waits.

    Its cost counts from then on for the budget's span, its place until it `ended`.
    """

    model: str
    cost: float
    asked: datetime
    granted: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetWatch:
    """What of the fleet's budget is spoken for, by retraining."""

    entries: dict[str, BudgetEntry] = field(default_factory=dict)
