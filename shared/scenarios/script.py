"""A scenario as it was read: what happens when, and what has to be told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from shared.scenarios.phrases import Found
from shared.scenarios.verbs.verb import Verb
from shared.schedules import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens at `at`; what lasts is over at `until`."""

    at: datetime
    verb: Verb
    found: Found
    until: datetime | None = None


_TIMERS = {
    "HEALTH": {"errors", "slow", "saturated", "cold_instances", "health"},
    "RECONCILE": {"promotion_blocked", "policy_missing"},
    "PROMOTION": {
        "promotion_waiting",
        "promotion_failed",
        "promoted_version_fails",
        "rollout_stopped",
        "interval",
        "override",
        "approval",
        "promotion",
        "rollout",
        "watch",
    },
    "BATCH": {"batch_failed", "batch_missing", "batch_stuck", "batch_volume", "batch"},
    "COLLECTION": {"no_inference_data", "data_stopped", "data_incomplete", "collection"},
    "DRIFT": {"drift"},
    "RETRAINING": {
        "retraining_failed",
        "retraining_stalled",
        "retraining_stopped",
        "retraining",
        "budget",
    },
    "KPI": {"kpi_changed", "kpi_differs", "kpi_silent", "kpi"},
    "HEARTBEAT": {
        "check_silent",
        "source_silent",
        "policy_invalid",
        "outbox_stuck",
        "queue_behind",
        "watchdog",
    },
}


def timer_of(kind: str | None) -> str:
    """The timer that finds an alert of this kind where no event tells."""
    if kind is not None and kind.endswith("_gate"):
        return "RECONCILE"
    return next((timer for timer, kinds in _TIMERS.items() if kind in kinds), "ROUTING")


class Wanted(StrEnum):
    """What an expectation is about."""

    ALERT = "alert"
    RESOLVE = "resolve"
    RETRAINING = "retraining"
    PROMOTION = "promotion"
    ROLLBACK = "rollback"
    CHECK = "check"
    NOTICE = "notice"
    TRAFFIC = "traffic"
    MIRROR = "mirror"
    TAG = "tag"
    VERDICT = "verdict"
    REFUSAL = "refusal"
    DEAD_LETTER = "dead letter"
    NOTHING = "nothing"
    FIRING = "firing"
    NOTHING_FIRING = "nothing firing"


STATES = frozenset({Wanted.TRAFFIC, Wanted.MIRROR, Wanted.TAG})
"""What is so at a time, and told to nobody."""
_OF_PROMOTION = frozenset({Wanted.ROLLBACK, Wanted.CHECK, *STATES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What has to be told from `start` to `end`; what is None may be anything.

    `kind` is an alert's kind, a verdict's rule, a promotion's stage or how a check ended; `thing` a
    name it has to speak of; `text` stands in what is told; `key` and `value` are of what a file
    says, `key` of a notice its receiver. `sentence` is the line as it was written.
    """

    wanted: Wanted
    start: datetime
    end: datetime
    line: int
    sentence: str
    kind: str | None = None
    severity: str | None = None
    verdict: str | None = None
    thing: str | None = None
    text: str | None = None
    key: str = ""
    value: str | None = None

    @property
    def timer(self) -> str:
        """The timer that finds it where no event tells."""
        if self.wanted is Wanted.PROMOTION:
            return "RECONCILE"
        return "PROMOTION" if self.wanted in _OF_PROMOTION else timer_of(self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A file of steps and expectations.

    `opening` holds what was true before, without any event; Driftgate has watched for `watched`
    when the start comes. `only_events` says why nobody could know without the events, None where
    the timers have to find out by themselves.
    """

    name: str
    path: Path
    title: str
    start: datetime
    end: datetime
    opening: tuple[Step, ...] = ()
    steps: tuple[Step, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    watched: timedelta = timedelta(hours=1)
    only_events: str | None = None
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
