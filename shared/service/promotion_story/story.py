"""The plain model of a promotion's report: what is shown, in the order in which it is read."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.finding import Finding
from shared.domain.policy import ApprovalPlace
from shared.domain.promotion import ApprovalSeen, Basis, Override, Phase, RunReference
from shared.domain.verdict import Verdict


class Weight(StrEnum):
    """What a gate's verdict counts for."""

    ENFORCED = "enforced"
    TOLD = "told only"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateTold:
    """A gate's finding with what it counts for, what it rests on, and what to do about it.

    `taken` is None where the place it looks at was not read; `age` is that of then.
    """

    finding: Finding
    weight: Weight
    rests_on: str
    taken: datetime | None
    age: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTold:
    """A place that was read, when, how old that was when it was judged, or why it was not."""

    title: str
    taken: datetime
    age: str
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The decision that let it through or not: its gates on its evidence, under its policy."""

    decision: str
    decided: datetime
    verdict: Verdict
    gates: tuple[GateTold, ...]
    evidence: str
    policy: str | None
    readings: tuple[ReadingTold, ...] = ()
    problem: str | None = None

    @property
    def overridden(self) -> int:
        """How many gates somebody let pass."""
        return sum(gate.weight is Weight.OVERRIDDEN for gate in self.gates)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalsTold:
    """Who approved what; `counted` of `needed` count for the basis that is in force.

    `asked_in` is where the stage has approvals given.
    """

    needed: int
    counted: int
    bases: tuple[Basis, ...]
    given: tuple[ApprovalSeen, ...]
    asked_in: ApprovalPlace = ApprovalPlace.PIPELINE


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideTold:
    """An override and where it stands: in force, expired, withdrawn or to come."""

    override: Override
    standing: str


class StepState(StrEnum):
    """Where a step of a rollout stands."""

    DONE = "done"
    NOW = "now"
    TO_COME = "to come"
    NOT_REACHED = "not reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTold:
    """A step of the traffic: its shares, when they were in force, and how it was judged there."""

    number: int
    traffic: dict[str, float]
    mirror: dict[str, float]
    bake: timedelta
    state: StepState
    at: datetime | None = None
    verdict: Verdict | None = None
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """An endpoint's shares from a time on; `at` is None where they are only planned."""

    traffic: dict[str, float]
    at: datetime | None = None
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutTold:
    """The way of the traffic: the plan step by step, and the shares that were and are to be."""

    endpoint: str
    deployment: str
    status: str
    why: str
    steps: tuple[StepTold, ...]
    shares: tuple[Shares, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentTold:
    """A decision of the promotion; `repeats` says how often it was looked again with no change."""

    at: datetime
    event: str
    verdict: Verdict
    sentences: tuple[str, ...]
    actions: tuple[str, ...]
    hash: str
    previous: str
    repeats: int = 0
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainTold:
    """Whether each decision of the model names the one before it, and is what its hash says."""

    checked: int
    first: str
    last: str
    broken: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionStory:
    """Everything there is to tell of one version on its way through one stage.

    `phase` is None where the promotion itself is no longer remembered and only its decisions are.
    `notes` say what could not be told.
    """

    model: str
    version: str
    stage: str
    phase: Phase | None
    why: str
    begun: datetime | None
    since: datetime | None
    identity: str | None
    owner: str | None
    champion: str | None
    missing: tuple[str, ...]
    judgement: Judgement | None
    approvals: ApprovalsTold
    overrides: tuple[OverrideTold, ...]
    run: RunReference | None
    rollout: RolloutTold | None
    moments: tuple[MomentTold, ...]
    chain: ChainTold
    notes: tuple[str, ...] = field(default=())

    @property
    def named(self) -> str:
        """The version as people write it."""
        return f"{self.model}:{self.version}"
