"""A decision that is another one in the simulation, and the findings that make it so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_GATE = "_gate"
_FOLLOWS = frozenset({"notice", "channel", "group", "pace"})
"""Rules that tell what became of notices, which only follows from what turned before."""
_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a finding said: its verdict with its numbers."""

    verdict: str
    reason: str
    sentence: str
    statistic: str | None = None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One rule on one thing that concludes something else; None where it concluded nothing."""

    rule: str
    thing: str
    before: Said | None
    after: Said | None

    @property
    def is_gate(self) -> bool:
        """Whether it is a gate's."""
        return self.rule.endswith(_GATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """A decision that differs: `recorded` and `simulated` are their hashes.

    None where it is made in one of the two alone.
    """

    subject: str
    at: datetime
    event: str
    kind: str
    recorded: str | None
    simulated: str | None
    flips: tuple[Flip, ...]


def differing(
    subject: str,
    at: datetime,
    recorded: Mapping[str, Any] | None,
    simulated: Mapping[str, Any] | None,
) -> Differing:
    """What differs between two decisions in their plain form."""
    event = (recorded or simulated or {})["event"]
    return Differing(
        subject=subject,
        at=at,
        event=event["id"],
        kind=event["type"].rpartition(".")[2],
        recorded=None if recorded is None else recorded["hash"],
        simulated=None if simulated is None else simulated["hash"],
        flips=() if recorded is None or simulated is None else _flips(recorded, simulated),
    )


def _flips(recorded: Mapping[str, Any], simulated: Mapping[str, Any]) -> tuple[Flip, ...]:
    before, after = _by_thing(recorded), _by_thing(simulated)
    found = []
    for key in (*before, *(key for key in after if key not in before)):
        if key[0] in _FOLLOWS:
            continue
        was, is_now = before.get(key), after.get(key)
        if (was and (was.verdict, was.reason)) != (is_now and (is_now.verdict, is_now.reason)):
            found.append(Flip(rule=key[0], thing=key[1], before=was, after=is_now))
    return tuple(found[:_MOST])


def _by_thing(plain: Mapping[str, Any]) -> dict[tuple[str, str], Said]:
    return {
        (one["rule"], one["thing"]): Said(
            verdict=one["verdict"],
            reason=one["reason"],
            sentence=one["sentence"],
            statistic=one["statistic"],
            estimate=one["estimate"],
            low=one["low"],
            high=one["high"],
            limit=one["limit"],
        )
        for one in plain["findings"]
    }
