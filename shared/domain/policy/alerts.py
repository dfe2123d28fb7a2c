"""Where a model's alerts go, in place of where the fleet sends them."""

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Alerts of some kind to some receivers, grouped, at a pace.

    It takes alerts of one of `severity` and `kind` whose `labels` match (`green-*`), empty being
    any; the first route that takes an alert is the only one, unless it says `continue`. `to` empty
    sends it nowhere. Alerts of one model and equal `group_by` (`kind`, `severity`, `subject` or a
    label) are one notice: the first after `wait`, changes after `interval`, again each `repeat`.
    Nothing is sent in the hours `mute` names, nor outside those of `only`.
    """

    to: list[str] = field(default_factory=list)
    severity: list[str] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    group_by: list[str] = field(default_factory=list)
    wait: timedelta = timedelta(seconds=30)
    interval: timedelta = timedelta(minutes=5)
    repeat: timedelta = timedelta(hours=4)
    mute: list[str] = field(default_factory=list)
    only: list[str] = field(default_factory=list)
    continue_: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flapping:
    """An alert that begins or ends more than `changes` times `within` is told once, as flapping.

    It is told again when it has been one way for as long as `calm`.
    """

    changes: int = 4
    within: timedelta = timedelta(hours=1)
    calm: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPolicy:
    """A model's own routes, tried before the fleet's, and what counts as flapping."""

    routes: list[Route] = field(default_factory=list)
    flapping: Flapping = field(default_factory=Flapping)
