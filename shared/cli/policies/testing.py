"""`driftgate policy test`: the stories that lie beside the policies, played offline."""

import os
from pathlib import Path
from typing import Annotated

import typer

from shared.cli.scenarios.scenario import scenario


def play_beside(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Scenario files or folders; those beside the policies unless named."),
    ] = None,
    told: Annotated[
        bool, typer.Option("--told", help="Show everything that was told, and when.")
    ] = False,
    junit: Annotated[Path | None, typer.Option(help="Write the results as JUnit XML.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Play the .scenario files beside the policies, on the engine that decides, in no time.

    Exit codes: 0 everything held, 2 an expectation failed, 3 a file cannot be understood, or there
    is none.

    Example: driftgate policy test my-policies --junit policies.xml
    """
    from shared.settings import Settings

    where = paths or [Settings.from_environment(os.environ).policies]
    scenario(where, without_events=False, told=told, junit=junit, as_json=as_json)
