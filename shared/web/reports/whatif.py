"""The page of `driftgate whatif`: what would have been different, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from shared.domain.wording import spell_number, spell_time
from shared.service.whatif.comparing import Counts, life
from shared.service.whatif.flips import Differing, Said
from shared.service.whatif.report import Report
from shared.service.whatif.telling import Told, What
from shared.web.reports.page import render

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WORDS = {
    What.RAISED: "Alerts raised",
    What.ENDED: "Alerts ended",
    What.PAGE: "Pages",
    What.NOTICE: "Other notices",
    What.RETRAINING: "Retrainings asked for",
    What.PROMOTION: "Promotions put forward",
    What.ROLLBACK: "Rollbacks asked for",
}
_MOST_DECISIONS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One label with its two counts, and how wide their bars are in percent."""

    label: str
    counts: Counts
    before: float
    after: float

    @property
    def change(self) -> str:
        """The difference with its sign; empty where there is none."""
        change = self.counts.after - self.counts.before
        return f"{change:+d}" if change else ""


def whatif_report(report: Report) -> str:
    """One self-contained page: figures first, then each alert, page, request and finding."""
    return render("whatif.html.j2", **told_of(report))


def told_of(report: Report) -> dict[str, Any]:
    """What the page's template needs, wherever it is shown."""
    pages = report.pages
    turned = [one for one in report.decisions if one.flips]
    return {
        "report": report,
        "headline": headline(report),
        "counts": _bars((_WORDS[what], counts) for what, counts in report.counts.items()),
        "receivers": _bars(pages.receivers.items()),
        "hours": _bars((f"{hour:02d}", counts) for hour, counts in enumerate(pages.hours)),
        "weekdays": _bars(zip(_DAYS, pages.weekdays, strict=True)),
        "days": _bars((f"{day:%a %Y-%m-%d}", counts) for day, counts in pages.days.items()),
        "retrainings": _both(report.retrainings),
        "promotions": _both(report.promotions),
        "paged": _both((pages.gone, pages.new)),
        "subjects": _by_subject(turned[:_MOST_DECISIONS]),
        "cut": max(len(turned) - _MOST_DECISIONS, 0),
        "life": life,
        "time": spell_time,
        "number": spell_number,
        "limits": _limits,
    }


def headline(report: Report) -> str:
    """What matters, in one sentence."""
    if not report.differs:
        return "Nothing would have been different."
    told = [
        f"{change:+d} {_WORDS[what].lower()}"
        for what, counts in report.counts.items()
        if (change := counts.after - counts.before)
    ]
    if told:
        return f"{', '.join(told)}."
    return "As many of everything, but not the same ones or not at the same time."


def _bars(rows: Iterable[tuple[str, Counts]]) -> list[Bar]:
    listed = list(rows)
    widest = max((max(counts.before, counts.after) for _, counts in listed), default=0) or 1
    return [
        Bar(
            label=label,
            counts=counts,
            before=100.0 * counts.before / widest,
            after=100.0 * counts.after / widest,
        )
        for label, counts in listed
    ]


def _both(both: tuple[Sequence[Told], Sequence[Told]]) -> list[tuple[datetime, bool, Told]]:
    """In order of time; True for what is told in the simulation alone."""
    gone, new = both
    listed = [(one.at, False, one) for one in gone] + [(one.at, True, one) for one in new]
    return sorted(listed, key=lambda each: each[:2])


def _by_subject(decisions: Iterable[Differing]) -> list[tuple[str, list[Differing]]]:
    ordered = sorted(decisions, key=lambda one: (one.subject, one.at))
    return [(name, list(of)) for name, of in groupby(ordered, key=lambda one: one.subject)]


def _limits(said: Said) -> str:
    """The numbers of a finding, as far as it has any."""
    named = (("estimate", said.estimate), ("from", said.low), ("to", said.high))
    told = [f"{word} {spell_number(value)}" for word, value in named if value is not None]
    told += [f"limit {spell_number(said.limit)}"] if said.limit is not None else []
    return f"{said.statistic or ''} {', '.join(told)}".strip() if told else ""
