"""Each deployment's share as a large number, declared beside observed, and what that means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.wording import spell_number
from shared.service.overview.last_health import DeploymentLook, HealthTold
from shared.service.overview.watched import ABOUT_ZERO

_TONES = {"pass": "good", "fail": "bad", "inconclusive": "unsure", "error": "broken"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A deployment: what it is to get, what it got, why, and how it answers.

    `alerts` are those that fire about it. `is_zero` says that it has no share, `tone` whether that
    is as it should be.
    """

    deployment: str
    model: str
    state: str
    declared: str
    observed: str
    mirrored: str
    is_zero: bool
    tone: str
    verdict: str
    sentences: tuple[str, ...] = ()
    intents: tuple[Mapping[str, Any], ...] = ()
    health: DeploymentLook | None = None
    alerts: tuple[Mapping[str, Any], ...] = ()


def tiles_of(
    routing: Mapping[str, Any] | None,
    health: HealthTold | None,
    firing: Sequence[Mapping[str, Any]],
) -> list[Tile]:
    """Those that an alert speaks of first, then those with 0 %, then by share."""
    rows = [] if routing is None else routing["deployments"]
    counted = [row["observed"] for row in rows if row["observed"] is not None]
    total = sum(counted) if counted else None
    tiles = [_tile(row, total, health, firing) for row in rows]
    share = {row["deployment"]: row["declared"] for row in rows}
    order = {"bad": 0, "unsure": 1}
    return sorted(
        tiles,
        key=lambda tile: (
            order.get(tile.tone, 2),
            not tile.is_zero,
            -share[tile.deployment],
            tile.deployment,
        ),
    )


def _tile(
    row: Mapping[str, Any],
    total: int | None,
    health: HealthTold | None,
    firing: Sequence[Mapping[str, Any]],
) -> Tile:
    name = row["deployment"]
    mine = tuple(one for one in firing if one["labels"].get("deployment") == name)
    is_zero = not row["declared"]
    return Tile(
        deployment=name,
        model=row["model"] or "",
        state=row["state"] or "not there",
        declared=f"{spell_number(row['declared'])} %",
        observed=_observed(row["observed"], total),
        mirrored=f"{spell_number(row['mirrored'])} %" if row["mirrored"] else "",
        is_zero=is_zero,
        tone=_tone(row, mine, is_zero=is_zero),
        verdict=row["verdict"],
        sentences=_beside(row["sentences"], mine),
        intents=tuple(row["intended"]),
        health=None if health is None else health.deployments.get(name),
        alerts=mine,
    )


def _tone(row: Mapping[str, Any], alerts: Sequence[Mapping[str, Any]], *, is_zero: bool) -> str:
    if any(alert["severity"] == "critical" or alert["kind"] in ABOUT_ZERO for alert in alerts):
        return "bad"
    tone = _TONES.get(row["verdict"], "")
    return tone if tone != "good" or not is_zero else ""


def _beside(sentences: Sequence[str], alerts: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """What no alert says already in the same words."""
    told = {str(alert["title"]).casefold().rstrip(".") for alert in alerts}
    return tuple(one for one in sentences if one.casefold().rstrip(".") not in told)


def _observed(requests: int | None, total: int | None) -> str:
    """The share of the requests that were counted, and of how many."""
    if requests is None:
        return "not counted"
    if not total:
        return "no requests at all"
    return f"{spell_number(round(100 * requests / total, 1))} % ({requests} of {total} requests)"
