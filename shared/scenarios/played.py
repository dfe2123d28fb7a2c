"""What became of a scenario: everything that was told and decided, and what was expected of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.finding import Finding
from shared.scenarios.script import Scenario, Wanted
from shared.scenarios.times import spell_moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something that reached people, or was put aside: an alert, its end, a request, a refusal.

    `key` is the receiver of a notice.
    """

    at: datetime
    what: Wanted
    text: str
    kind: str = ""
    subject: str = ""
    severity: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    title: str = ""
    key: str = ""

    def spelled(self, start: datetime) -> str:
        """One line: when, what, of whom, in which words."""
        named = (self.what.value, self.key, self.kind, self.severity)
        words = " ".join(word for word in named if word)
        said = self.title if self.what in {Wanted.ALERT, Wanted.NOTICE} else self.text
        about = f" of {self.subject}" if self.subject else ""
        return f"{spell_moment(self.at, start)} {words}{about}: {said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a file says from `at` on: an endpoint's shares, or the tag `key` of a version."""

    at: datetime
    what: Wanted
    thing: str
    value: str
    key: str = ""

    def spelled(self, start: datetime) -> str:
        """One line: when, what, of whom."""
        what = f"{self.what.value} {self.key}".rstrip()
        return f"{spell_moment(self.at, start)} {what} {self.value} of {self.thing}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One decision: when, about what, by which check or event, and everything it found."""

    at: datetime
    subject: str
    check: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An expectation that did not hold, or something told that nobody expected.

    `instead` is what was told, `why` the last findings; each a line.
    """

    sentence: str
    line: int | None = None
    instead: tuple[str, ...] = ()
    why: tuple[str, ...] = ()

    def spelled(self) -> str:
        """As a paragraph for a person."""
        where = f"line {self.line}: " if self.line is not None else ""
        lines = [f"{where}{self.sentence}"]
        lines += ["  told instead:" if self.instead else "  nothing was told"] * (
            self.line is not None
        )
        lines += [f"    {line}" for line in self.instead]
        if self.why:
            lines += ["  the last findings:", *(f"    {line}" for line in self.why)]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One play of a scenario, and where it did not hold.

    `firing` holds by fingerprint the alerts that were told and not ended, `faults` what failed on
    the way, such as a timer that could not look.
    """

    scenario: Scenario
    told: tuple[Told, ...]
    decided: tuple[Decided, ...]
    firing: Mapping[str, Told]
    faults: tuple[tuple[datetime, str], ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def held(self) -> bool:
        """Whether everything expected was told, and nothing else."""
        return not self.failures

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "scenario": self.scenario.name,
            "title": self.scenario.title,
            "held": self.held,
            "decisions": len(self.decided),
            "told": [to_plain(told) for told in self.told],
            "faults": [{"at": to_plain(at), "sentence": text} for at, text in self.faults],
            "failures": [to_plain(failure) for failure in self.failures],
        }
