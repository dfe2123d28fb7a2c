"""`driftgate --version`: what is installed."""

import sys

import typer

_NAME = "driftgate"


def print_version(asked: bool) -> None:
    """Print it where it is asked for, and end."""
    if not asked:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        installed = version(_NAME)
    except PackageNotFoundError:
        installed = "of a checkout that is not installed"
    sys.stdout.write(f"{_NAME} {installed}\n")
    raise typer.Exit
