"""Gives each command of the tree its `--url`, or refuses it where a service is named."""

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Annotated, Any

import typer
from typer.main import get_command

from shared.cli.reach.place import HELP, URL, name_place, named_place
from shared.cli.reach.table import ALIASES, ALONE, REACHES
from shared.errors import Refused


def guard(commands: Mapping[str, Any]) -> None:
    """Once for the commands of the whole tree, by what the tables say of each."""
    url = _url()
    for path, command in leaves(commands):
        name = ALIASES.get(path, path)
        if name in REACHES:
            command.params.append(url)
        elif name not in ALONE:
            command.callback = _refusing(command.callback, name)


def leaves(commands: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Every command by its words; of groups those that do something by themselves."""
    for name, command in commands.items():
        path = f"{before}{name}"
        inner = getattr(command, "commands", None)
        if inner is None or command.invoke_without_command:
            yield path, command
        if inner is not None:
            yield from leaves(inner, f"{path} ")


def _url() -> Any:
    """The same option behind the command as before it, since both are what people type."""
    carrier = typer.Typer(add_completion=False)

    @carrier.command()
    def carry(url: _Behind = None) -> None:
        del url

    return next(one for one in get_command(carrier).params if one.name == "url")


def _take(value: str | None) -> None:
    if value is not None:
        name_place(value)


_Behind = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help=HELP,
        callback=_take,
        expose_value=False,
        rich_help_panel="Which Driftgate",
    ),
]


def _refusing(callback: Callable[..., Any], name: str) -> Callable[..., Any]:
    @wraps(callback)
    def refusing(*arguments: Any, **given: Any) -> Any:
        if named_place() is not None:
            raise Refused(
                f"`driftgate {name}` works where Driftgate's stores are and is not for a service "
                f"over --url; leave it out (and {URL}), or run it there."
            )
        return callback(*arguments, **given)

    return refusing
