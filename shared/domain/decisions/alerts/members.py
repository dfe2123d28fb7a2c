"""One alert in a group of one receiver: how it stands, and what the receiver last heard of it."""

from dataclasses import dataclass

from shared.domain.alert import Alert, Severity
from shared.domain.decisions.alerts.holding import Held
from shared.domain.notices import AlertLife, GroupWatch, ToldAs
from shared.domain.policy import ReceiverPolicy, Route

_RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}


def rank(severity: Severity) -> int:
    """Severities in order, the worst highest."""
    return _RANK[severity]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An alert that a route brings here, or brought once: who was told of it is told of its end.

    `routed` says that a route still brings it, `where` names it. `held` keeps it back now, `was`
    is what did at the last look. `owner` has acknowledged it and `told` is what the last notice
    said, None where none told it. `elsewhere` says that its route brings it into another group of
    the same receiver by now.
    """

    fingerprint: str
    life: AlertLife
    route: Route
    routed: bool
    where: str = ""
    held: Held | None = None
    was: str | None = None
    told: ToldAs | None = None
    owner: str | None = None
    elsewhere: bool = False

    @property
    def alert(self) -> Alert:
        """The alert itself."""
        return self.life.alert

    @property
    def fires(self) -> bool:
        """Whether people are to take it as there: one that comes and goes is, until it is calm."""
        return self.life.ended is None or self.life.flapping

    @property
    def shown(self) -> bool:
        """Whether a notice of now tells that it fires: unheld, or known to the receiver anyway."""
        return self.fires and (self.held is None or self.told is not None)

    @property
    def ends(self) -> bool:
        """Whether the receiver still has to hear that it is over."""
        return not self.fires and self.told is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The alerts that one receiver is told together, with what is remembered of them."""

    key: str
    watch: GroupWatch
    receiver: ReceiverPolicy
    members: tuple[Member, ...]

    @property
    def name(self) -> str:
        """What it is grouped by, for people: `kind=drift`, or all alerts."""
        named = [f"{label}={value}" for label, value in sorted(self.watch.labels.items())]
        return ", ".join(named) or "all alerts"
