"""What `driftgate drift` shows in the terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.cli.terminal.printing import coloured, table
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_number, spell_time

if TYPE_CHECKING:
    from rich.console import Console

    from shared.statistics import Comparison
    from shared.statistics.history import History, Look
    from shared.statistics.quality import QualityFinding


def print_comparison(screen: "Console", result: "Comparison") -> None:
    """Every column's index with interval and limit, then each that does not pass, in words."""
    from rich.markup import escape

    shown = table("Column", "Verdict", "PSI", "Interval", "Limit", "Rows", "Missing", "Needed")
    for column in result.columns:
        psi = column.distances.get("psi")
        numbers = (
            (f"{psi.estimate:.3f}", f"{psi.low:.3f} to {psi.high:.3f}", f"{psi.limit:g}")
            if psi is not None
            else ("", "", "")
        )
        needed = str(psi.n_needed) if psi is not None and psi.n_needed is not None else ""
        shown.add_row(
            escape(column.name),
            coloured(column.verdict.value),
            *numbers,
            str(column.n),
            str(column.missing),
            needed,
        )
    screen.print(shown)
    for column in result.columns:
        if column.verdict is not Verdict.PASS:
            screen.print(f"{coloured(column.verdict.value)} {escape(column.sentence)}")
    for name, reason in (result.skipped or {}).items():
        screen.print(f"[dim]{escape(name)} is not compared: {escape(reason)}.[/]")
    if result.extra_columns:
        named = ", ".join(result.extra_columns)
        screen.print(f"[dim]Not in the baseline, so not judged: {escape(named)}.[/]")


def print_quality(screen: "Console", quality: "Sequence[QualityFinding]") -> None:
    """What is wrong with the rows themselves; what could not be decided is counted."""
    from rich.markup import escape

    from shared.statistics.quality import QualityCheck

    for finding in quality:
        if finding.verdict is Verdict.FAIL and finding.check is not QualityCheck.TYPE:
            screen.print(f"{coloured(finding.verdict.value)} {escape(finding.sentence)}")
    unsure = sum(finding.verdict is Verdict.INCONCLUSIVE for finding in quality)
    if unsure:
        screen.print(f"[dim]{unsure} checks of the rows' quality need more rows to decide.[/]")


def print_history(screen: "Console", history: "History") -> None:
    """One line a window: how many columns pass and fail, and how far the alarm is."""
    from rich.markup import escape

    shown = table("Window", "From", "Rows", "Verdict", "Fail", "Unsure", "Evidence", "Alarm")
    for number, look in enumerate(history.looks, start=1):
        start = look.window.start
        shown.add_row(
            str(number),
            "" if start is None else spell_time(start),
            spell_number(look.window.rows),
            coloured(look.comparison.verdict.value),
            *(str(_count(look, verdict)) for verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE)),
            _evidence(look),
            "[red]alarm[/]" if look.watch is not None and look.watch.raised else "",
        )
    screen.print(shown)
    screen.print(escape(history.sentence()))


def _count(look: "Look", verdict: Verdict) -> int:
    return sum(column.verdict is verdict for column in look.comparison.columns)


def _evidence(look: "Look") -> str:
    """How much of what an alarm needs is there: beyond 100 % there is one."""
    if look.watch is None:
        return ""
    from math import exp

    beyond = look.watch.evidence - look.watch.threshold
    return "over 1000 %" if beyond > 2.3 else f"{exp(beyond):.1%}"
