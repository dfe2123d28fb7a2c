"""A rollout as the watch of routing hears of it: what is in force and what comes is meant to be."""

from datetime import datetime, timedelta
from typing import Any

from shared.domain.people.intent import Intent
from shared.domain.promotion import Promotion, Rollout, RolloutStatus, TrafficStep
from shared.domain.wording import one_line

_LASTS = timedelta(days=30)
"""Longer than any promotion: its end is that of the promotion."""
_SEEN = timedelta(days=1)
"""So long after its end a change that it made may still be seen for the first time."""
_MOST_LETTERS = 300


def announced(promotion: Promotion, model: str) -> tuple[Intent, ...]:
    """The shares that a rollout has or may have next, each said by the promotion.

    That of before is among them, since it may go back there any time. Every deployment of the plan
    is named, with 0 where it has none: the candidate before its first step and the version that
    was replaced are waiting on purpose. Nothing of a promotion that never had a rollout.
    """
    rollout = promotion.rollout
    if rollout is None:
        return ()
    until = rollout.planned + _LASTS
    if not promotion.phase.is_open:
        until = promotion.since + _SEEN
    identity = promotion.identity(model)
    return tuple(
        Intent(
            id=f"rollout/{identity}/{name}",
            author=f"the promotion of {model}:{promotion.version}",
            reason=one_line(reason, _MOST_LETTERS),
            since=rollout.planned,
            until=until,
            **_said(step, rollout),
        )
        for name, reason, step in _meant(promotion, rollout)
    )


def concerns(promotion: Promotion, endpoint: str, now: datetime) -> bool:
    """Whether its rollout is at this endpoint, and not over for long."""
    rollout = promotion.rollout
    if rollout is None or rollout.endpoint != endpoint:
        return False
    return promotion.phase.is_open or now < promotion.since + _SEEN


def _meant(promotion: Promotion, rollout: Rollout) -> list[tuple[str, str, TrafficStep]]:
    """A name, a reason and the shares of each split it may have."""
    total, to = len(rollout.steps), f"its rollout to {promotion.stage}"
    meant = [("before", f"what was there before {to}, where it may go back to", rollout.before)]
    if rollout.status is RolloutStatus.RETURNED:
        return meant
    following = rollout.at if rollout.status is RolloutStatus.MOVING else rollout.at + 1
    for number in (following, following + 1):
        if 0 < number <= total:
            step = rollout.steps[number - 1]
            meant.append((str(number), f"step {number} of {total} of {to}", step))
    return meant


def _said(step: TrafficStep, rollout: Rollout) -> dict[str, Any]:
    """The shares with a 0 for every other deployment of the plan.

    That nobody had any before a first version is no plan to switch the endpoint off: only the
    deployment is said to wait then.
    """
    back = rollout.status in {RolloutStatus.RETURNING, RolloutStatus.RETURNED}
    if not step.traffic and not back:
        return {"deployment": rollout.deployment}
    names = {rollout.deployment, *rollout.before.traffic, *step.traffic}
    return {"traffic": {name: step.traffic.get(name, 0.0) for name in sorted(names)}}
