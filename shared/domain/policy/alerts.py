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
    """Receivers by name; empty tells nobody."""
    severity: list[str] = field(default_factory=list)
    """Severities it takes; empty is any."""
    kind: list[str] = field(default_factory=list)
    """Kinds of alerts it takes; empty is any."""
    labels: dict[str, str] = field(default_factory=dict)
    """Labels it takes, with `*` and `?` in their values."""
    group_by: list[str] = field(default_factory=list)
    """`kind`, `severity`, `subject` or a label: alerts of a model with equal values are one notice.

    """
    wait: timedelta = timedelta(seconds=30)
    """From the first alert of a group to its notice. At most 1d."""
    interval: timedelta = timedelta(minutes=5)
    """At least so long lies between two notices of a group for news. 10s or more."""
    repeat: timedelta = timedelta(hours=4)
    """It is told again after so long, while it lasts. 1m or more."""
    mute: list[str] = field(default_factory=list)
    """Names of the fleet's `hours` in which nothing is told."""
    only: list[str] = field(default_factory=list)
    """Names of the fleet's `hours` outside of which nothing is told."""
    continue_: bool = False
    """Whether the routes after it are tried too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flapping:
    """An alert that begins or ends more than `changes` times `within` is told once, as flapping.

    It is told again when it has been one way for as long as `calm`.
    """

    changes: int = 4
    """More beginnings and ends than this are flapping. 2 or more."""
    within: timedelta = timedelta(hours=1)
    """Within so long. 1m or more."""
    calm: timedelta = timedelta(minutes=30)
    """It is over when the alert has been one way for so long. 1m or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPolicy:
    """A model's own routes, tried before the fleet's, and what counts as flapping."""

    routes: list[Route] = field(default_factory=list)
    """Routes that are tried before the fleet's."""
    flapping: Flapping = field(default_factory=Flapping)
    """What counts as coming and going."""
