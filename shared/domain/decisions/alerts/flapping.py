"""An alert that comes and goes is told as that, once, instead of each time."""

from dataclasses import replace
from datetime import datetime

from shared.domain.notices import AlertLife
from shared.domain.policy import Flapping

_MOST = 50


def damped(life: AlertLife, rule: Flapping, now: datetime) -> AlertLife:
    """The alert with whether it is flapping now, and with no more changes than that needs.

    It is after more than `changes` changes within `within`, until none was for `calm`; the changes
    of that time are forgotten then.
    """
    if rule.changes < 1:
        return replace(life, changes=life.changes[-1:], flapping=False)
    calm_from = calm_at(life, rule)
    if life.flapping and calm_from is not None and now < calm_from:
        return replace(life, changes=life.changes[-1:])
    if life.flapping:
        return replace(life, changes=(), flapping=False)
    most = min(rule.changes, _MOST) + 1
    changes = tuple(time for time in life.changes if now - time < rule.within)[-most:]
    return replace(life, changes=changes, flapping=len(changes) == most)


def calm_at(life: AlertLife, rule: Flapping) -> datetime | None:
    """When it has been one way for long enough, None when it is not known to have changed."""
    return life.changes[-1] + rule.calm if life.changes else None
