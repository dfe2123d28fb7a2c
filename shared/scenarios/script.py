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


_OF_MODELS = {"promotion_blocked", "policy_missing", "metric_gate", "schema_gate", "tags_gate"}


class Wanted(StrEnum):
    """What an expectation is about."""

    ALERT = "alert"
    RESOLVE = "resolve"
    RETRAINING = "retraining"
    PROMOTION = "promotion"
    VERDICT = "verdict"
    REFUSAL = "refusal"
    DEAD_LETTER = "dead letter"
    NOTHING = "nothing"
    FIRING = "firing"
    NOTHING_FIRING = "nothing firing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What has to be told from `start` to `end`; what is None may be anything.

    `kind` is an alert's kind, a rule, or a verdict's rule; `thing` a name it has to speak of;
    `text` stands in what is told. `sentence` is the line as it was written.
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

    @property
    def about_a_model(self) -> bool:
        """Whether a version of a model is what it speaks of, and not an endpoint."""
        return self.wanted is Wanted.PROMOTION or self.kind in _OF_MODELS


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
