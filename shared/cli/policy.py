"""`driftgate policy`: checks a policy file."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from shared.cli.printing import console, print_json
from shared.domain.canonical import to_plain
from shared.errors import InvalidPolicy


def check(
    file: Annotated[Path | None, typer.Argument(help="A policy file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The policy with all defaults.")] = False,
    schema: Annotated[bool, typer.Option(help="Print the JSON Schema of policy files.")] = False,
) -> None:
    """Check a policy file and say what is wrong with it in one sentence.

    Example: driftgate policy samples/policies/loan-default.yaml
    """
    from shared.policies import json_schema, read_policy

    if schema:
        print_json(json_schema())
        return
    if file is None:
        sys.stderr.write("Name a policy file, or ask for --schema.\n")
        raise typer.Exit(1)
    try:
        policy = read_policy(file.read_bytes(), file.name)
    except (InvalidPolicy, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        raise typer.Exit(1) from problem
    if as_json:
        print_json(to_plain(policy))
    else:
        console().print(f"{file.name} is a valid policy for {policy.model}.")
