"""`driftgate profile`: keep a baseline as a small file, so that its data need not be read again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.terminal.printing import console, print_json
from shared.cli.terminal.progress import told
from shared.errors import InvalidData

if TYPE_CHECKING:
    from shared.profiles.files import KeptBaseline


def profile(
    data: Annotated[Path, typer.Argument(help="What the model was trained on.")],
    out: Annotated[Path, typer.Argument(help="The file to write, ending in .json.")],
    column: Annotated[list[str] | None, typer.Option(help="Only this column; repeat.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Not this column; repeat.")] = None,
    every: Annotated[
        str | None,
        typer.Option(help="How windows will be cut: so many rows (5000) or a period (7d, 1h)."),
    ] = None,
    time_column: Annotated[
        str | None, typer.Option(help="The rows' times; needed when --every is a period.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Profile a baseline, learn what its windows do unchanged, and keep both in one file.

    Example: driftgate profile reference.parquet baseline.json --every 1d --time-column timestamp

    Exit code 0 written, 3 refused, 1 fault.
    """
    from shared.profiles.files import save_baseline

    if out.suffix.lower() != ".json":
        raise InvalidData(f"{out} would hold JSON; let its name end in .json.")
    kept, unlearnt = make_baseline(data, column, exclude, every, time_column)
    save_baseline(out, kept)
    columns, size = len(kept.profile.columns), out.stat().st_size
    if as_json:
        print_json(
            {
                "file": str(out),
                "columns": columns,
                "rows": kept.profile.rows,
                "bytes": size,
                "not_watched": unlearnt or None,
            }
        )
        return
    screen = console()
    screen.print(f"{out}: {columns} columns of {kept.profile.rows} rows, {size / 1024:.0f} KiB.")
    if unlearnt:
        screen.print(f"Windows cannot be watched with it: {unlearnt}")


def make_baseline(
    data: Path,
    columns: list[str] | None,
    exclude: list[str] | None,
    every: str | None,
    time_column: str | None,
    *,
    learn: bool = True,
) -> "tuple[KeptBaseline, str]":
    """A baseline of data, or one that was kept, with what its windows do; or why that is unknown.

    Without `every` the data is cut into fifty chunks; without `learn` it is not read again.
    Raises InvalidData for what cannot be read.
    """
    from shared.cli.statistics.windows import rows_or_period
    from shared.profiles import baseline
    from shared.profiles.calibrating import calibration
    from shared.profiles.files import KeptBaseline, is_baseline, load_baseline

    if is_baseline(data):
        kept = load_baseline(data)
        missing = "the profile file holds no calibration; make it with: driftgate profile --every"
        return kept, "" if kept.calibration is not None else missing
    left_out = [*(exclude or []), *([time_column] if time_column is not None else [])]
    with told(f"Reading {data.name}") as progress:
        made = baseline(data, columns=columns, exclude=left_out, progress=progress)
    if not learn:
        return KeptBaseline(profile=made), ""
    rows, period = (None, None) if every is None else rows_or_period(every, time_column)
    try:
        learnt = calibration(data, made, rows=rows, every=period, time_column=time_column)
    except InvalidData as problem:
        return KeptBaseline(profile=made), str(problem)
    return KeptBaseline(profile=made, calibration=learnt), ""
