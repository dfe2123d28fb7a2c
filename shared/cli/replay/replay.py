"""`driftgate replay`: what would be decided of old events, and telling them again."""

from enum import StrEnum
from typing import Annotated

import typer

from shared.cli.people.saying import AsJson
from shared.cli.replay import options
from shared.domain.people.replay import USUAL
from shared.domain.replay import By, Of
from shared.errors import InvalidData

_DRY = "Dry run"
_APPLY = "Telling events again"


class Evidence(StrEnum):
    """What a dry run decides from."""

    RECORDED = "recorded"
    NOW = "now"


def replay(
    since: options.Since = None,
    until: options.Until = None,
    by_time: options.ByTime = By.RECEIVED,
    kinds: options.Types = None,
    sources: options.Sources = None,
    vias: options.Vias = None,
    model: options.Model = None,
    endpoint: options.Endpoint = None,
    subject: options.Subject = None,
    correlation: options.Correlation = None,
    events: options.Events = None,
    verdicts: options.Verdicts = None,
    where: options.Where = None,
    of: options.Looked = Of.ARCHIVE,
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
        float, typer.Option(help="Events a minute at most.", rich_help_panel=_APPLY)
    ] = USUAL,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.", rich_help_panel=_APPLY)] = False,
    as_json: AsJson = False,
) -> None:
    """Tell what would be decided of old events; nothing is done unless --apply is given.

    Example: driftgate replay --since 30d --model loan-default

    Exit code 0 all as it was, 2 something differs, was lost, is readable by now or cannot be
    decided again, 3 refused, 1 fault, 130 interrupted.
    """
    from shared.bootstrap import build

    application = build()
    selection = options.selection_of(
        application.clock(),
        since=since,
        until=until,
        by=by_time,
        types=kinds,
        sources=sources,
        vias=vias,
        model=model,
        endpoint=endpoint,
        subject=subject,
        correlation=correlation,
        events=events,
        verdicts=verdicts,
        where=where,
        of=of,
    )
    if apply:
        _refuse_of(_DRY, {"--after": after, "--limit": limit, "--all": show_all})
        from shared.cli.replay.replays import begin

        begin(
            application,
            selection,
            again=again,
            name=name,
            author=author,
            because=because,
            rate=rate,
            yes=yes,
            as_json=as_json,
        )
        return
    _refuse_of(_APPLY, {"--again": again, "--name": name, "--because": because, "--yes": yes})
    from shared.cli.replay.dry_run import run_dry

    run_dry(
        application,
        selection,
        now=evidence is Evidence.NOW,
        after=after,
        limit=limit,
        processes=processes,
        show_all=show_all,
        as_json=as_json,
    )


def _refuse_of(panel: str, given: dict[str, object]) -> None:
    for option, value in given.items():
        if value:
            there = "leave out --apply" if panel == _DRY else "give --apply"
            raise InvalidData(f"{option} is for {panel[0].lower()}{panel[1:]}; {there}.")
