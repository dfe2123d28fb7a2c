"""What a fleet does in a day, by what it handles: the one shape that the bill is made from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

LOOKS = {"routing", "health", "reconcile", "drift", "kpi", "collection", "promotion", "batch"}
"""What timers ask of each model or endpoint; a burst of it is as large as the fleet."""
EVENTS = {
    "event",
    "intake",
    "ModelRegistered",
    "DeploymentCompleted",
    "TrafficChanged",
    "RunCompleted",
}
"""What handles an event from outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of execution: how many a day, and what each asks.

    `asked` are requests by service, `processor` seconds of it with the SDKs, `bursts` in how many
    seconds so many begin, `checked` whether it is a message of the queue of checks.
    """

    executions: float
    asked: Mapping[str, float]
    processor: float
    bursts: Mapping[int, float]
    checked: bool

    def times(self, share: float) -> "Kind":
        """So many times as often, each in bursts as before."""
        return replace(self, executions=self.executions * share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A day of so many models.

    `told` are messages to other queues than that of checks, `outside` events that Event Grid told,
    `listings` requests that list policies where no kind has them, `kept_bytes` what the day leaves.
    `waiting` and `with_rows` are shares of the models: with a version on its way, with rows that
    are counted.
    """

    models: int
    kinds: Mapping[str, Kind]
    told: float
    outside: float
    listings: float
    kept_bytes: float
    waiting: float
    with_rows: float

    @property
    def checks(self) -> float:
        """Messages of the queue of checks."""
        return sum(kind.executions for kind in self.kinds.values() if kind.checked)

    def at(self, models: int) -> "Counts":
        """The same day of another number of models.

        Messages and what they leave grow in proportion, timers do not, and a burst of looks is as
        much larger as the fleet: all looks of a timer begin together.
        """
        share = models / self.models
        return replace(
            self,
            models=models,
            kinds={name: _grown(name, kind, share) for name, kind in self.kinds.items()},
            told=self.told * share,
            outside=self.outside * share,
            listings=self.listings * share,
            kept_bytes=self.kept_bytes * share,
        )

    def only(self, names: Collection[str]) -> "Counts":
        """The part of the day that some kinds make; of what else there is, the share of them."""
        part = replace(
            self, kinds={name: kind for name, kind in self.kinds.items() if name in names}
        )
        share = part.checks / self.checks
        return replace(
            part,
            outside=self.outside if EVENTS & set(names) else 0.0,
            listings=self.listings * share,
            kept_bytes=self.kept_bytes * share,
        )


def _grown(name: str, kind: Kind, share: float) -> Kind:
    if name.startswith("timer ") or name == "sweep":
        return kind
    if name.partition(" ")[0] not in LOOKS:
        return kind.times(share)
    bursts: dict[int, float] = {}
    for size, many in kind.bursts.items():
        larger = max(1, round(size * share))
        bursts[larger] = bursts.get(larger, 0.0) + many
    return replace(kind.times(share), bursts=bursts)
