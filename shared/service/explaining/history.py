"""The decisions of several subjects, read once each and told in the order of their times."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.event import EXTENSION_PREFIX
from shared.domain.finding import Finding
from shared.domain.measures import spell_counted, spell_found, spell_limit
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time
from shared.ports import Ledger
from shared.service.codec import decode
from shared.service.explaining.explanation import Moment

MOST_DECISIONS = 500
MOST_MOMENTS = 500
Decision = Mapping[str, Any]
Wanted = Callable[[Mapping[str, Any]], bool]


@dataclass(slots=True, kw_only=True)
class History:
    """What a ledger holds, as far back as it is looked through; each subject is read once."""

    ledger: Ledger
    most: int = MOST_DECISIONS
    _read: dict[str, list[Decision]] = field(default_factory=dict)
    _cut: dict[str, str] = field(default_factory=dict)

    def of(self, subject: str) -> Sequence[Decision]:
        """The newest decisions of a subject, oldest first."""
        if subject not in self._read:
            found = list(self.ledger.decisions(subject, limit=self.most + 1))
            kept = found[: self.most]
            if len(found) > self.most:
                self._cut[subject] = spell_time(parse_time(kept[-1]["decided"]))
            self._read[subject] = kept[::-1]
        return self._read[subject]

    @property
    def notes(self) -> tuple[str, ...]:
        """Which subjects have older decisions that were not looked through."""
        return tuple(
            f"Of {subject} the newest {self.most} decisions were looked through, back to {since}; "
            "older ones are in the ledger."
            for subject, since in self._cut.items()
        )

    def moments(self, subjects: Iterable[str], wanted: Wanted) -> list[Moment]:
        """What the decisions of these subjects found, where the finding is `wanted`."""
        return [
            moment_of(decision, finding)
            for subject in subjects
            for decision in self.of(subject)
            for finding in decision["findings"]
            if wanted(finding)
        ]


def moment_of(
    decision: Decision, finding: Mapping[str, Any], sentence: str | None = None
) -> Moment:
    """A finding where it stands in time, in its own words unless others are given."""
    details = finding.get("details") or {}
    return Moment(
        at=parse_time(decision["decided"]),
        subject=decision["event"]["subject"],
        event=event_word(decision),
        rule=finding["rule"],
        reason=finding["reason"],
        sentence=sentence or finding["sentence"],
        verdict=Verdict(finding["verdict"]),
        decision=decision["hash"],
        thing=finding["thing"],
        about=str(details.get("group") or details.get("receiver") or ""),
        figures=figures_of(finding),
    )


def event_word(decision: Decision) -> str:
    """What was decided upon: an event's type, or the check that was due."""
    event = decision["event"]
    check = (event.get("data") or {}).get("check")
    kind = str(event["type"]).removeprefix(EXTENSION_PREFIX)
    return kind if check is None else f"{check} check"


def figures_of(finding: Mapping[str, Any]) -> str:
    """The number with its interval, its limit and what it rests on; empty where it has none."""
    one = decode(finding, Finding)
    found, limit, counted = spell_found(one), spell_limit(one), spell_counted(one)
    told = [f"{one.statistic or 'found'} {found}" if found else ""]
    told += [f"limit {limit}" if limit else "", f"n {counted}" if counted else ""]
    return ", ".join(part for part in told if part)


def in_order(moments: Iterable[Moment]) -> tuple[tuple[Moment, ...], str | None]:
    """By time; what was found again and again is counted, and of very many the newest are kept.

    What one subject tells another is decided later or at the same time: then the teller comes
    first, since its decisions were read first. Returns them with a note on what is left out.
    """
    ordered: list[Moment] = []
    for moment in sorted(moments, key=lambda one: one.at):
        last = ordered[-1] if ordered else None
        if last is not None and _same(last, moment):
            ordered[-1] = replace(
                last,
                repeats=last.repeats + 1 + moment.repeats,
                until=moment.until or moment.at,
                sentence=moment.sentence,
                figures=moment.figures,
                decision=moment.decision,
            )
        else:
            ordered.append(moment)
    left = len(ordered) - MOST_MOMENTS
    note = f"{left} older entries are left out." if left > 0 else None
    return tuple(ordered[-MOST_MOMENTS:]), note


def _same(one: Moment, other: Moment) -> bool:
    return one.decision != other.decision and _found(one) == _found(other)


def _found(one: Moment) -> tuple[object, ...]:
    return one.subject, one.rule, one.thing, one.about, one.reason, one.verdict
