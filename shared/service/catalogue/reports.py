"""Which reports there are: of each promotion that is remembered, and of each model's looks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from shared.domain.canonical import parse_time
from shared.domain.event import Check
from shared.ports import Ledger
from shared.service.promotion_story import promotions_of

_MODEL = "model/"


class ReportKind(StrEnum):
    """What a report is of."""

    PROMOTION = "promotion"
    DRIFT = "drift"
    KPIS = "kpis"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A report: what it is of, when that last changed, and where it is."""

    id: str
    kind: ReportKind
    model: str
    version: str | None
    stage: str | None
    title: str
    changed: datetime
    href: str


def reports(ledger: Ledger) -> list[ReportRow]:
    """The last to change first. None of them is kept: each is made when it is asked for."""
    found = [*_promotions(ledger), *_looks(ledger)]
    return sorted(found, key=lambda row: (row.changed, row.id), reverse=True)


def _promotions(ledger: Ledger) -> Iterator[ReportRow]:
    for row in promotions_of(ledger):
        model, version, stage = row["model"], row["version"], row["stage"]
        way = f"{quote(model, safe='')}/{quote(version, safe='')}"
        yield ReportRow(
            id=f"promotion/{row['promotion']}",
            kind=ReportKind.PROMOTION,
            model=model,
            version=version,
            stage=stage,
            title=f"The promotion of {model}:{version} to {stage}",
            changed=parse_time(row["since"]),
            href=f"/api/v1/promotions/{way}/report?stage={quote(stage, safe='')}",
        )


def _looks(ledger: Ledger) -> Iterator[ReportRow]:
    kinds = {
        Check.DRIFT.value: (ReportKind.DRIFT, "drift", "The drift"),
        Check.KPI.value: (ReportKind.KPIS, "kpis", "The KPIs"),
    }
    for subject, checks in ledger.reported().items():
        model = subject.removeprefix(_MODEL)
        for check in kinds.keys() & checks.keys() if subject.startswith(_MODEL) else ():
            kind, path, title = kinds[check]
            yield ReportRow(
                id=f"{kind.value}/{model}",
                kind=kind,
                model=model,
                version=None,
                stage=None,
                title=f"{title} of {model}",
                changed=checks[check],
                href=f"/api/v1/models/{quote(model, safe='')}/{path}",
            )
