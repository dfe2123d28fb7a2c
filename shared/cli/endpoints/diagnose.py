"""`driftgate diagnose`: what a container log says of why a deployment fails."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.reach.place import here_alone
from shared.cli.terminal.ending import Ending
from shared.cli.terminal.printing import console, print_json
from shared.errors import InvalidData, NotFound

if TYPE_CHECKING:
    from shared.domain.diagnosis import Diagnosis


def diagnose(
    endpoint: Annotated[str | None, typer.Argument(help="Name of the online endpoint.")] = None,
    deployment: Annotated[str | None, typer.Argument(help="Name of its deployment.")] = None,
    file: Annotated[
        Path | None, typer.Option(help="A log in a file, in place of a deployment's; - reads it.")
    ] = None,
    lines: Annotated[int, typer.Option(min=1, help="How many of the last lines to ask for.")] = 500,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Say what went wrong in a deployment's container, on which line, and what to do first.

    Exit codes: 0 a cause was found, 4 the log does not tell, 3 refused, 1 a fault.

    Example: driftgate diagnose loan-endpoint green
    """
    from shared.domain.diagnosis import diagnose as cause_of

    if file is not None and (endpoint or deployment):
        raise typer.BadParameter("Give a deployment or --file, not both.")
    if file is not None:
        log = _read(file)
    elif endpoint and deployment:
        log = _asked(endpoint, deployment, lines)
    else:
        raise typer.BadParameter("Give an endpoint and a deployment, or --file LOG.")
    found = cause_of(log)
    if as_json:
        print_json(
            {
                "cause": found.cause,
                "named": found.named,
                "where": None if found.where is None else found.where.told(),
                "basis": found.basis,
                "sentence": found.sentence,
                "fix": found.fix,
                "quoted": found.quoted,
            }
        )
    else:
        _print(found)
    raise typer.Exit(Ending.DONE if found.known else Ending.OPEN)


def _read(file: Path) -> str:
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as problem:
        raise InvalidData(f"{file} cannot be read: {problem.strerror}.") from None
    return raw.decode("utf-8", errors="replace")


def _asked(endpoint: str, deployment: str, lines: int) -> str:
    application = here_alone(
        "A container's log is not for a service over --url; save it and give --file LOG, or leave "
        "--url out where the workspace can be reached."
    )
    adapters = application.adapters
    try:
        known = [one.name for one in adapters.workspace.endpoint(endpoint).deployments]
        if deployment not in known:
            raise NotFound(
                f"{endpoint} has no deployment {deployment}; it has {', '.join(known) or 'none'}."
            )
        return adapters.workspace.logs(endpoint, deployment, lines)
    finally:
        adapters.close()


def _print(found: "Diagnosis") -> None:
    from rich.markup import escape

    screen = console()
    colour = "red" if found.known else "yellow"
    sure = "" if found.basis.value == "stated" else " [dim](inferred)[/]"
    screen.print(f"[bold {colour}]{found.cause.value.replace('_', ' ')}[/]{sure}")
    screen.print(escape(found.sentence))
    if found.where is not None:
        screen.print(f"[bold]Where[/]  {escape(found.where.told())}")
    screen.print(f"[bold]Do[/]     {escape(found.fix)}")
    for line in found.quoted:
        screen.print(f"[dim]  | {escape(line)}[/]")
