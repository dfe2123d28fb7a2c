"""What a fleet asks for in a day, counted: where it comes from, and what it is with more models.

One shape for every source of counts, so that the bill does not know which it was.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

MEASURED = Path(__file__).with_name("cost_measured.json")
_GROWING = {"DRIFT", "KPI", "COLLECTION", "ROUTING", "HEALTH", "BATCH", "RETRAINING", "RECONCILE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A day of so many models.

    `messages` are those of the queue of checks by what they ask for, `told` those to other queues,
    `timers` how often each fires, `bursts` in how many seconds so many of a kind begin,
    `ledger_bytes` what the day leaves. `waiting` and `with_rows` are shares of the models: with a
    version on its way, with rows that are counted.
    """

    models: int
    messages: Mapping[str, float]
    told: float
    timers: Mapping[str, float]
    bursts: Mapping[str, Mapping[int, float]]
    ledger_bytes: float
    waiting: float
    with_rows: float

    def at(self, models: int) -> "Counts":
        """The same day of another number of models.

        Messages and what they leave grow in proportion, timers do not, and a burst is as much
        larger as the fleet: all looks of a timer begin together.
        """
        share = models / self.models
        return replace(
            self,
            models=models,
            messages={kind: many * share for kind, many in self.messages.items()},
            told=self.told * share,
            bursts={
                kind: _grown(sizes, share) if kind.upper() in _GROWING else dict(sizes)
                for kind, sizes in self.bursts.items()
            },
            ledger_bytes=self.ledger_bytes * share,
        )

    def only(self, kinds: Collection[str], timers: Collection[str]) -> "Counts":
        """The part of the day that some looks and timers make; what is kept, by their messages."""
        messages = {kind: many for kind, many in self.messages.items() if kind in kinds}
        share = sum(messages.values()) / sum(self.messages.values())
        return replace(
            self,
            messages=messages,
            timers={name: many for name, many in self.timers.items() if name in timers},
            ledger_bytes=self.ledger_bytes * share,
        )


def _grown(sizes: Mapping[int, float], share: float) -> dict[int, float]:
    grown: dict[int, float] = {}
    for size, many in sizes.items():
        larger = max(1, round(size * share))
        grown[larger] = grown.get(larger, 0.0) + many
    return grown


@cache
def measured() -> dict[str, Any]:
    """What `benchmarks.cost_measured` and `benchmarks.cost_rows` kept."""
    kept: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return kept


def counts() -> Counts:
    """The day of a hundred models that `benchmarks.cost_measured` counted."""
    day = measured()["day"]
    return Counts(
        models=day["models"],
        messages=day["messages"],
        told=sum(day["told"].values()),
        timers=day["timers"],
        bursts={
            kind: {int(size): many for size, many in sizes.items()}
            for kind, sizes in day["at_once"].items()
        },
        ledger_bytes=day["bytes"].get("driftgate.db", 0),
        waiting=0.2,
        with_rows=0.2,
    )
