"""A silence: nobody is told of some alerts for a while, for a reason that somebody signs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """`field=pattern` or `field!=pattern`, with `*` and `?` in the pattern.

    Fields are `kind`, `severity`, `subject`, `model`, `fingerprint` and the names of labels; one
    that an alert does not have is empty.
    """

    field: str
    pattern: str
    negated: bool = False

    def matches(self, values: Mapping[str, str]) -> bool:
        """Whether an alert's values by field fit."""
        return fnmatchcase(values.get(self.field, ""), self.pattern) is not self.negated


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """In force in [since, until) unless it is withdrawn; every matcher has to fit.

    With `until_resolved` it lets an alert go as soon as that alert was over once.
    """

    id: str
    matchers: tuple[Matcher, ...]
    author: str
    reason: str
    since: datetime
    until: datetime
    until_resolved: bool = False
    withdrawn: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_because: str | None = None

    @property
    def end(self) -> datetime:
        """When it ends or ended, taken back or not."""
        return self.until if self.withdrawn is None else min(self.until, self.withdrawn)

    def holds(self, at: datetime) -> bool:
        """Whether it is in force then."""
        return self.since <= at < self.end

    def covers(self, values: Mapping[str, str]) -> bool:
        """Whether it speaks of an alert with these values by field."""
        return all(matcher.matches(values) for matcher in self.matchers)
