"""`driftgate drift`: compare two files, with no Azure at all."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.printing import coloured, console, print_json, table
from shared.domain.verdict import Verdict
from shared.errors import DriftgateError

if TYPE_CHECKING:
    from shared.statistics import Comparison

_EXIT = {Verdict.PASS: 0, Verdict.FAIL: 2, Verdict.INCONCLUSIVE: 4, Verdict.ERROR: 1}


def drift(
    baseline: Annotated[Path, typer.Argument(help="What the model was trained on.")],
    current: Annotated[Path, typer.Argument(help="What it sees now.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write an HTML report here.")] = None,
    limit: Annotated[float, typer.Option(help="Limit of the population stability index.")] = 0.2,
    column: Annotated[list[str] | None, typer.Option(help="Only this column; repeat.")] = None,
) -> None:
    """Compare two files (Parquet, CSV or JSON Lines) column by column.

    Example: driftgate drift baseline.parquet current.parquet --report drift.html

    Exit code 0 pass, 2 fail, 4 inconclusive, 1 fault.
    """
    from shared.profiles import baseline as make_baseline
    from shared.profiles import window
    from shared.statistics import compare

    try:
        base = make_baseline(baseline, columns=column)
        result = compare(base, window(current, base), limits={"psi": limit})
    except DriftgateError as problem:
        sys.stderr.write(f"{problem}\n")
        raise typer.Exit(1) from problem
    if report is not None:
        from shared.web.reports import drift_report

        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(
            drift_report(result, baseline=baseline.name, window=current.name), encoding="utf-8"
        )
    if as_json:
        print_json(result.to_json())
    else:
        _print(result, report)
    raise typer.Exit(_EXIT[result.verdict])


def _print(result: "Comparison", report: Path | None) -> None:
    from rich.markup import escape

    screen = console()
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
    screen.print(f"Verdict: {coloured(result.verdict.value)}")
    if report is not None:
        screen.print(f"Report: {report}")
