"""A what-if as tables on a terminal."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shared.cli.terminal.harmless import harmless
from shared.cli.terminal.printing import coloured, console, table
from shared.domain.wording import spell_number, spell_time
from shared.service.whatif.comparing import AlertChange, Counts, life
from shared.service.whatif.flips import Differing, Said
from shared.service.whatif.report import Report
from shared.service.whatif.telling import Told, What

if TYPE_CHECKING:
    from rich.console import Console

_MOST = 20
_WORDS = {
    What.RAISED: "Alerts raised",
    What.ENDED: "Alerts ended",
    What.PAGE: "Pages",
    What.NOTICE: "Other notices",
    What.RETRAINING: "Retrainings asked for",
    What.PROMOTION: "Promotions put forward",
    What.ROLLBACK: "Rollbacks asked for",
}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def print_report(report: Report, html: Path | None) -> None:
    """All of it, the longest lists cut."""
    screen = console()
    span = report.span
    screen.print(
        f"[bold]What if[/] {_safe(', '.join(report.changed), 400)} had held from "
        f"{spell_time(span.since)} to {spell_time(span.until)}?"
    )
    for warning in report.warnings:
        screen.print(f"[yellow]Note:[/] {_safe(warning, 1000)}")
    if not report.differs:
        screen.print("Nothing would have been different.")
    _print_counts(screen, report)
    _print_alerts(screen, report.alerts)
    _print_pages(screen, report)
    _print_asked(screen, "Retrainings", report.retrainings)
    _print_asked(screen, "Promotions", report.promotions)
    _print_decisions(screen, report)
    for remark in report.remarks:
        screen.print(f"[dim]{_safe(remark, 1000)}[/]")
    if html is not None:
        screen.print(f"Page: {_safe(str(html), 400)}")


def _print_counts(screen: "Console", report: Report) -> None:
    rows = table("", "Recorded", "What if", "Difference")
    for what, counts in report.counts.items():
        rows.add_row(_WORDS[what], *_counted(counts))
    screen.print(rows)


def _counted(counts: Counts) -> tuple[str, str, str]:
    change = counts.after - counts.before
    return (
        spell_number(counts.before),
        spell_number(counts.after),
        f"{change:+d}" if change else "",
    )


def _print_alerts(screen: "Console", alerts: Sequence[AlertChange]) -> None:
    if not alerts:
        return
    screen.print("[bold]Alerts[/]")
    for one in alerts[:_MOST]:
        changes = ", ".join(change.value for change in one.changes)
        screen.print(f"  [bold]{changes}[/] {_safe(one.told.title, 200)}")
        screen.print(
            f"    recorded {life(one.before)}", f"    what if  {life(one.after)}", sep="\n"
        )
    _print_rest(screen, len(alerts), "alerts")


def _print_pages(screen: "Console", report: Report) -> None:
    pages = report.pages
    if not pages.receivers:
        return
    rows = table("Told", "Recorded", "What if", "Difference")
    for name, counts in pages.receivers.items():
        rows.add_row(_safe(name, 60), *_counted(counts))
    screen.print(rows)
    if not any(counts.before or counts.after for counts in pages.hours):
        return
    hours = table("Pages (UTC)", "Recorded", "What if", "Difference")
    for hour, counts in enumerate(pages.hours):
        if counts.before or counts.after:
            hours.add_row(f"{hour:02d}:00", *_counted(counts))
    for day, counts in zip(_DAYS, pages.weekdays, strict=True):
        if counts.before or counts.after:
            hours.add_row(day, *_counted(counts))
    screen.print(hours)


def _print_asked(
    screen: "Console", title: str, both: tuple[Sequence[Told], Sequence[Told]]
) -> None:
    gone, new = both
    if not (gone or new):
        return
    rows = table(title, "When", "")
    listed = sorted(
        [(one.at, "only recorded", one) for one in gone]
        + [(one.at, "only what if", one) for one in new],
        key=lambda each: each[:2],
    )
    for at, where, one in listed[:_MOST]:
        rows.add_row(_safe(one.title, 120), spell_time(at), where)
    screen.print(rows)
    _print_rest(screen, len(listed), title.lower())


def _print_decisions(screen: "Console", report: Report) -> None:
    turned = [one for one in report.decisions if one.flips]
    if not turned:
        return
    screen.print("[bold]Why:[/] the findings that turned")
    for one in _first_of_each(turned)[:_MOST]:
        name = one.recorded or one.simulated or ""
        screen.print(
            f"  {spell_time(one.at)} {_safe(one.subject, 80)} {one.kind} "
            f"[dim]decision {name[:12]}, event {_safe(one.event[:16], 40)}[/]"
        )
        for flip in one.flips[:5]:
            screen.print(f"    {_safe(flip.rule, 40)} of {_safe(flip.thing, 80)}:")
            screen.print(f"      recorded {_said(flip.before)}")
            screen.print(f"      what if  {_said(flip.after)}")


def _first_of_each(decisions: Iterable[Differing]) -> list[Differing]:
    """The first decision of each turn: what turns once mostly goes on to differ."""
    seen, first = set(), []
    for one in decisions:
        key = (
            one.subject,
            tuple(
                (f.rule, f.thing, f.before and f.before.reason, f.after and f.after.reason)
                for f in one.flips
            ),
        )
        if key not in seen:
            seen.add(key)
            first.append(one)
    return first


def _said(said: Said | None) -> str:
    if said is None:
        return "said nothing"
    return f"{coloured(said.verdict)} {_safe(said.sentence, 300)} [dim]{_safe(said.reason, 40)}[/]"


def _print_rest(screen: "Console", count: int, what: str) -> None:
    if count > _MOST:
        screen.print(f"... and {count - _MOST} more {what}; --html and --json show all.")


def _safe(text: str, most: int) -> str:
    from rich.markup import escape

    return escape(harmless(text, most))
