"""Asks once more on the terminal before what cannot be undone."""

import sys

import typer

from shared.errors import InvalidData


def ask(question: str, *, yes: bool) -> None:
    """Go on where it is confirmed, or where `yes` was given. Raises InvalidData otherwise."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise InvalidData("Nothing was done; give --yes where nobody can be asked.")
    if not typer.confirm(question, err=True):
        raise InvalidData("Nothing was done.")
