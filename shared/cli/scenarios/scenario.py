"""`driftgate scenario`: plays scenario files offline and says what did not hold."""

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.terminal.ending import Ending
from shared.cli.terminal.printing import console, print_json
from shared.errors import InvalidScenario

if TYPE_CHECKING:
    from rich.console import Console

    from shared.scenarios import Played


def scenario(
    paths: Annotated[
        list[Path], typer.Argument(help="Scenario files, or folders of files that end in .scenario")
    ],
    without_events: Annotated[
        bool,
        typer.Option(
            "--without-events",
            help="Drop every event of Azure: the timers have to find out by themselves.",
        ),
    ] = False,
    told: Annotated[
        bool, typer.Option("--told", help="Show everything that was told, and when.")
    ] = False,
    junit: Annotated[Path | None, typer.Option(help="Write the results as JUnit XML.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Play what happens in scenario files, and check who is told of it and when.

    Exit codes: 0 everything held, 2 an expectation failed, 3 a file cannot be understood.

    Example: driftgate scenario samples/scenarios/01-the-incident.scenario --told
    """
    from shared.scenarios import find_scenarios, play, play_without_events, read_scenario

    logging.getLogger("driftgate").addHandler(logging.NullHandler())
    screen = console()
    played: list[Played] = []
    faults: list[tuple[str, str]] = []
    for path in find_scenarios(paths):
        try:
            read = read_scenario(path)
            if without_events and read.only_events is not None:
                continue
            played.append(play_without_events(read) if without_events else play(read))
        except InvalidScenario as problem:
            faults.append((path.stem, str(problem)))
            sys.stderr.write(f"{problem}\n")
        else:
            if not as_json:
                _print(screen, played[-1], told=told)
    if junit is not None:
        from shared.cli.promotion.pipelines.junit import scenarios_to_junit

        junit.write_bytes(scenarios_to_junit(played, faults))
    held = sum(one.held for one in played)
    if as_json:
        print_json(
            {
                "held": held,
                "failed": len(played) - held,
                "scenarios": [one.to_json() for one in played],
                "not_understood": [{"scenario": n, "sentence": said} for n, said in faults],
            }
        )
    else:
        screen.print(f"{held} of {len(played)} scenarios held.")
    if faults:
        raise typer.Exit(Ending.REFUSED)
    raise typer.Exit(Ending.DONE if held == len(played) else Ending.NO)


def _print(screen: "Console", played: "Played", *, told: bool) -> None:
    from rich.markup import escape

    word = "[green]held[/]" if played.held else "[red]failed[/]"
    screen.print(f"{word} [bold]{escape(played.scenario.name)}[/] {escape(played.scenario.title)}")
    lines = [one.spelled(played.scenario.start) for one in played.told] if told else []
    for failure in played.failures:
        lines += failure.spelled().splitlines()
    for line in lines:
        screen.print(f"  {escape(line)}")
