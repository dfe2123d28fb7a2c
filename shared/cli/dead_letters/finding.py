"""Which dead letters a command means: the options that say so, and the letters."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.terminal.options import Asked, taking
from shared.errors import InvalidData

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.service.dead_letters.letters import Found, Letter

Ids = Annotated[list[str] | None, typer.Argument(help="Ids, or how they begin.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="At most so many of each queue.")]
Queue = Annotated[str | None, typer.Option(help="Only of this queue, such as checks.")]
Reason = Annotated[str | None, typer.Option(help="Only for this reason; * stands for anything.")]
Since = Annotated[str | None, typer.Option(help="Put aside since: 2d (ago), 2026-02-03T10:00Z.")]
Until = Annotated[str | None, typer.Option(help="Put aside before: 1h (ago), or a time.")]
Subject = Annotated[str | None, typer.Option(help="Only of this subject, as model/churn*.")]
Type = Annotated[str | None, typer.Option(help="Only of this type of event.")]
Where = Annotated[
    str | None, typer.Option(help="JMESPath over {letter, message}: \"message.data.x == 'y'\".")
]
filtering = taking(
    queue=Queue, reason=Reason, since=Since, until=Until, subject=Subject, type=Type, where=Where
)
"""Gives a command all filters; the names are those of `parse_wanted`."""


def find(application: "Application", sources: tuple[str, ...], limit: int) -> "Found":
    """What there is; what could not be looked into is said on standard error."""
    from shared.service.dead_letters.letters import find as find_letters

    found = find_letters(application.adapters, sources, limit)
    for problem in found.problems:
        sys.stderr.write(f"{problem}\n")
    return found


def select(application: "Application", asked: Asked, limit: int) -> "tuple[Found, list[Letter]]":
    """All that was found, and those of it that fit every filter, `limit` at the most."""
    from shared.service.dead_letters.letters import MOST
    from shared.service.dead_letters.selecting import parse_wanted
    from shared.service.dead_letters.selecting import select as select_letters

    wanted = parse_wanted(now=application.clock(), **asked)
    found = find(application, wanted.sources, MOST)
    return found, select_letters(found.letters, wanted)[:limit]


def meant(
    application: "Application", ids: list[str] | None, asked: Asked, limit: int
) -> "list[Letter]":
    """Those of these ids that fit every filter, or without ids `limit` that do.

    Raises InvalidData where neither is named, NotFound for an id that is none.
    """
    from shared.service.dead_letters.letters import MOST, named
    from shared.service.dead_letters.selecting import parse_wanted
    from shared.service.dead_letters.selecting import select as select_letters

    wanted = parse_wanted(now=application.clock(), **asked)
    if not ids and wanted.is_everything:
        raise InvalidData("Say which dead letters are meant: their ids, or a filter as --queue.")
    if not ids:
        return select(application, asked, limit)[1]
    return select_letters(named(find(application, wanted.sources, MOST), ids), wanted)


def meant_there(ids: list[str] | None, asked: Asked, limit: int) -> dict[str, object]:
    """The same as the fields of what is said to a service. Raises InvalidData."""
    filters = {name: value for name, value in asked.items() if value is not None}
    if not ids and not filters:
        raise InvalidData("Say which dead letters are meant: their ids, or a filter as --queue.")
    return {"ids": ids or None, "filter": filters or None, "limit": limit}


def of_id(application: "Application", identity: str) -> "Letter":
    """The one with this id, or whose id begins so. Raises NotFound, InvalidData for several."""
    from shared.service.dead_letters.letters import MOST, SOURCES, named

    [letter] = named(find(application, SOURCES, MOST), [identity])
    return letter
