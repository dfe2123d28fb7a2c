"""`driftgate replay`: what would be decided of old events, and telling them again."""

import sys
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli import replay_options as options
from shared.cli.printing import console, print_json
from shared.cli.saying import AsJson
from shared.domain.replay import By, Of

if TYPE_CHECKING:
    from shared.service.replaying.told import Came, Told


def replay(
    since: options.Since = None,
    until: options.Until = None,
    by: options.ByTime = By.RECEIVED,
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
    after: Annotated[
        str | None, typer.Option(help="Go on behind this cursor.", metavar="CURSOR")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Tell so many events at most.")] = None,
    show_all: Annotated[
        bool, typer.Option("--all", help="Show what is decided the same as well.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell what would be decided of old events. Nothing is done.

    Example: driftgate replay --since 30d --model loan-default

    Exit code 0 all the same, 2 something differs, was lost, is readable
    by now or cannot be decided again, 1 fault.
    """
    from shared.bootstrap import build
    from shared.cli.replay_screen import AS_BEFORE, Screen
    from shared.service.replaying.cursor import Cursor

    application = build()
    selection = options.selection_of(
        application.clock(),
        since=since,
        until=until,
        by=by,
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
    behind = None if after is None else Cursor.read(after)
    screen = Screen(console(), quiet=as_json, show_all=show_all)
    told: list[Told] = []
    counts: Counter[Came] = Counter()
    cursor = None
    found = application.dry_run(selection).told(behind)
    try:
        for one in found:
            if counts.total() == limit:
                break
            counts[one.came] += 1
            screen.show(one)
            if as_json:
                told.append(one)
            cursor = one.cursor
        else:
            cursor = None
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
    if as_json:
        print_json(
            {
                "events": [one.to_json() for one in told],
                "counts": {came.value: count for came, count in counts.items()},
                "cursor": cursor,
            }
        )
    screen.sum_up(counts, cursor)
    if set(counts) - AS_BEFORE:
        raise typer.Exit(2)
