"""A version on its way through one stage: where it stands, what it rests on, who agreed."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.canonical import content_hash, format_time


class Phase(StrEnum):
    """Where a promotion stands; the last six are ends."""

    WAITING = "waiting"
    BLOCKED = "blocked"
    REQUESTED = "requested"
    RUNNING = "running"
    ROLLING = "rolling"
    WATCHED = "watched"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"
    SUPERSEDED = "superseded"
    GONE = "gone"

    @property
    def is_open(self) -> bool:
        """Whether anything is still to come of it."""
        return self not in _ENDS

    @property
    def is_on_its_way(self) -> bool:
        """Whether it was put forward, and has not ended."""
        return self.is_open and self not in {Phase.WAITING, Phase.BLOCKED}


_ENDS = frozenset(
    {
        Phase.DONE,
        Phase.REFUSED,
        Phase.FAILED,
        Phase.ROLLED_BACK,
        Phase.SUPERSEDED,
        Phase.GONE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What an approval is of: the hash of the standing facts and verdicts, in force since then.

    `changed` says in words what differs from the basis before. `facts` are what was hashed, by
    their names as people know them; kept for the last basis only, to tell the next one from it.
    """

    hash: str
    since: datetime
    changed: str = ""
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReference:
    """The pipeline's run of a promotion: where it is looked up and looked at.

    `pipeline` is an Azure DevOps pipeline's number or a GitHub workflow, as the policy has it.
    """

    pipeline: str
    number: int
    started: datetime
    address: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSeen:
    """One person's word, as it was given; `counts` says whether and `why` if not.

    `basis` is the hash that was in force when it was given, `place` where it was: in the
    `pipeline`, or to `driftgate` with the `reason`.
    """

    by: str
    status: str
    at: datetime | None
    basis: str | None
    counts: bool
    why: str = ""
    place: str = "pipeline"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSaid:
    """Said to Driftgate by `author` for a `reason`: this promotion may go on, or may not.

    `promotion` is its identity and `basis` the hash of what was in force, which is what is
    approved; both are empty for what is known by its withdrawal alone. `person` is how the
    directory shows the author, where that is another spelling. `approves` is False for a refusal.
    """

    id: str
    promotion: str
    version: str
    stage: str
    basis: str
    approves: bool
    author: str
    reason: str
    since: datetime
    person: str | None = None
    withdrawn: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_because: str | None = None


class RolloutStatus(StrEnum):
    """Where a rollout stands."""

    PLANNED = "planned"
    MOVING = "moving"
    BAKING = "baking"
    PAUSED = "paused"
    RETURNING = "returning"
    RETURNED = "returned"
    STOPPED = "stopped"
    COMPLETE = "complete"


class StopCause(StrEnum):
    """Why a rollout stopped, or does not come through with what it wants."""

    CHANGED = "changed"
    UNDONE = "undone"
    REFUSED = "refused"
    GONE = "gone"
    GATES = "gates"
    NO_WAY_BACK = "no_way_back"
    NOT_GIVEN_BACK = "not_given_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficStep:
    """Shares an endpoint is to have, per cent by deployment, for `bake` seconds at least."""

    traffic: dict[str, float]
    mirror: dict[str, float] = field(default_factory=dict)
    bake: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """Traffic on its way to a deployment, step by step.

    `before` is the split to return to. Step `at` of `steps` is in force, or moved to where it is
    MOVING; -1 is before the first. `since` is when the step came into force, was asked for, or
    stopped, by `status`. `order` is the change that was `asked` for and not yet seen, for the
    `tries`th time. `looks` counts judgements of this step; before `again`
    another one could say no more. `cause` is what is wrong while it is.
    """

    endpoint: str
    deployment: str
    before: TrafficStep
    steps: tuple[TrafficStep, ...]
    status: RolloutStatus
    planned: datetime
    at: int = -1
    since: datetime | None = None
    order: str | None = None
    asked: datetime | None = None
    tries: int = 0
    looks: int = 0
    again: datetime | None = None
    cause: StopCause | None = None
    why: str = ""

    @property
    def in_force(self) -> TrafficStep:
        """The shares before a change that is under way, else those that were set last."""
        at = self.at - 1 if self.status is RolloutStatus.MOVING else self.at
        return self.steps[at] if at >= 0 else self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """One version on its way through one stage.

    `since` is since when it is in its `phase`, `why` says it in a sentence. `bases` are what could
    be approved, the one in force last; `evidence` the hash of the last evidence that was judged.
    `champion` is the version that served when it began. `registered` is when the version was: the
    newer of two goes before the older. `requested` is when it was put forward, `let_through` when
    a check of its environment last answered that it may go live, `returning` since when its
    rollback is asked for.
    """

    version: str
    stage: str
    phase: Phase
    begun: datetime
    since: datetime
    why: str = ""
    bases: tuple[Basis, ...] = ()
    evidence: str | None = None
    champion: str | None = None
    run: RunReference | None = None
    approvals: tuple[ApprovalSeen, ...] = ()
    rollout: Rollout | None = None
    missing: tuple[str, ...] = ()
    registered: datetime | None = None
    requested: datetime | None = None
    let_through: datetime | None = None
    returning: datetime | None = None

    @property
    def basis(self) -> str | None:
        """The hash an approval has to be of now."""
        return self.bases[-1].hash if self.bases else None

    def identity(self, model: str) -> str:
        """What a pipeline is given as `correlationId`; the same for every try of it."""
        return promotion_id(model, self.version, self.stage, self.begun)


def promotion_id(model: str, version: str, stage: str, begun: datetime) -> str:
    """Sixteen hexadecimal digits that name one promotion."""
    return content_hash([model, version, stage, format_time(begun)])[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Said by `author` for a `reason`: these gates do not block this version until then.

    `gates` are things as findings name them (`metric/auc`) or whole rules (`schema_gate`).
    """

    id: str
    version: str
    gates: tuple[str, ...]
    author: str
    reason: str
    since: datetime
    until: datetime
    withdrawn: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_because: str | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is in force."""
        end = self.until if self.withdrawn is None else min(self.until, self.withdrawn)
        return self.since <= at < end
