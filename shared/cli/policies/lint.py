"""`driftgate policy lint`: what is wrong with policies together, and what is hardly meant."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.terminal.ending import Ending
from shared.cli.terminal.printing import console, print_json, spelled_fault

if TYPE_CHECKING:
    from shared.policies.linting import Advice


def lint(
    paths: Annotated[
        list[Path], typer.Argument(help="Folders of policies, or files; fleet.yaml lies beside.")
    ],
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 2 for warnings as well.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Look through the policies of a folder and its fleet.yaml together.

    Errors cannot work: a wrong key, a receiver that is not there. Warnings work and are hardly
    meant: a route that no alert gets to, critical alerts that nobody reads.

    Exit codes: 0 no error, 2 an error (with --strict also a warning), 3 a path cannot be read.

    Example: driftgate policy lint samples/policies
    """
    from rich.markup import escape

    from shared.domain.wording import spell_count
    from shared.policies.linting import Weight

    try:
        found = list(_linted(paths))
    except OSError as problem:
        sys.stderr.write(f"{spelled_fault(problem)}\n")
        raise typer.Exit(Ending.REFUSED) from problem
    errors = sum(one.weight is Weight.ERROR for _, one in found)
    warnings = len(found) - errors
    if as_json:
        print_json(
            {
                "errors": errors,
                "warnings": warnings,
                "found": [
                    {"file": str(path), "weight": one.weight.value, "sentence": one.sentence}
                    for path, one in found
                ],
            }
        )
    else:
        screen = console()
        for path, one in found:
            colour = "red" if one.weight is Weight.ERROR else "yellow"
            where = escape(str(path))
            screen.print(f"[{colour}]{one.weight.value}[/] {where}: {escape(one.sentence)}")
        screen.print(f"{spell_count(errors, 'error')}, {spell_count(warnings, 'warning')}.")
    if errors or (strict and warnings):
        raise typer.Exit(Ending.NO)


def _linted(paths: Sequence[Path]) -> "Iterator[tuple[Path, Advice]]":
    """Files of one folder are looked at together, and only what was named is told.

    Raises OSError for a path that cannot be read, or that holds no policy.
    """
    from shared.policies.linting import lint as look_through
    from shared.policies.linting.folder import SUFFIXES

    folders: dict[Path, set[str] | None] = {}
    for path in paths:
        if path.is_dir():
            folders[path] = None
        elif folders.get(path.parent, set()) is not None:
            path.stat()
            folders[path.parent] = {*(folders.get(path.parent) or ()), path.name}
    for folder, of in folders.items():
        files = {
            one.name: one.read_bytes() if one.suffix in SUFFIXES else b""
            for one in folder.iterdir()
            if one.is_file()
        }
        if not any(Path(name).suffix in SUFFIXES for name in files):
            raise FileNotFoundError(f"{folder} holds no policy: no file that ends in .yaml or .yml")
        yield from ((folder / one.file, one) for one in look_through(files, of))
