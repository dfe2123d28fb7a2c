"""Driftgate's own pulse."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEvidence:
    """Driftgate's own pulse: when each check of each subject last reported, and the outbox.

    `reported` maps `subject check` to a time; of those that reported in time `on_time` has the
    number by check only. `never` names those that are waited for and never reported, `gone` those
    that are told of and waited for no more; `more` counts by check what these lists leave out.
    `unlisted` says why the subjects could not be read. `periods` gives the seconds between two runs
    of a check; `arrivals` when each source of events was heard of until `heard`; `unsent` counts
    messages waiting, the oldest of them since `unsent_since`; `policy_problems` has one sentence
    for each policy file that cannot be used.
    """

    taken: datetime
    reported: dict[str, datetime] = field(default_factory=dict)
    periods: dict[str, float] = field(default_factory=dict)
    on_time: dict[str, int] = field(default_factory=dict)
    never: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    more: dict[str, int] = field(default_factory=dict)
    unlisted: str | None = None
    arrivals: dict[str, tuple[datetime, ...]] = field(default_factory=dict)
    heard: datetime | None = None
    unsent: int = 0
    unsent_since: datetime | None = None
    policy_problems: tuple[str, ...] = ()
    problem: str | None = None
