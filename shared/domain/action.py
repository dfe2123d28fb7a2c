"""What a decision asks of the world; imperative, and named by what it does."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from shared.domain.alert import Alert
from shared.domain.canonical import to_plain
from shared.domain.event import Event
from shared.domain.notices import Notice
from shared.domain.policy import ChannelKind, Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class PostAlert:
    """Tell people of a problem that began or changed."""

    kind: ClassVar[str] = "PostAlert"
    alert: Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveAlert:
    """Tell people that a problem is over; `reason` says what ended it."""

    kind: ClassVar[str] = "ResolveAlert"
    alert: Alert
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """Have a receiver told of a group, as far as its pace and its channel allow."""

    kind: ClassVar[str] = "Notify"
    notice: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """Send a notice over its channel now; `order` names this try and makes a repeat harmless.

    `reference` is what the channel answered for the group before. `summarise` says that a summary
    may be asked for.
    """

    kind: ClassVar[str] = "Deliver"
    notice: Notice
    channel: ChannelKind
    order: str
    reference: dict[str, Any] | None = None
    summarise: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PutAside:
    """Keep a notice that no try can deliver, with why, for somebody to look at."""

    kind: ClassVar[str] = "PutAside"
    notice: Notice
    reason: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Tell another subject of Driftgate's own something that happened here."""

    kind: ClassVar[str] = "Tell"
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class WantRetraining:
    """A finding asks for a retraining of `model`: its governor decides whether there is to be one.

    `cause` and `window` make a repeat recognisable.
    """

    kind: ClassVar[str] = "WantRetraining"
    model: str
    cause: str
    window: str
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRetraining:
    """Ask for a retraining of `model`, by a job or a pipeline where the policy names one.

    `retraining` is its id, the hash of model, cause and window; a repeat is the same message.
    """

    kind: ClassVar[str] = "RequestRetraining"
    model: str
    cause: str
    window: str
    features: tuple[str, ...] = ()
    retraining: str = ""
    cost: float | None = None
    component: str | None = None
    compute: str | None = None
    experiment: str | None = None
    inputs: dict[str, str] = field(default_factory=dict)
    pipeline: str | None = None
    branch: str = "main"
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestProfile:
    """Have an order's rows counted: by a Spark job, or in parts.

    `left` holds the bits of the parts that are still to be counted (hexadecimal). What was `wanted`
    and the `attempt` tell a repeat from a new try.
    """

    kind: ClassVar[str] = "RequestProfile"
    model: str
    order: str
    engine: Engine
    wanted: str = ""
    attempt: int = 1
    left: str = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPromotion:
    """Put a model version forward for promotion, with the evidence it rests on.

    `promotion` names it; `basis` is what is to be approved. Where the stage names a `pipeline`, it
    is started with `parameters` after the version is in `registry`. `besides` is what failed and
    does not block: a gate that only warns, or one that somebody lets pass.
    """

    kind: ClassVar[str] = "RequestPromotion"
    model: str
    version: str
    stage: str
    evidence_hash: str
    promotion: str = ""
    basis: str = ""
    pipeline: str | None = None
    branch: str = "main"
    parameters: dict[str, str] = field(default_factory=dict)
    registry: str | None = None
    besides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRollback:
    """Undo a promotion: go back to version `to`, by the `pipeline` that the stage names for it."""

    kind: ClassVar[str] = "RequestRollback"
    model: str
    version: str
    stage: str
    promotion: str
    reason: str
    to: str | None = None
    pipeline: str | None = None
    branch: str = "main"
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftTraffic:
    """Change an endpoint's shares, only where they are still those that are `expected`.

    `order` names the change and makes a repeat harmless; what became of it is said as an event of
    the `model`, correlated to the `promotion`. Per cent by deployment; a name that is missing has
    0. After `until` it is not carried out any more, however late its message comes.
    """

    kind: ClassVar[str] = "ShiftTraffic"
    model: str
    endpoint: str
    order: str
    traffic: dict[str, float]
    expected: dict[str, float]
    mirror: dict[str, float] = field(default_factory=dict)
    expected_mirror: dict[str, float] = field(default_factory=dict)
    workspace: str | None = None
    promotion: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TagModel:
    """Set tags of a model version, keep its others."""

    kind: ClassVar[str] = "TagModel"
    model: str
    version: str
    tags: dict[str, str]
    workspace: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleCheck:
    """Look again at `event.time`."""

    kind: ClassVar[str] = "ScheduleCheck"
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReplay:
    """Take the next step of a replay, `at` that time; its number makes a repeat harmless."""

    kind: ClassVar[str] = "StepReplay"
    replay: str
    step: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveBaseline:
    """Keep the profile of a model version's training data under its hash."""

    kind: ClassVar[str] = "SaveBaseline"
    model: str
    version: str
    profile_hash: str


Action = (
    PostAlert
    | ResolveAlert
    | Notify
    | Deliver
    | PutAside
    | Tell
    | WantRetraining
    | RequestRetraining
    | RequestProfile
    | RequestPromotion
    | RequestRollback
    | ShiftTraffic
    | TagModel
    | ScheduleCheck
    | StepReplay
    | SaveBaseline
)


def describe(action: Action) -> dict[str, Any]:
    """The action as plain JSON values, with its name under `action`."""
    plain: dict[str, Any] = to_plain(action)  # type: ignore[assignment]
    if isinstance(action, PostAlert | ResolveAlert):
        plain["alert"]["fingerprint"] = action.alert.fingerprint
    if isinstance(action, ScheduleCheck | Tell):
        plain["event"] = action.event.to_cloud_event()
    return {"action": action.kind, **plain}
