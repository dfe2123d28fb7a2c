"""What keeps an alert from being told: the signature that every such rule has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.finding import Rule
from shared.domain.notices import AlertLife, Silence
from shared.domain.policy import Fleet, Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One firing alert on its way to a receiver, with all that a stage may look at.

    `scope` is the model, or what else the alerts belong to; `lives` are all alerts of the scope by
    fingerprint. `now` never goes back.
    """

    scope: str
    life: AlertLife
    lives: Mapping[str, AlertLife]
    route: Route
    fleet: Fleet
    silences: tuple[Silence, ...]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Why an alert is not told now: the rule, what of it (`silence 3f2a`), and a sentence.

    `until` is when to look again, None when only another event can change it.
    """

    rule: Rule
    by: str
    sentence: str
    until: datetime | None = None


Stage = Callable[[Case], Held | None]
