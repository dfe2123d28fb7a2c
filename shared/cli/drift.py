"""`driftgate drift`: compare two files, with no Azure at all."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.drift_screen import print_comparison, print_history
from shared.cli.printing import EXIT, console, print_json
from shared.domain.verdict import worst
from shared.errors import DriftgateError, InvalidData

if TYPE_CHECKING:
    from shared.statistics import Profile
    from shared.statistics.history import History

_YEAR = timedelta(days=365.25)
_RUN_LENGTH = 1_000.0


def drift(
    baseline: Annotated[Path, typer.Argument(help="What the model was trained on.")],
    current: Annotated[Path, typer.Argument(help="What it sees now.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write an HTML report here.")] = None,
    limit: Annotated[float, typer.Option(help="Limit of the population stability index.")] = 0.2,
    column: Annotated[list[str] | None, typer.Option(help="Only this column; repeat.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Not this column; repeat.")] = None,
    every: Annotated[
        str | None,
        typer.Option(help="Cut both into windows: so many rows (5000) or a period (7d, 1h)."),
    ] = None,
    time_column: Annotated[
        str | None, typer.Option(help="The rows' times; needed when --every is a period.")
    ] = None,
    run_length: Annotated[
        float | None,
        typer.Option(help="Windows between false alarms; default a year's, or 1000 of rows."),
    ] = None,
) -> None:
    """Compare two files (Parquet, CSV or JSON Lines) column by column.

    With --every the windows are also watched one after the other: small lasting changes add up
    to an alarm that says since when.

    Example: driftgate drift baseline.parquet current.parquet --every 5000 --report drift.html

    Exit code 0 pass, 2 fail, 4 inconclusive, 1 fault.
    """
    from shared.profiles import baseline as make_baseline
    from shared.profiles import window
    from shared.statistics import compare

    limits = {"psi": limit}
    try:
        left_out = [*(exclude or []), *([time_column] if time_column is not None else [])]
        base = make_baseline(baseline, columns=column, exclude=left_out)
        result = compare(base, window(current, base), limits=limits)
        history = None
        if every is not None:
            history = _history(
                baseline, current, base, every, time_column, run_length, limits=limits
            )
    except DriftgateError as problem:
        sys.stderr.write(f"{problem}\n")
        raise typer.Exit(1) from problem
    verdict = worst([result.verdict, *([] if history is None else [history.verdict])])
    if report is not None:
        from shared.web.drift_report import drift_report

        page = drift_report(result, history, baseline=baseline.name, window=current.name)
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(page, encoding="utf-8")
    if as_json:
        watched = {} if history is None else {"history": history.to_json()}
        print_json({**result.to_json(), "verdict": verdict.value, **watched})
    else:
        screen = console()
        print_comparison(screen, result)
        if history is not None:
            print_history(screen, history)
        screen.print(f"Verdict: {verdict.value}")
        if report is not None:
            screen.print(f"Report: {report}")
    raise typer.Exit(EXIT[verdict])


def _history(
    baseline: Path,
    current: Path,
    base: "Profile",
    every: str,
    time_column: str | None,
    run_length: float | None,
    *,
    limits: dict[str, float],
) -> "History":
    from shared.policies.durations import parse_duration
    from shared.profiles.calibrating import (
        calibration,
        phases_of,
        windows_of_rows,
        windows_of_time,
    )
    from shared.statistics.history import look_back

    rows = int(every) if every.isdecimal() else None
    period = None if rows is not None else parse_duration(every)
    phases = None
    if rows is not None:
        windows = windows_of_rows(current, base, rows)
    elif period is not None and time_column is not None:
        windows = windows_of_time(current, base, period, time_column)
        phases = phases_of(windows, period)
    else:
        raise InvalidData(f"Windows of {every} need --time-column, the column of the rows' times.")
    unwatched, learnt = "", None
    try:
        learnt = calibration(baseline, base, rows=rows, every=period, time_column=time_column)
    except InvalidData as problem:
        unwatched = str(problem)
    return look_back(
        base,
        windows,
        calibration=learnt,
        run_length=run_length or (_RUN_LENGTH if period is None else max(_YEAR / period, 1.0)),
        unwatched=unwatched,
        phases=phases,
        limits=limits,
    )
