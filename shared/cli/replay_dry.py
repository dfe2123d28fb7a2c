"""Runs a dry run of a replay on the screen, until it is enough or somebody stops it."""

import sys
from collections import Counter
from typing import TYPE_CHECKING

import typer

from shared.cli.printing import console, print_json
from shared.cli.replay_screen import AS_BEFORE, Screen

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.domain.replay import Selection
    from shared.service.replaying.told import Came, Told


def run_dry(
    application: "Application",
    selection: "Selection",
    *,
    after: str | None,
    limit: int | None,
    show_all: bool,
    as_json: bool,
) -> None:
    """Tell of each selected event, until it is enough or somebody stops it."""
    from shared.service.replaying.cursor import Cursor

    behind = None if after is None else Cursor.read(after)
    screen = Screen(console(), quiet=as_json, show_all=show_all)
    told: list[Told] = []
    counts: Counter[Came] = Counter()
    cursor, stopped = after, False
    try:
        for one in application.dry_run(selection).told(behind):
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
        stopped = True
    if as_json:
        sums = {came.value: count for came, count in counts.items()}
        print_json({"events": [one.to_json() for one in told], "counts": sums, "cursor": cursor})
    screen.sum_up(counts, cursor)
    if stopped:
        sys.stderr.write("Interrupted; what is above is whole.\n")
        raise typer.Exit(130)
    if set(counts) - AS_BEFORE:
        raise typer.Exit(2)
