"""What rules found, one row a finding, newest first: of a model, an endpoint or all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from shared.domain.finding import Rule
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time
from shared.ports import Ledger
from shared.service.history.spans import Decision, decided, event_kind, finite

MOST_DECISIONS = 1000
"""So many decisions are looked through: of each subject that is named, or of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which findings are meant: all that fit every field that is given."""

    model: str | None = None
    endpoint: str | None = None
    rule: Rule | None = None
    verdict: Verdict | None = None
    since: datetime | None = None

    @property
    def subjects(self) -> tuple[str, ...]:
        """The subjects that are named; none for all."""
        named = (("model", self.model), ("endpoint", self.endpoint))
        return tuple(f"{kind}/{name}" for kind, name in named if name is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """A finding with the decision it was made in; `id` is that decision's hash and its place.

    None is what the rule had no number for, or an interval without bound.
    """

    id: str
    at: datetime
    subject: str
    event: str
    decision: str
    rule: str
    thing: str
    verdict: str
    reason: str
    sentence: str
    enforced: bool
    statistic: str | None
    estimate: float | None
    low: float | None
    high: float | None
    limit: float | None
    n: float | None
    n_needed: float | None


def findings(ledger: Ledger, wanted: Wanted) -> tuple[list[FindingRow], tuple[str, ...]]:
    """Those of the newest decisions that are meant, and notes on what was not looked through."""
    rows: list[FindingRow] = []
    notes: list[str] = []
    for subject in wanted.subjects or (None,):
        read = ledger.decisions(subject, limit=MOST_DECISIONS)
        if len(read) == MOST_DECISIONS and not _before(read[-1], wanted.since):
            notes.append(
                f"Of {subject or 'all subjects'} the newest {MOST_DECISIONS} decisions were "
                f"looked through, back to {spell_time(decided(read[-1]))}."
            )
        for decision in read:
            if not _before(decision, wanted.since):
                rows.extend(_found(decision, wanted))
    rows.sort(key=lambda row: row.at, reverse=True)
    return rows, tuple(notes)


def _before(decision: Decision, since: datetime | None) -> bool:
    return since is not None and decided(decision) < since


def _found(decision: Decision, wanted: Wanted) -> Iterator[FindingRow]:
    for place, finding in enumerate(decision["findings"]):
        if wanted.rule is not None and finding["rule"] != wanted.rule.value:
            continue
        if wanted.verdict is not None and finding["verdict"] != wanted.verdict.value:
            continue
        yield FindingRow(
            id=f"{decision['hash']}/{place}",
            at=decided(decision),
            subject=str(decision["event"]["subject"]),
            event=event_kind(decision),
            decision=str(decision["hash"]),
            rule=str(finding["rule"]),
            thing=str(finding["thing"]),
            verdict=str(finding["verdict"]),
            reason=str(finding["reason"]),
            sentence=str(finding["sentence"]),
            enforced=bool(finding.get("enforced", True)),
            statistic=finding.get("statistic"),
            estimate=finite(finding.get("estimate")),
            low=finite(finding.get("low")),
            high=finite(finding.get("high")),
            limit=finite(finding.get("limit")),
            n=finite(finding.get("n")),
            n_needed=finite(finding.get("n_needed")),
        )
