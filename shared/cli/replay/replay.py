"""`driftgate replay`: what would be decided of old events, and telling them again."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.people.saying import AsJson
from shared.cli.reach import place
from shared.cli.reach.place import refuse_there
from shared.cli.replay import options
from shared.cli.terminal.options import Asked
from shared.domain.people.replay import USUAL
from shared.domain.replay import Of
from shared.errors import InvalidData

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.cli.reach.deployed import Deployed

_DRY = "Dry run"
_APPLY = "Telling events again"


class Evidence(StrEnum):
    """What a dry run decides from."""

    RECORDED = "recorded"
    NOW = "now"


@options.selecting
def replay(
    *,
    asked: Asked,
    evidence: Annotated[
        Evidence,
        typer.Option(
            help="From what was recorded, or from the world and the policies as they are now.",
            rich_help_panel=_DRY,
        ),
    ] = Evidence.RECORDED,
    after: Annotated[
        str | None,
        typer.Option(help="Go on behind this cursor.", metavar="CURSOR", rich_help_panel=_DRY),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Tell so many events at most.", rich_help_panel=_DRY),
    ] = None,
    processes: Annotated[
        int,
        typer.Option(
            min=1, max=64, help="Decide by so many, each whole subjects.", rich_help_panel=_DRY
        ),
    ] = 1,
    show_all: Annotated[
        bool,
        typer.Option("--all", help="Show what is as it was as well.", rich_help_panel=_DRY),
    ] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help="Have them handled for real.", rich_help_panel=_APPLY)
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Those that are decided too.", rich_help_panel=_APPLY),
    ] = False,
    name: Annotated[
        str | None, typer.Option(help="What to call it.", rich_help_panel=_APPLY)
    ] = None,
    author: Annotated[
        str | None,
        typer.Option(
            help="Who asks for it; default: who is signed in here.", rich_help_panel=_APPLY
        ),
    ] = None,
    because: Annotated[
        str | None, typer.Option(help="Why, for whoever reads it later.", rich_help_panel=_APPLY)
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(help=f"Events a minute at most; {USUAL} else.", rich_help_panel=_APPLY),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.", rich_help_panel=_APPLY)] = False,
    as_json: AsJson = False,
) -> None:
    """Tell what would be decided of old events; nothing is done unless --apply is given.

    Example: driftgate replay --since 30d --model loan-default

    Exit code 0 all as it was, 2 something differs, was lost, is readable by now or cannot be
    decided again, 3 refused, 1 fault, 130 interrupted.
    """
    if apply:
        _refuse_of(
            _DRY,
            {
                "--of chains": asked["of"] is Of.CHAINS,
                "--evidence now": evidence is Evidence.NOW,
                "--after": after,
                "--limit": limit,
                "--processes": processes > 1,
                "--all": show_all,
            },
        )
        from shared.cli.replay.replays import begin

        begin(
            asked,
            again=again,
            name=name,
            author=author,
            because=because,
            rate=USUAL if rate is None else rate,
            yes=yes,
            as_json=as_json,
        )
        return
    _refuse_of(
        _APPLY,
        {
            "--again": again,
            "--name": name,
            "--author": author,
            "--because": because,
            "--rate": rate is not None,
            "--yes": yes,
        },
    )
    from shared.cli.replay import dry_run

    def there(service: "Deployed") -> None:
        refuse_there({"--evidence now": evidence is Evidence.NOW, "--processes": processes > 1})
        rows = dry_run.rows_of_service(service, options.body_of(asked), after, limit)
        dry_run.tell(rows, after=after, limit=limit, show_all=show_all, as_json=as_json)

    def here(application: "Application") -> None:
        dry_run.run_dry(
            application,
            options.selection_of(application.clock(), asked),
            now=evidence is Evidence.NOW,
            after=after,
            limit=limit,
            processes=processes,
            show_all=show_all,
            as_json=as_json,
        )

    place.asked(here=here, there=there)


def _refuse_of(panel: str, given: dict[str, object]) -> None:
    for option, value in given.items():
        if value:
            rule = (
                "is for a dry run; leave out --apply"
                if panel == _DRY
                else "is for telling events again; give --apply"
            )
            raise InvalidData(f"{option} {rule}.")
