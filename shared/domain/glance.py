"""A subject at a glance: its last decision and how much it holds, for lists over a whole fleet."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.promotion import Phase
from shared.domain.state import AlertStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What the last decision of a subject said, and what its state holds, counted.

    `alerts` and `promotions` are all that are remembered, `firing` those that fire by `kind
    severity`, `open` the promotions that have not ended. `lives` are the alerts a scope tells of.
    `intents`, `overrides` and `approvals` count what people said; None by an older version.
    """

    verdict: str | None = None
    event: str | None = None
    decided: datetime | None = None
    alerts: int = 0
    firing: Mapping[str, int] = field(default_factory=dict)
    lives: int = 0
    promotions: int = 0
    open: int = 0
    intents: int | None = 0
    overrides: int | None = 0
    approvals: int | None = 0

    @property
    def fires(self) -> int:
        """How many alerts fire."""
        return sum(self.firing.values())

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Glance":
        """Read back what `glance_at` made; what a newer version counts besides is left out."""
        decided = plain.get("decided")
        time = None if decided is None else parse_time(decided)
        known = {name: value for name, value in plain.items() if name in cls.__slots__}
        return cls(**{**dict.fromkeys(_LATER), **known, "decided": time})


_LATER = ("intents", "overrides", "approvals")
"""What glances of older versions do not count."""


def glance_at(decision: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
    """The glance of a subject as plain values, from its last decision and the state it left."""
    event, alerts = decision.get("event"), _mapping(state.get("alerts"))
    promotions = state.get("promotions") or ()
    return {
        "verdict": decision.get("verdict"),
        "event": event.get("type") if isinstance(event, Mapping) else None,
        "decided": decision.get("decided"),
        "alerts": len(alerts),
        "firing": Counter(
            f"{record['alert']['kind']} {record['alert']['severity']}"
            for record in alerts.values()
            if record["status"] == AlertStatus.FIRING.value
        ),
        "lives": len(_mapping(_mapping(state.get("scope")).get("lives"))),
        "promotions": len(promotions),
        "open": sum(Phase(one["phase"]).is_open for one in promotions),
        "intents": len(state.get("intents") or ()),
        "overrides": len(state.get("overrides") or ()),
        "approvals": len(state.get("approvals") or ())
        + sum(len(one.get("approvals") or ()) for one in promotions),
    }


def _mapping(value: object) -> Mapping[str, Any]:
    """Nothing where a state is not as it should be: whoever reads it says what is wrong."""
    return value if isinstance(value, Mapping) else {}


def holds_as(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two glances, as plain values, count the same things."""
    said = {"verdict", "event", "decided"}
    return {k: v for k, v in one.items() if k not in said} == {
        k: v for k, v in other.items() if k not in said
    }
