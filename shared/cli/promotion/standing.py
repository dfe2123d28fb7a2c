"""How a version stands at a service's gate: looked up there, and ended as pipelines expect."""

import sys
from collections.abc import Mapping
from typing import Any, NoReturn

import typer

from shared.cli.reach.place import asked, refuse_there
from shared.cli.terminal.printing import console, print_json
from shared.domain.verdict import Verdict
from shared.errors import DriftgateError

EXIT = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 3, Verdict.ERROR: 3}
_OF_STATUS = {"successful": Verdict.PASS, "blocked": Verdict.FAIL, "unknown": Verdict.ERROR}


def look_up(
    model: str, version: str, stage: str | None, given: Mapping[str, object], *, as_json: bool
) -> NoReturn:
    """Tell what an environment's check is told of a version. `given` are options for here alone."""
    try:
        refuse_there(given, "the service judges by its own policy")
        found = asked(
            here=lambda _: {},
            there=lambda service: service.get("gate", model, version, stage=stage),
        )
    except DriftgateError as problem:
        sys.stderr.write(f"{problem}\n")
        raise typer.Exit(EXIT[Verdict.ERROR]) from problem
    if as_json:
        print_json(found)
    else:
        _print(f"{model}:{version}", found)
    raise typer.Exit(EXIT[_OF_STATUS.get(found["status"], Verdict.ERROR)])


def _print(named: str, found: dict[str, Any]) -> None:
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless

    screen = console()
    colour = {"successful": "green", "blocked": "red"}.get(found["status"], "yellow")
    for sentence in found["findings"]:
        screen.print(f"  {escape(harmless(sentence, 500))}")
    at = f" at the entrance of {escape(harmless(found['stage']))}" if found["stage"] else ""
    screen.print(f"{escape(harmless(named, 200))}{at}: [{colour}]{found['status']}[/]")
