"""`driftgate drift`: compare two files, with no Azure at all."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.statistics.drift_screen import print_comparison, print_history, print_quality
from shared.cli.statistics.profile import make_baseline
from shared.cli.statistics.windows import rows_or_period
from shared.cli.terminal.ending import OF_VERDICT
from shared.cli.terminal.printing import coloured, console, print_json
from shared.cli.terminal.progress import told
from shared.domain.verdict import Verdict, worst
from shared.errors import InvalidData

if TYPE_CHECKING:
    from shared.profiles.files import KeptBaseline
    from shared.statistics.history import History
    from shared.statistics.multivariate import MultivariateDrift as Joint
    from shared.statistics.profile import Profile

_YEAR = timedelta(days=365.25)
_RUN_LENGTH = 1_000.0


def drift(
    baseline: Annotated[
        Path, typer.Argument(help="What the model was trained on, or its profile.")
    ],
    current: Annotated[Path, typer.Argument(help="What it sees now.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write an HTML report here.")] = None,
    limit: Annotated[float, typer.Option(help="Limit of the population stability index.")] = 0.2,
    column: Annotated[list[str] | None, typer.Option(help="Only this column; repeat.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Not this column; repeat.")] = None,
    unique: Annotated[
        list[str] | None, typer.Option(help="No two rows may agree in these; repeat.")
    ] = None,
    together: Annotated[
        bool, typer.Option("--together", help="Also judge whether columns still hang together.")
    ] = False,
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

    The baseline may be a file that `driftgate profile` wrote.

    With --every the windows are also watched one after the other: small lasting changes add up
    to an alarm that says since when.

    Example: driftgate drift baseline.parquet current.parquet --every 5000 --report drift.html

    Exit code 0 pass, 2 fail, 4 inconclusive, 3 refused, 1 fault.
    """
    from shared.profiles import window
    from shared.profiles.rows import count_repeated
    from shared.statistics import compare
    from shared.statistics.quality import check_quality

    limits = {"psi": limit}
    kept, unlearnt = make_baseline(
        baseline, column, exclude, every, time_column, learn=every is not None
    )
    base = kept.profile
    with told(f"Reading {current.name}") as progress:
        win = window(current, base, progress=progress)
    result = compare(base, win, limits=limits)
    repeated = count_repeated(current, unique) if unique else None
    quality = check_quality(base, win, repeated=repeated)
    joint = _together(baseline, current, base, win) if together else None
    history = None
    if every is not None:
        history = _history(current, kept, unlearnt, every, time_column, run_length, limits=limits)
    broken = [each.verdict for each in quality if each.verdict is Verdict.FAIL]
    alarmed = [] if history is None else [history.verdict]
    joined = [] if joint is None else [joint.verdict]
    verdict = worst([result.verdict, *alarmed, *broken, *joined])
    if report is not None:
        from shared.web.reports.drift import drift_report

        page = drift_report(
            result, history, quality, joint, baseline=baseline.name, window=current.name
        )
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(page, encoding="utf-8")
    if as_json:
        watched = {} if history is None else {"history": history.to_json()}
        told_of = {
            "quality": [each.to_json() for each in quality],
            "together": None if joint is None else joint.to_json(),
        }
        print_json({**result.to_json(), "verdict": verdict.value, **told_of, **watched})
    else:
        screen = console()
        print_comparison(screen, result)
        print_quality(screen, quality)
        if joint is not None:
            screen.print(f"{coloured(joint.verdict.value)} {joint.sentence}")
        if history is not None:
            print_history(screen, history)
        screen.print(f"Verdict: {verdict.value}")
        if report is not None:
            screen.print(f"Report: {report}")
    raise typer.Exit(OF_VERDICT[verdict])


def _together(baseline: Path, current: Path, base: "Profile", win: "Profile") -> "Joint":
    from shared.profiles.files import is_baseline
    from shared.profiles.row_sampling import drift_of_rows

    if is_baseline(baseline):
        raise InvalidData("--together needs the baseline's rows; give its data, not its profile.")
    sound = [name for name in base.columns if name not in win.problems]
    return drift_of_rows(baseline, current, seed=0, columns=sound)


def _history(
    current: Path,
    kept: "KeptBaseline",
    unlearnt: str,
    every: str,
    time_column: str | None,
    run_length: float | None,
    *,
    limits: dict[str, float],
) -> "History":
    from shared.profiles.calibrating import phases_of, windows_of_rows, windows_of_time
    from shared.statistics.history import look_back

    rows, period = rows_or_period(every, time_column)
    phases = None
    if period is not None and time_column is not None:
        windows = windows_of_time(current, kept.profile, period, time_column)
        phases = phases_of(windows, period)
    else:
        windows = windows_of_rows(current, kept.profile, rows or 1)
    return look_back(
        kept.profile,
        windows,
        calibration=kept.calibration,
        run_length=run_length or (_RUN_LENGTH if period is None else max(_YEAR / period, 1.0)),
        unwatched=unlearnt,
        phases=phases,
        limits=limits,
    )
