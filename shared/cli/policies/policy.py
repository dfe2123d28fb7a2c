"""`driftgate policy`: checks, looks through, tries out and tests policies and the fleet's file."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from shared.cli.policies import lint, route, testing
from shared.cli.terminal.ending import Ending
from shared.cli.terminal.printing import console, print_json, spelled_fault
from shared.domain.canonical import to_plain
from shared.errors import InvalidData, InvalidPolicy

_CHECK = "check"


class Document(StrEnum):
    """The files that have a JSON Schema."""

    POLICY = "policy"
    FLEET = "fleet"


class _OrAFile(TyperGroup):
    """Without one of the words below, what follows is a file to check."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `check` before what is no command of this group."""
        if args and args[0] not in {*self.commands, "--help", "-h"}:
            args = [_CHECK, *args]
        return super().parse_args(ctx, args if args or ctx.resilient_parsing else [_CHECK])


app = typer.Typer(cls=_OrAFile, help="Check, look through, try out and test policies.")


@app.command(name=_CHECK)
def check(
    file: Annotated[Path | None, typer.Argument(help="A policy file, or fleet.yaml.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The policy with all defaults.")] = False,
    schema: Annotated[
        bool, typer.Option(help="Print the JSON Schema of policies; of the fleet: --schema fleet.")
    ] = False,
) -> None:
    """Check a policy file and say what is wrong with it in one sentence.

    Exit codes: 0 valid, 2 something is wrong with it, 3 it cannot be read.

    Example: driftgate policy samples/policies/loan-default.yaml
    """
    from shared.policies import read_fleet, read_policy
    from shared.policies.fleet import FILES

    if schema:
        of = Document.POLICY if file is None or str(file) not in set(Document) else str(file)
        schema_of(Document(of))
        return
    if file is None:
        raise InvalidData("Name a policy file, or ask for --schema.")
    try:
        if file.name in FILES:
            fleet = read_fleet(file.read_bytes(), file.name)
            read, about = to_plain(fleet), f"names {len(fleet.receivers)} receivers"
        else:
            policy = read_policy(file.read_bytes(), file.name)
            read, about = to_plain(policy), f"is a valid policy for {policy.model}"
    except (InvalidPolicy, OSError) as problem:
        sys.stderr.write(f"{spelled_fault(problem)}\n")
        wrong = isinstance(problem, InvalidPolicy)
        raise typer.Exit(Ending.NO if wrong else Ending.REFUSED) from problem
    if as_json:
        print_json(read)
    else:
        console().print(f"{file.name} {about}.", markup=False)


@app.command(name="schema")
def schema_of(
    of: Annotated[Document, typer.Option(help="Which file's.")] = Document.POLICY,
    as_json: Annotated[bool, typer.Option("--json", help="It is JSON in any case.")] = True,
) -> None:
    """Print the JSON Schema of policy files, or of the fleet's file, for an editor.

    Example: driftgate policy schema --of fleet

    Exit code 0 printed, 3 refused (the sentence is on standard error).
    """
    from shared.policies import fleet_schema, json_schema

    del as_json
    print_json(fleet_schema() if of is Document.FLEET else json_schema())


app.command(name="lint")(lint.lint)
app.command(name="route")(route.route)
app.command(name="test")(testing.play_beside)
